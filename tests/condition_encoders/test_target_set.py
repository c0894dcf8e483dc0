import dataclasses

import numpy as np
import pytest
import torch

from scbig.condition_encoders.target_set import TargetSet
from scbig.target_embedding import EmbeddingSource, TargetEmbedding
from tiny_spec import make_tiny_spec

NOBODY = 10  # one past the last row of the tiny table: no source has the target
GAP = 9  # in the table, but its source lacks it


def encoder(**kwargs: object) -> TargetSet:
    torch.manual_seed(0)
    made = TargetSet(make_tiny_spec(), width=12, hidden=16, **kwargs).eval()
    torch.nn.init.normal_(made.pair[-1].weight)  # wake the interaction
    return made


def vectors(made: TargetSet, *sets: list[int], width: int = 3) -> torch.Tensor:
    rows = torch.tensor([s + [0] * (width - len(s)) for s in sets], dtype=torch.int64)
    mask = torch.tensor([[i < len(s) for i in range(width)] for s in sets], dtype=torch.bool)
    return made(rows, mask, torch.zeros(len(sets), 0, dtype=torch.int64))


def test_order_and_padding_of_targets_do_not_matter():
    made = encoder()
    a, b = vectors(made, [1, 4], [4, 1])
    torch.testing.assert_close(a, b, rtol=0, atol=1e-6)
    torch.testing.assert_close(vectors(made, [1, 4], width=2)[0], a)
    torch.testing.assert_close(vectors(made, [1, 4], width=5)[0], a)
    triples = vectors(made, [1, 4, 6], [6, 1, 4])
    torch.testing.assert_close(triples[0], triples[1], rtol=0, atol=1e-5)


def test_padding_is_ignored_whatever_it_holds():
    made, mask = encoder(), torch.tensor([[True, False]])
    none = torch.zeros(1, 0, dtype=torch.int64)
    a = made(torch.tensor([[3, 0]]), mask, none)
    assert torch.equal(a, made(torch.tensor([[3, NOBODY]]), mask, none))


def test_missing_target_is_neither_control_nor_a_known_target():
    made = encoder()
    control, missing, gap, known = vectors(made, [], [NOBODY], [GAP], [3])
    torch.testing.assert_close(missing, gap)
    assert (missing - control).norm() > 1e-2 and (missing - known).norm() > 1e-2
    with_missing, alone = vectors(made, [3, NOBODY], [3])
    assert (with_missing - alone).norm() > 1e-2


def test_control_without_any_target_slot():
    made = encoder()
    torch.testing.assert_close(vectors(made, [], width=0), vectors(made, [], width=3))


def test_interaction_starts_at_zero_and_a_pair_is_then_its_sum():
    torch.manual_seed(0)
    made = TargetSet(make_tiny_spec(), width=12, hidden=16).eval()
    read = made.target(made._describe(torch.tensor([[2, 5]])))
    expected = made.mix(made.pool(read.sum(1)))
    torch.testing.assert_close(vectors(made, [2, 5]), expected)
    torch.nn.init.normal_(made.pair[-1].weight)
    assert (vectors(made, [2, 5]) - expected).norm() > 1e-2
    # singles have no partner to interact with
    torch.testing.assert_close(vectors(made, [2]), made.mix(made.pool(read[:, 0])))


def test_source_dropout_hides_sources_in_training_only():
    made = encoder(source_dropout=1.0, dropout=0.0)
    assert (vectors(made, [2]) - vectors(made, [NOBODY])).norm() > 1e-2
    made.train()
    torch.testing.assert_close(vectors(made, [2]), vectors(made, [NOBODY]))


def test_gap_of_one_source_leaves_the_other_readable():
    rng = np.random.default_rng(0)
    spec = make_tiny_spec()
    values = rng.standard_normal((10, 7)).astype(np.float16)
    known = np.ones((10, 2), bool)
    known[3, 0] = False
    values[3, :4] = 0
    sources = (EmbeddingSource("a", 4, "test"), EmbeddingSource("b", 3, "test"))
    targets = TargetEmbedding(spec.targets.names, values, known, sources)
    spec = dataclasses.replace(spec, effects=dataclasses.replace(spec.effects, targets=targets))
    made = TargetSet(spec, width=12, hidden=16).eval()
    described = made._describe(torch.tensor([[3, 4]]))
    assert described.shape == (1, 2, 7 + 2 + 1)
    torch.testing.assert_close(described[0, 0, :4], made.gap[:4])
    torch.testing.assert_close(described[0, 0, 4:7], made.vectors[3, 4:7])
    assert described[0, :, 7:].tolist() == [[0, 1, 0], [1, 1, 0]]
    # each source was brought to unit root mean square
    rms = (made.vectors[:10][torch.from_numpy(known[:, 0]), :4] ** 2).mean().sqrt()
    assert rms.item() == pytest.approx(1, abs=1e-5)


def test_no_source_at_all_still_tells_targets_from_control():
    spec = make_tiny_spec()
    effects = dataclasses.replace(spec.effects, targets=TargetEmbedding.empty())
    made = TargetSet(dataclasses.replace(spec, effects=effects), width=8, hidden=8).eval()
    control, single, pair = vectors(made, [], [0], [0, 0])
    assert (control - single).norm() > 1e-3 and (single - pair).norm() > 1e-3


def test_covariates_have_levels_and_an_unknown_one():
    spec = make_tiny_spec(covariates={"batch": ("x", "y"), "line": ("k",)})
    torch.manual_seed(0)
    made = TargetSet(spec, width=12, hidden=16, covariate_width=3, source_dropout=1.0).eval()
    rows, mask = torch.tensor([[2]] * 3), torch.ones(3, 1, dtype=torch.bool)
    codes = torch.tensor([[0, 0], [1, 0], [2, 0]])
    given = made(rows, mask, codes)
    assert given.shape == (3, made.width) == (3, 12)
    assert torch.pdist(given).min() > 1e-3
    made.train()  # every level is hidden: what is learned is the unknown level
    made(rows, mask, codes).sum().backward()
    used = made.levels[0].weight.grad.abs().sum(1) > 0
    assert used.tolist() == [False, False, True]


def test_every_parameter_is_in_the_graph_of_singles():
    made = encoder()
    vectors(made, [2], [3], width=1).sum().backward()
    assert all(p.grad is not None for p in made.parameters())


def test_embedding_table_stays_out_of_the_state():
    assert not {"vectors", "known"} & set(encoder().state_dict())
