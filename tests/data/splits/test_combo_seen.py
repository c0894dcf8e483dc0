import numpy as np
import pytest

from scbig.conditions import targets_of
from scbig.data.splits.combo_seen import ComboSeen
from scbig.errors import UserError

GENES = [f"G{i:02d}" for i in range(30)]
DOUBLES = [f"{a}+{b}" for i, a in enumerate(GENES) for b in GENES[i + 1 :: 5]]
ALL = [*GENES, *DOUBLES]


def genes_drawn(seed: int, n: int) -> set[str]:
    """What GEARS draws first: with replacement, from the sorted genes."""
    return set(np.random.RandomState(seed).choice(GENES, n).tolist())


def test_seen0_has_combinations_of_test_genes_only_and_uses_no_mixed_one():
    split = ComboSeen(0, seed=3, test_fraction=0.4).split(ALL)
    genes = genes_drawn(3, 12)
    doubles = {c for c in DOUBLES if genes.issuperset(targets_of(c))}
    assert doubles
    assert set(split.test) == genes | doubles
    mixed = {c for c in DOUBLES if len(genes & set(targets_of(c))) == 1}
    assert mixed.isdisjoint((*split.train, *split.val, *split.test))
    assert {split.label_subgroup(c) for c in split.test} == {"seen0", "unseen_single"}


def test_seen1_has_every_combination_with_a_test_gene():
    split = ComboSeen(1, seed=3, test_fraction=0.4).split(ALL)
    genes = genes_drawn(3, 12)
    assert set(split.test) == {c for c in ALL if genes.intersection(targets_of(c))}
    assert any(genes.issuperset(targets_of(c)) for c in split.test if "+" in c)
    assert sorted([*split.train, *split.val, *split.test]) == sorted(ALL)


def test_seen2_is_a_share_of_the_combinations():
    split = ComboSeen(2, seed=3).split(ALL)
    drawn = np.random.RandomState(3).choice(sorted(DOUBLES), int(0.1 * len(DOUBLES)))
    assert split.test == tuple(sorted(set(drawn.tolist())))
    assert split.val and set(split.val) <= set(DOUBLES)
    assert {split.subgroup(c) for c in split.test} == {"seen2"}


@pytest.mark.parametrize("seen", [0, 1, 2])
def test_validation_is_drawn_by_the_same_rule_from_the_rest(seen):
    split = ComboSeen(seen, seed=5, test_fraction=0.3, val_fraction=0.2).split(ALL)
    assert split.val
    if seen < 2:
        hidden = {c for c in split.val if "+" not in c}
        assert all(hidden.isdisjoint(targets_of(c)) for c in split.train)
    assert split == ComboSeen(seen, 5, 0.3, 0.2).split(ALL[::-1])


def test_settings_that_make_no_sense():
    with pytest.raises(UserError, match="give 0, 1 or 2"):
        ComboSeen(3)
    with pytest.raises(UserError, match="no test condition"):
        ComboSeen(2).split(GENES)
