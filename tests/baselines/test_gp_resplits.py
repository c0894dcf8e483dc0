from collections import Counter

import numpy as np
import pytest

from scbig.baselines.gp_resplits import (
    STRATA,
    distinct_targets,
    resplits,
    stratum_of,
    trained_names,
)
from scbig.conditions import targets_of
from scbig.split import Split

SINGLES = [f"A{i:02d}" for i in range(40)]
DOUBLES = [f"A{i:02d}+A{(i * 7 + 3) % 40:02d}" for i in range(40) if i < (i * 7 + 3) % 40]
SCREEN = sorted([*SINGLES, *DOUBLES])


def _rng() -> np.random.Generator:
    return np.random.default_rng(0)


def test_strata_are_those_of_a_split() -> None:
    for part in resplits(SCREEN, 8, _rng()):
        hidden = [c for c, h in zip(SCREEN, part.hidden, strict=True) if h]
        trained = tuple(c for c in SCREEN if c not in hidden)
        split = Split("re-split", 0, trained, (), tuple(hidden))
        assert [STRATA[s] for s in part.stratum] == [split.subgroup(c) for c in hidden]


def test_genes_are_hidden_with_all_that_touches_them() -> None:
    strata: Counter[str] = Counter()
    for part in resplits(SCREEN, 16, _rng()):
        hidden = {c for c, h in zip(SCREEN, part.hidden, strict=True) if h}
        unseen = {t for c in hidden if "+" not in c for t in targets_of(c)}
        assert len(unseen) == 8
        assert all(c in hidden for c in SCREEN if unseen & set(targets_of(c)))
        strata.update(STRATA[s] for s in part.stratum)
    assert all(strata[s] > 0 for s in STRATA[:4]) and strata["seen_elsewhere"] == 0


@pytest.mark.parametrize(
    ("condition", "stratum"),
    [
        ("control", ""),
        ("A@k", ""),
        ("A@r", "seen_elsewhere"),
        ("D@r", "unseen_single"),
        ("B+D@k", "seen1"),
        ("A+B+D@k", "seen1"),
        ("B+D+E@k", "seen0"),
        ("A+C@k", "seen2"),
        ("A+C@r", "seen0"),
        ("A+B@r", "seen_elsewhere"),
    ],
)
def test_stratum_of_one(condition: str, stratum: str) -> None:
    assert stratum_of(condition, trained_names(["A@k", "B@k", "C@k", "A+B@k"])) == stratum


def test_with_contexts_a_gene_is_hidden_in_one_of_them_too() -> None:
    screen = sorted(f"{c}@{k}" for c in SINGLES for k in ("k562", "rpe1"))
    strata = Counter(STRATA[s] for part in resplits(screen, 8, _rng()) for s in part.stratum)
    assert strata["seen_elsewhere"] > 0 and strata["unseen_single"] > 0


def test_it_is_hidden_where_more_is_lacking() -> None:
    """A few-shot screen: all of k562, a third of rpe1; new conditions are asked for in rpe1."""
    screen = sorted([f"{c}@k562" for c in SINGLES] + [f"{c}@rpe1" for c in SINGLES[::3]])
    elsewhere = [
        screen[int(i)]
        for part in resplits(screen, 16, _rng())
        for i, s in zip(np.flatnonzero(part.hidden), part.stratum, strict=True)
        if STRATA[s] == "seen_elsewhere"
    ]
    assert len(elsewhere) > 10
    assert all(name.endswith("@rpe1") for name in elsewhere)


def test_distinct_targets() -> None:
    counts = dict(zip(STRATA, distinct_targets(SCREEN, resplits(SCREEN, 16, _rng())), strict=True))
    assert 30 <= counts["unseen_single"] <= 40 and counts["seen_elsewhere"] == 0
    assert distinct_targets(SCREEN, []).tolist() == [0] * len(STRATA)


def test_what_leaves_nothing_is_dropped() -> None:
    assert resplits(["A", "B", "C"], 16, _rng()) == []
