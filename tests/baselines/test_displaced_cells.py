from dataclasses import replace

import numpy as np
import pytest
import torch

from scbig.baselines.additive import Additive
from scbig.baselines.count_transport import CountTransport
from scbig.baselines.effect_mean import EffectMean
from scbig.predictor import Prediction, Query
from tiny_spec import make_tiny_spec

N = 300


@pytest.fixture
def query() -> Query:
    spec, rng = make_tiny_spec(), np.random.default_rng(0)
    library = rng.lognormal(np.log(3000), 0.3, N)
    rate = np.expm1(spec.effects.control) * library[:, None] / 1e4
    cells = torch.from_numpy(np.log1p(rng.poisson(rate) * 1e4 / library[:, None])).float()
    none = torch.zeros(N, 0, dtype=torch.int64)
    return Query("T0", cells, none, cells.double().mean(0), 1, torch.from_numpy(library))


def _cells(query: Query, spread: float, log_space: bool, whole: bool = False) -> Prediction:
    spec = replace(make_tiny_spec(), spread=np.full(24, spread, dtype=np.float32))
    mean = EffectMean(Additive(), spec.effects)
    displacement = 0.5 * (torch.arange(N) % 2 * 2.0 - 1.0)[:, None].expand(N, 24)
    transport = CountTransport(mean, spec, whole)
    return transport.displaced(query, mean.predict(query), displacement, log_space)


def test_in_log_space_cells_spread_as_training_conditions_do(query: Query) -> None:
    before = query.control.double().var(0)
    for spread in (0.7, 1.3):
        answer = _cells(query, spread, log_space=True)
        assert answer.cells is not None and answer.library is None
        torch.testing.assert_close(answer.cells.double().mean(0), answer.mean, atol=1e-4, rtol=0)
        ratio = (answer.cells.double().var(0) / before)[answer.mean > 1.0]  # far from the clip
        assert len(ratio) > 5 and float((ratio - spread).abs().max()) < 0.1, ratio


def test_counts_are_counts_and_leave_the_spread_to_chance(query: Query) -> None:
    one, other = (_cells(query, spread, log_space=False) for spread in (0.7, 1.3))
    assert one.cells is not None and one.library is not None and other.cells is not None
    counts = torch.expm1(one.cells.double()) * one.library[:, None] / 1e4
    torch.testing.assert_close(counts, counts.round(), atol=1e-3, rtol=0)
    assert torch.equal(one.cells, other.cells)
    without = _cells(replace(query, library=None), 1.0, log_space=False)
    assert without.cells is not None and without.library is None


@pytest.mark.parametrize("whole", [False, True])
def test_cells_go_where_the_flow_took_them_by_the_fold_of_the_transport(
    query: Query, whole: bool
) -> None:
    answer = _cells(query, 1.0, log_space=False, whole=whole)
    assert answer.cells is not None
    up, down = answer.cells[1::2].mean(0), answer.cells[::2].mean(0)
    clear = answer.mean > 1.0
    assert bool((up > down)[clear].all())
    assert not torch.equal(answer.cells, _cells(query, 1.0, False, whole=not whole).cells)
