from dataclasses import replace

import numpy as np
import pytest
import torch

from scbig.baselines.additive import Additive
from scbig.baselines.count_transport import CountTransport, fold_around, transported, whole_fold
from scbig.baselines.effect_mean import EffectMean
from scbig.baselines.no_change import NoChange
from scbig.baselines.shifted_control import ShiftedControl
from scbig.data_spec import DataSpec
from scbig.expression import MOST
from scbig.predictor import Query


def _query(spec: DataSpec, condition: str = "T0+T1", seed: int = 3, n: int = 150) -> Query:
    """Source cells that are counts of a fifth of the usual depth."""
    rng = np.random.default_rng(0)
    library = rng.lognormal(np.log(2000), 0.3, n)
    rate = np.expm1(spec.effects.control) * rng.gamma(3.0, 1 / 3.0, (n, spec.n_genes))
    counts = rng.poisson(rate * library[:, None] / 1e4)
    cells = torch.from_numpy(np.log1p(counts * 1e4 / library[:, None]).astype(np.float32))
    return Query(
        condition,
        cells,
        torch.zeros(n, 0, dtype=torch.int64),
        cells.double().mean(0),
        seed,
        torch.from_numpy(library),
    )


def _transport(spec: DataSpec, whole: bool = False) -> CountTransport:
    return CountTransport(EffectMean(Additive(), spec.effects), spec, whole)


@pytest.mark.parametrize("whole", [False, True])
def test_cells_are_counts_of_the_predicted_mean(tiny_spec: DataSpec, whole: bool) -> None:
    query = _query(tiny_spec)
    answer = _transport(tiny_spec, whole).predict(query)
    shifted = ShiftedControl(EffectMean(Additive(), tiny_spec.effects)).predict(query)
    assert torch.equal(answer.mean, shifted.mean) and answer.fallback == ""
    assert answer.cells is not None and query.library is not None
    assert answer.cells.dtype == query.control.dtype and (answer.cells >= 0).all()
    counts = torch.expm1(answer.cells.double()) * query.library[:, None] / 1e4
    torch.testing.assert_close(counts, counts.round(), rtol=0, atol=1e-3)
    one_count = float(torch.log1p(1e4 / query.library).max()) / len(query.control)
    assert float((answer.cells.double().mean(0) - answer.mean).abs().max()) < one_count


def test_equal_seeds_give_equal_cells(tiny_spec: DataSpec) -> None:
    transport = _transport(tiny_spec)
    first, again, other = (
        transport.predict(_query(tiny_spec, seed=seed)).cells for seed in (3, 3, 4)
    )
    assert first is not None and again is not None and other is not None
    assert torch.equal(first, again) and not torch.equal(first, other)


def test_no_change_leaves_the_counts_alone(tiny_spec: DataSpec) -> None:
    query = _query(tiny_spec, "T0")
    answer = CountTransport(EffectMean(NoChange(), tiny_spec.effects), tiny_spec).predict(query)
    assert answer.cells is not None
    # up to the one count that rounding of the mean may take
    assert (answer.cells != query.control).sum() <= tiny_spec.n_genes
    torch.testing.assert_close(answer.mean, query.control_mean)


def test_without_library_sizes_it_moves_values_and_says_so(tiny_spec: DataSpec) -> None:
    query = replace(_query(tiny_spec, "T0+NOVEL"), library=None)
    answer = _transport(tiny_spec).predict(query)
    assert "NOVEL" in answer.fallback and "no library sizes" in answer.fallback
    assert answer.cells is not None and (answer.cells >= 0).all()
    np.testing.assert_allclose(answer.cells.double().mean(0), answer.mean, atol=1e-5)


@pytest.mark.parametrize("library", [True, False])
def test_wider_training_conditions_give_wider_cells(tiny_spec: DataSpec, library: bool) -> None:
    wide = tiny_spec.covariances.copy()
    wide[0], wide[1:] = np.eye(20), 4 * np.eye(20)
    query = _query(tiny_spec, "T0")
    query = query if library else replace(query, library=None)
    same = replace(tiny_spec, covariances=np.repeat(wide[:1], len(wide), axis=0))
    spread = [
        float(_transport(spec).predict(query).cells.double().var(0).sum())
        for spec in (same, replace(tiny_spec, covariances=wide))
    ]
    assert spread[1] > 1.05 * spread[0]


def test_a_whole_fold_takes_the_control_mean_where_the_displacement_says() -> None:
    start = np.array([0.5, 1.0, 2.0, 0.0])
    moved = np.array([[0.2, -0.4, 1.0, 0.1], [0.0, 0.0, 0.0, 0.0], [-9.0, 9.0, -9.0, 9.0]])
    fold = whole_fold(moved, start)
    reached = np.log1p(fold[0] * np.expm1(np.maximum(start, 0.05)))
    np.testing.assert_allclose(reached, np.maximum(start, 0.05) + moved[0], rtol=1e-12)
    np.testing.assert_array_equal(fold[1], 1.0)
    np.testing.assert_allclose(fold[2], [0.05, 20.0, 0.05, 20.0])


def test_cells_that_respond_keep_apart_from_those_that_do_not(tiny_spec: DataSpec) -> None:
    """Half of the cells lose twice the effect; around the mean, half of that is taken from all."""
    query = _query(tiny_spec, n=2000)
    assert query.library is not None
    start = query.control_mean.numpy()
    responds = np.arange(2000) % 2 == 0
    whole = np.where(responds[:, None], -0.8, 0.0) * np.ones(len(start))
    clear = start > 0.5  # where there is something to lose
    gaps = {}
    for name, fold in (
        ("whole", whole_fold(whole, start)),
        ("around", fold_around(whole + 0.4, start)),
    ):
        wanted = torch.from_numpy(np.maximum(start - 0.4, 0.0))
        cells = transported(query, query.library, fold, wanted)
        gaps[name] = float((cells[responds].mean(0) - cells[~responds].mean(0))[clear].mean())
    assert abs(gaps["whole"] + 0.8) < 0.1, gaps
    assert abs(gaps["around"] + 0.8) > 0.3, gaps


def test_library_sizes_follow_those_of_training_conditions(tiny_spec: DataSpec) -> None:
    """Cells three times as rich in counts are less noisy around the same mean."""
    query = _query(tiny_spec, "T0", n=400)
    assert query.library is not None
    grown = replace(tiny_spec, library_shifts=np.full(len(tiny_spec.effects.delta), np.log(3.0)))
    same, richer = (_transport(spec).predict(query) for spec in (tiny_spec, grown))
    assert same.library is not None and richer.library is not None
    torch.testing.assert_close(same.library, query.library)
    fold = richer.library / query.library
    assert float(fold.min()) == pytest.approx(float(fold.max())) and 1.5 < float(fold[0]) <= 3.0
    assert same.cells is not None and richer.cells is not None
    counts = torch.expm1(richer.cells.double()) * richer.library[:, None] / 1e4
    torch.testing.assert_close(counts, counts.round(), rtol=0, atol=1e-3)
    one_count = float(torch.log1p(1e4 / richer.library).max()) / len(query.control)
    assert float((richer.cells.double().mean(0) - richer.mean).abs().max()) < one_count
    assert float(richer.cells.var(0).sum()) < 0.95 * float(same.cells.var(0).sum())


@pytest.mark.parametrize("whole", [False, True])
def test_a_mean_beyond_what_counts_can_be_is_taken_to_the_most(
    tiny_spec: DataSpec, whole: bool
) -> None:
    effects = replace(tiny_spec.effects, delta=tiny_spec.effects.delta.copy())
    gene = int(effects.control.argmax())
    effects.delta[:, gene] = 20.0
    spec = replace(tiny_spec, effects=effects)
    answer = CountTransport(EffectMean(Additive(), effects), spec, whole).predict(_query(spec))
    assert answer.cells is not None
    assert float(answer.mean[gene]) == pytest.approx(MOST)
    assert float(answer.cells[:, gene].double().mean()) == pytest.approx(MOST, abs=1e-3)
