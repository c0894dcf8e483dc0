from itertools import pairwise

import pytest

from scbig.conditions import targets_of
from scbig.data.splits.single import Single
from scbig.errors import UserError

GENES = [f"G{i:02d}" for i in range(20)]
DOUBLES = [f"{a}+{b}" for a, b in pairwise(GENES)]


def test_doubles_that_touch_a_held_out_gene_are_on_no_side():
    split = Single(test_fraction=0.2).split([*GENES, *DOUBLES])
    hidden = {*split.test, *split.val}
    assert (len(split.test), len(split.val)) == (4, 2)
    touching = {name for name in DOUBLES if not hidden.isdisjoint(targets_of(name))}
    assert touching
    assert set(split.train) == {*GENES, *DOUBLES} - hidden - touching


def test_too_few_singles_are_refused():
    with pytest.raises(UserError, match="no test condition"):
        Single(test_fraction=0.1).split(GENES[:5])
