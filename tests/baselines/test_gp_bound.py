from itertools import pairwise

import numpy as np
import pytest

from make_effects import effects_of
from scbig.baselines.gaussian_process import GaussianProcess
from scbig.baselines.gp_bound import FEWEST, Bound


def _bound(singles: int, pairs: int) -> Bound:
    """Of singles of length 2 and pairs of length 3."""
    rows = {f"T{i}": 2.0 for i in range(singles)} | {f"P{i}+Q{i}": 3.0 for i in range(pairs)}
    direction = np.random.default_rng(0).standard_normal((len(rows), 6))
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    return Bound.learn(list(rows), direction * np.array(list(rows.values()))[:, None])


def test_what_is_longer_than_all_that_is_measured_is_shortened_to_it() -> None:
    delta = np.array([[6.0, 8, 0], [0, 0, 2.9], [-4, 0, 0], [0, 0, 0]])
    answer = _bound(FEWEST, FEWEST).apply(delta, ["A", "B", "A+B", "C"])
    np.testing.assert_allclose(answer, [[1.8, 2.4, 0], [0, 0, 2.9], [-3, 0, 0], [0, 0, 0]])
    np.testing.assert_array_equal(answer[[1, 3]], delta[[1, 3]])
    assert delta[0, 0] == 6.0  # what was given stays


@pytest.mark.parametrize(
    ("singles", "pairs", "bounded"),
    [
        (FEWEST, 0, [True, False]),
        (FEWEST, FEWEST - 1, [True, False]),
        (3, FEWEST, [False, True]),
        (0, 0, [False, False]),
    ],
)
def test_too_few_of_a_kind_do_not_bound_it(singles: int, pairs: int, bounded: list[bool]) -> None:
    delta = np.full((2, 6), 9.0)
    changed = _bound(singles, pairs).apply(delta, ["A", "A+B"]) != delta
    assert changed.all(1).tolist() == bounded == changed.any(1).tolist()


def test_pairs_that_saturate_are_predicted_no_stronger_than_what_was_measured() -> None:
    rng = np.random.default_rng(1)
    shared = rng.standard_normal(80)
    own = {f"T{i:02d}": shared * s for i, s in enumerate(np.linspace(0.2, 1.0, 24))}
    rows = {name: value + 0.05 * rng.standard_normal(80) for name, value in own.items()}
    names = sorted(own)
    for a, b in pairwise(names[:-1]):
        both = own[a] + own[b]
        rows[f"{a}+{b}"] = both / max(1.0, np.linalg.norm(both) / np.linalg.norm(shared))
    effects = effects_of({name: list(value) for name, value in rows.items()})
    asked = [f"{names[-1]}+{names[-2]}", f"{names[0]}+{names[5]}"]
    longest = np.linalg.norm(effects.delta, axis=1).max()
    free = GaussianProcess(rescale=False).fit(effects).predict(asked).delta
    assert np.linalg.norm(free[0]) > longest
    process = GaussianProcess().fit(effects)
    answer = process.predict(asked).delta
    assert np.linalg.norm(answer[0]) == pytest.approx(longest)
    assert np.linalg.norm(answer[1]) < longest
    assert np.linalg.norm(process.retrieval(asked)[0]) <= longest * (1 + 1e-9)
