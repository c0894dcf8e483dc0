"""Method, check 6: planted modules reconstruct held-out cells better than other groupings."""

from dataclasses import replace

import numpy as np
import torch

from scbig.cell_encoders.module_tokens import ModuleTokens
from scbig.data.fit_spec import fit_spec
from scbig.data.schema import ScreenContract, read_screen
from scbig.data.splits.simulation import Simulation
from scbig.data.synthetic import make_synthetic
from scbig.data.synthetic_settings import SyntheticSettings
from scbig.data.training_effects import training_effects
from scbig.module_membership import ModuleMembership

MODULES, WIDTH = 5, 4


def held_out_error(spec, train: torch.Tensor, test: torch.Tensor, width: int) -> float:
    torch.manual_seed(0)
    encoder = ModuleTokens(spec, token_width=width)
    optimizer = torch.optim.AdamW(encoder.parameters(), lr=4e-3, weight_decay=1e-2)
    steps = 300
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 4e-3, total_steps=steps)
    generator = torch.Generator().manual_seed(1)
    for _ in range(steps):
        cells = train[torch.randint(len(train), (256,), generator=generator)]
        loss = (encoder.decode(encoder.encode(cells)) - cells).square().mean()
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(encoder.parameters(), 1.0)
        optimizer.step()
        schedule.step()
    with torch.no_grad():
        return float((encoder.decode(encoder.encode(test)) - test).square().mean())


def test_planted_modules_beat_permuted_ones_one_module_and_pca() -> None:
    made = make_synthetic(
        SyntheticSettings(n_genes=150, n_programs=MODULES, n_targets=20, n_pairs=20, seed=4)
    )
    screen = read_screen(made.adata, ScreenContract())
    split = Simulation(seed=1).split(screen.conditions)
    effects = training_effects(screen, split, made.target_embedding())
    planted = ModuleMembership.partition(made.truth.genes, made.truth.program)
    spec = fit_spec(screen, split, effects, planted, {}, 0)
    train = torch.from_numpy(screen.cells[screen.rows_of(split.train)].toarray())
    test = torch.from_numpy(screen.cells[screen.rows_of(split.test)].toarray())

    shuffled = np.random.default_rng(0).permutation(made.truth.program)
    one = np.zeros(len(made.truth.genes), dtype=np.int64)
    groups = {"planted": made.truth.program, "permuted": shuffled, "one": one}
    error = {}
    for name, labels in groups.items():
        membership = ModuleMembership.partition(made.truth.genes, labels)
        width = WIDTH if name != "one" else MODULES * WIDTH
        error[name] = held_out_error(replace(spec, modules=membership), train, test, width)
    pca = ModuleTokens(spec, token_width=WIDTH).reconstruction_of_pca(test)
    error["pca"] = float((pca - test).square().mean())
    assert error["planted"] < min(error["permuted"], error["one"], error["pca"]), error
