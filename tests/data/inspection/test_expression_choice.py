import numpy as np
import pytest

from scbig.data.inspection.expression_choice import LookedAt, choose_expression
from scbig.data.inspection.expression_scale import scale_of
from scbig.data.inspection.stored_matrix import in_memory
from scbig.data.inspection.value_evidence import look_at
from scbig.errors import UserError

RNG = np.random.default_rng(0)
COUNTS = RNG.poisson(2.0, (60, 40)).astype(np.float64)
LOG = np.log1p(1e4 * COUNTS / COUNTS.sum(1, keepdims=True))
PANEL = np.log1p(1e4 * COUNTS / RNG.uniform(300, 900, (60, 1)))
Z = COUNTS - COUNTS.mean(0)


def chosen(library=False, **matrices):
    looked = []
    for name, values in matrices.items():
        layer = None if name == "X" else "raw.X" if name == "raw" else name
        matrix = in_memory(name, layer, values)
        seen = look_at(matrix)
        looked.append(LookedAt(matrix, seen, scale_of(seen)))
    known = {one.matrix.name: library for one in looked}
    return choose_expression(looked, known).matrix.name


def test_counts_come_first():
    assert chosen(X=COUNTS) == "X"
    assert chosen(X=LOG, counts=COUNTS) == "counts"
    assert chosen(X=LOG, raw=COUNTS) == "raw"
    assert chosen(X=COUNTS, counts=COUNTS) == "X"
    assert chosen(X=Z, scaled=Z, raw=LOG) == "raw"
    assert chosen(X=COUNTS * (1e6 / COUNTS.sum(1, keepdims=True)), lognorm=LOG) == "lognorm"


def test_a_panel_that_was_normalised_before_knows_more_than_its_counts():
    assert chosen(X=PANEL, counts=COUNTS) == "X"
    assert chosen(library=True, X=PANEL, counts=COUNTS) == "counts"


def test_a_sum_that_shows_comes_before_one_that_does_not():
    assert chosen(X=PANEL, raw=LOG) == "raw"
    assert chosen(X=PANEL[:, :20], raw=np.log1p(np.expm1(LOG) * 100)) == "raw"
    assert chosen(X=LOG, raw=PANEL) == "X"


def test_different_counts_must_be_named():
    with pytest.raises(UserError, match=r"X and spliced hold different counts: .*--data.layer"):
        chosen(X=COUNTS, spliced=COUNTS * 2)
    with pytest.raises(UserError, match="hold different counts"):
        chosen(X=Z, a=COUNTS, b=COUNTS * 2)
    assert chosen(X=Z, counts=COUNTS, spliced=COUNTS * 2) == "counts"


def test_nothing_to_read_is_said():
    with pytest.raises(UserError, match=r"no matrix holds counts.*X: .* are negative"):
        chosen(a=Z, X=Z)
