"""Which unit a matrix is in, from what its values are like."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scbig.data.expression_reader import FEWEST_WHOLE, HIGHEST_LOG, SUM_TOLERANCE
from scbig.data.inspection.value_evidence import ValueEvidence
from scbig.expression import TARGET_SUM

#: Sums that differ by no more than this share are one number: half precision reaches it.
SAME_SUM = 1e-2
#: Target sums that tools use; one that is met within a thousandth is taken as the round number.
ROUND_SUMS = (1e3, 1e4, 1e5, 1e6)
#: Share of cells whose values must be multiples of the smallest for a logarithm to be recognised.
FITTING_CELLS = 0.5
FEWEST_CELLS = 3
#: Whole numbers above it are not all numbers of float32, which cells are kept in.
LARGEST_COUNT = 2**24


@dataclass(frozen=True)
class ExpressionScale:
    """Unit of a matrix.

    Attributes:
        kind: ``counts``, ``log`` (of 1 + scaled counts), ``linear`` (scaled counts, no logarithm),
            or ``""`` when it is no expression that a screen can be read from.
        words: what it is, with the numbers that say so.
        base: of the logarithm, a name of ``BASES``.
        target_sum: what the scaled counts of a cell sum to; ``None`` when genes were taken away
            after scaling, so that nothing sums to it any more.
    """

    kind: str
    words: str
    base: str = ""
    target_sum: float | None = None

    @property
    def is_declarable(self) -> bool:
        """Whether ``read_screen`` takes it as it is."""
        known_sum = self.target_sum in (None, TARGET_SUM)
        return self.kind == "counts" or (
            self.kind == "log" and self.base == "natural" and known_sum
        )

    @property
    def is_convertible(self) -> bool:
        """Whether it can be brought to log1p of counts per 10,000 without a guess."""
        return self.kind in ("log", "linear") and self.target_sum is not None


def scale_of(seen: ValueEvidence) -> ExpressionScale:
    """The unit that the evidence speaks for."""
    refused = _no_expression(seen)
    if refused:
        return ExpressionScale("", refused)
    span = f"{seen.lowest:.4g} to {seen.highest:.4g}"
    if not seen.n_fractions:
        if no_counts(seen):
            return ExpressionScale("", no_counts(seen))
        if seen.highest <= 1 and len(seen.sums) > FEWEST_CELLS:
            return ExpressionScale("", "only 0 and 1: counts were made binary")
        return ExpressionScale("counts", f"raw counts: whole numbers only, {span}")
    for name, sums in seen.linear.items():
        total = constant_sum(sums)
        if total is not None:
            return ExpressionScale(
                "log",
                f"log1p, {name}: {_back(name)} sums to {total:,.6g} in every cell",
                name,
                total,
            )
    total = constant_sum(seen.sums)
    if total is not None:
        return ExpressionScale(
            "linear",
            f"scaled counts without logarithm: values sum to {total:,.6g} in every cell",
            target_sum=total,
        )
    whole = whole_cells(seen)
    if whole:
        return ExpressionScale(
            "",
            f"mixed units: {whole:,} of {len(seen.rows):,} cells hold whole numbers only and "
            f"{int((seen.fractions > 0).sum()):,} do not",
        )
    return _of_a_panel(seen, span)


def _no_expression(seen: ValueEvidence) -> str:
    for number, what in (
        (seen.n_nan, "NaN"),
        (seen.n_infinite, "infinite"),
    ):
        if number:
            return f"{number:,} of {seen.n_values:,} values are {what}"
    if seen.n_negative:
        return (
            f"{seen.n_negative:,} of {seen.n_values:,} values are negative, down to "
            f"{seen.lowest:.4g}: z-scores, effects or corrected values, not expression"
        )
    if not seen.n_values:
        return "there is no value but 0"
    return ""


def whole_cells(seen: ValueEvidence) -> int:
    """Number of cells of several values that are all whole numbers."""
    return int(((seen.fractions == 0) & (seen.entries >= FEWEST_WHOLE)).sum())


def no_counts(seen: ValueEvidence) -> str:
    """Why finite values >= 0 cannot be counts; "" if they can."""
    if seen.n_fractions:
        return f"{seen.n_fractions:,} of {seen.n_values:,} values are fractions"
    if seen.highest > LARGEST_COUNT:
        return f"a count of {seen.highest:.10g} cannot be right"
    return ""


def _of_a_panel(seen: ValueEvidence, span: str) -> ExpressionScale:
    if seen.highest > HIGHEST_LOG:
        return ExpressionScale(
            "",
            f"neither counts nor a logarithm: {seen.n_fractions:,} of {seen.n_values:,} values are "
            f"fractions, {span}, and no sum is the same in all cells",
        )
    best = max(seen.multiples, key=lambda name: seen.multiples[name])
    share = seen.multiples[best]
    if share < FITTING_CELLS:
        return ExpressionScale(
            "",
            f"fractions, {span}, as after a logarithm, but no base or target sum fits them",
        )
    most = float(seen.linear[best].max())
    evidence = (
        f"log1p, {best}, of a part of the genes: {_back(best)} are multiples of the smallest in "
        f"{share:.0%} of cells and sum to {most:,.5g} at most"
    )
    if best != "natural" or most > TARGET_SUM * SUM_TOLERANCE:
        return ExpressionScale("", f"{evidence}: what they were scaled to cannot be told")
    return ExpressionScale("log", evidence, best)


def constant_sum(sums: npt.NDArray[np.float64]) -> float | None:
    """The one number that all sums but 0 are; ``None`` when they differ."""
    filled = sums[sums != 0]
    if len(filled) < FEWEST_CELLS or not np.isfinite(filled).all():
        return None
    total = float(np.median(filled))
    if np.abs(filled / total - 1).max() > SAME_SUM:
        return None
    near = [known for known in ROUND_SUMS if abs(total / known - 1) < 1e-3]
    return near[0] if near else total


def _back(base: str) -> str:
    return {"natural": "expm1 of its values", "base 2": "2^x - 1", "base 10": "10^x - 1"}[base]
