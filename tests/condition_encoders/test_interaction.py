"""Method, check 9: an additive world needs no interaction term, planted epistasis is learned."""

from itertools import combinations

import numpy as np
import torch
from torch import nn

from scbig.baselines.gaussian_process import GaussianProcess
from scbig.condition_encoders.target_set import TargetSet
from scbig.effects import Effects
from tiny_spec import make_tiny_spec

SPEC = make_tiny_spec()
N = 9  # targets with an embedding
PAIRS = list(combinations(range(N), 2))
VECTORS = torch.from_numpy(SPEC.targets.vectors[:N].astype(np.float32)) * 6**0.5


def world(epistasis: float) -> torch.Tensor:
    """Effects of all singles, then all pairs, (conditions, 5)."""
    generator = torch.Generator().manual_seed(0)
    single = VECTORS @ torch.randn(6, 5, generator=generator)
    form = torch.randn(6, 5, generator=generator)
    together = [single[a] + single[b] + epistasis * (VECTORS[a] * VECTORS[b]) @ form
                for a, b in PAIRS]  # fmt: skip
    return torch.cat([single, torch.stack(together)])


def fit(effects: torch.Tensor, interaction: bool) -> tuple[float, float]:
    """Mean squared error of a linear readout, and the share of the interaction in its output."""
    torch.manual_seed(0)
    encoder = TargetSet(SPEC, width=16, hidden=32, dropout=0.0, source_dropout=0.0)
    encoder.pool = nn.Identity()  # the sum of the targets alone: what is left is interaction
    readout = nn.Linear(16, 5)
    encoder.pair.requires_grad_(interaction)
    targets = torch.tensor([[a, a] for a in range(N)] + [list(p) for p in PAIRS])
    mask = torch.tensor([[True, False]] * N + [[True, True]] * len(PAIRS))
    covariates = torch.zeros(len(targets), 0, dtype=torch.int64)
    parameters = [p for p in [*encoder.parameters(), *readout.parameters()] if p.requires_grad]
    optimizer = torch.optim.Adam(parameters, lr=3e-3)
    for _ in range(600):
        optimizer.zero_grad()
        loss = (readout(encoder(targets, mask, covariates)) - effects).square().mean()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        whole = encoder(targets, mask, covariates)
        for parameter in encoder.pair.parameters():
            parameter.zero_()
        share = (whole - encoder(targets, mask, covariates)).norm() / whole.norm()
    return float(loss.detach()), float(share)


def test_the_interaction_term_learns_epistasis_and_is_not_needed_without() -> None:
    additive, epistatic = world(0.0), world(1.0)
    without, _ = fit(epistatic, interaction=False)
    learned, share = fit(epistatic, interaction=True)
    assert learned < 0.1 * without
    enough, _ = fit(additive, interaction=False)
    assert enough < 0.01 * additive.square().mean()
    _, spare = fit(additive, interaction=True)
    assert spare < 0.3 * share


def test_the_anchor_is_exact_in_an_additive_world() -> None:
    singles = SPEC.effects.delta[:8]
    names = SPEC.effects.conditions[:8]
    effects = Effects(
        SPEC.genes, names, singles, SPEC.effects.variance[:8], SPEC.effects.n_cells[:8],
        SPEC.effects.control, SPEC.targets,
    )  # fmt: skip
    exact = GaussianProcess(
        combination_scale=1.0,
        combination_variance=0.0,
        single_noise=1e-9,
        combination_noise=1e-9,
        tuned=False,
    )
    found = exact.fit(effects).predict([f"{names[0]}+{names[3]}", f"{names[1]}+{names[2]}"]).delta
    expected = np.stack([singles[0] + singles[3], singles[1] + singles[2]])
    np.testing.assert_allclose(found, expected, atol=1e-6)
