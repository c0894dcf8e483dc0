from itertools import pairwise

import numpy as np
import pytest

from scbig.conditions import targets_of
from scbig.data.splits.single import Single
from scbig.errors import UserError

GENES = [f"G{i:02d}" for i in range(20)]
DOUBLES = [f"{a}+{b}" for a, b in pairwise(GENES)]


def test_doubles_that_touch_a_held_out_gene_are_on_no_side():
    split = Single(test_fraction=0.2, replace=False).split([*GENES, *DOUBLES])
    hidden = {*split.test, *split.val}
    # 20 % of 20 singles, 10 % of the 16 left
    assert (len(split.test), len(split.val)) == (4, 1)
    touching = {name for name in DOUBLES if not hidden.isdisjoint(targets_of(name))}
    assert touching
    assert set(split.train) == {*GENES, *DOUBLES} - hidden - touching


def test_too_few_singles_are_refused():
    with pytest.raises(UserError, match="no test condition"):
        Single(test_fraction=0.1).split(GENES[:5])


def test_genes_are_drawn_as_in_gears():
    drawn = np.random.RandomState(9).choice(GENES, 8).tolist()
    assert Single(9, test_fraction=0.4).split([*GENES, *DOUBLES]).test == tuple(sorted({*drawn}))
