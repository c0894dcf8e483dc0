import pytest

from scbig.conditions import target_genes, targets_of
from scbig.data.splits.additive import Additive
from scbig.data.splits.holdout_legacy import HoldoutLegacy
from scbig.errors import UserError

GENES = [f"G{i:02d}" for i in range(20)]
DOUBLES = [f"{a}+{b}" for i, a in enumerate(GENES) for b in GENES[i + 1 :: 3]]
ALL = [*GENES, *DOUBLES]


def test_fifteen_combinations_and_their_singles_and_the_leak():
    split = HoldoutLegacy(43).split(ALL)
    doubles = [c for c in split.test if "+" in c]
    assert len(doubles) == 15
    assert set(doubles) <= set(Additive(43).split(ALL).test)
    assert {c for c in split.test if "+" not in c} == set(target_genes(doubles))
    tested = set(target_genes(doubles))
    assert any(tested.intersection(targets_of(c)) for c in split.train)
    assert "leaky" in split.name and HoldoutLegacy.leak


def test_at_least_one_combination():
    with pytest.raises(UserError, match="at least 1"):
        HoldoutLegacy(n_combinations=0)
