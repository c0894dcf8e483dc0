import numpy as np
import pytest

from scbig.data.inspection.declared import Declared
from scbig.data.inspection.expression_scale import constant_sum
from scbig.data.inspection.stored_matrix import in_memory
from scbig.data.inspection.value_evidence import look_at

RNG = np.random.default_rng(0)
COUNTS = RNG.poisson(2.0, (60, 40)).astype(np.float64)
SHARE = COUNTS / COUNTS.sum(1, keepdims=True)
PART = COUNTS / RNG.uniform(2.0, 5.0, (60, 1)) / COUNTS.sum(1, keepdims=True)


def scale(values, **declared):
    return Declared(**declared).scale_of(look_at(in_memory("X", None, values)))


@pytest.mark.parametrize(
    ("values", "kind", "base", "total", "declarable"),
    [
        (COUNTS, "counts", "", None, True),
        (COUNTS.astype(np.int16), "counts", "", None, True),
        (np.log1p(SHARE * 1e4), "log", "natural", 1e4, True),
        (np.log1p(SHARE * 1e6), "log", "natural", 1e6, False),
        (np.log1p(SHARE * 77.0), "log", "natural", 77.0, False),
        (np.log2(1 + SHARE * 1e4), "log", "base 2", 1e4, False),
        (np.log10(1 + SHARE * 1e6), "log", "base 10", 1e6, False),
        (SHARE * 1e6, "linear", "", 1e6, False),
        (np.log1p(PART * 1e4), "log", "natural", None, True),
    ],
)
def test_units_are_told_apart(values, kind, base, total, declarable):
    found = scale(values)
    assert (found.kind, found.base) == (kind, base)
    assert found.target_sum == (None if total is None else pytest.approx(total, rel=1e-3))
    assert found.is_declarable == declarable
    assert found.is_convertible == (kind in ("log", "linear") and total is not None)


@pytest.mark.parametrize(
    ("values", "says"),
    [
        (COUNTS * np.nan, "are NaN"),
        (np.where(COUNTS > 3, np.inf, COUNTS), "are infinite"),
        (COUNTS - 2, "negative, down to -2: z-scores"),
        (np.zeros((9, 4)), "no value but 0"),
        ((COUNTS > 1).astype(float), "only 0 and 1"),
        (COUNTS + 2**25, "cannot be right"),
        (np.where(np.arange(60)[:, None] < 7, COUNTS, np.log1p(SHARE * 1e4)), "mixed units: 7 of"),
        (np.log1p(np.log1p(PART * 1e4)), "no base or target sum fits"),
        (np.log2(1 + PART * 1e4), "what they were scaled to cannot be told"),
        (np.log1p(PART * 1e5), "what they were scaled to cannot be told"),
        (COUNTS * 37.3, "no sum is the same in all cells"),
    ],
)
def test_what_is_no_expression_is_said(values, says):
    found = scale(values)
    assert found.kind == "" and says in found.words
    assert not (found.is_declarable or found.is_convertible)


def test_a_declared_unit_counts_where_it_can_be_true():
    odd = np.log1p(np.sqrt(PART * 1e4))
    assert scale(odd).kind == ""
    assert scale(odd, scale="log1p_cp10k").is_declarable
    assert scale((COUNTS > 1).astype(float), scale="counts").is_declarable
    for values, declared in (
        (COUNTS, "log1p_cp10k"),
        (COUNTS * 37.3, "log1p_cp10k"),
        (np.log1p(SHARE * 1e6), "log1p_cp10k"),
        (np.log1p(SHARE * 1e4), "counts"),
        (COUNTS + 2**25, "counts"),
    ):
        assert "as declared" in scale(values, scale=declared).words
        assert not scale(values, scale=declared).kind


def test_constant_sums():
    assert constant_sum(np.full(5, 10_003.0)) == 1e4
    assert constant_sum(np.asarray([200.0, 0.0, 200.1, 199.9])) == 200.0
    assert constant_sum(np.asarray([200.0, 210.0, 190.0])) is None
    assert constant_sum(np.asarray([200.0, 200.0])) is None
