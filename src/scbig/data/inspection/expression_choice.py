"""Which matrix of a file to read, of X, its layers and ``raw``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from scbig.data.inspection.expression_scale import ExpressionScale
from scbig.data.inspection.stored_file import RAW
from scbig.data.inspection.stored_matrix import StoredMatrix
from scbig.data.inspection.value_evidence import ValueEvidence
from scbig.errors import UserError

#: Names of layers that hold the raw counts where several matrices are counts.
COUNT_LAYERS = ("counts", "raw_counts", "raw", "umi", "umi_counts")


@dataclass(frozen=True)
class LookedAt:
    """A matrix, what its values are like, and the unit that follows."""

    matrix: StoredMatrix
    seen: ValueEvidence
    scale: ExpressionScale


def choose_expression(looked: Sequence[LookedAt], library_known: Mapping[str, bool]) -> LookedAt:
    """The matrix that says most: counts before logarithms before what must be converted.

    Counts of a part of the genes do not say what the cell held in all. Where X does, because it
    was normalised before genes were taken away, and no obs column has the totals, X is chosen.

    Args:
        looked: the matrices of the file.
        library_known: whether an obs column has the totals of a matrix, by its name.

    Raises:
        UserError: several matrices hold different counts, or none holds expression.
    """
    counts = [one for one in looked if one.scale.kind == "counts"]
    logs = [one for one in looked if one.scale.kind == "log" and one.scale.is_declarable]
    if counts:
        chosen = _one_of(counts)
        fuller = [one for one in logs if one.scale.target_sum is None]
        same_genes = [one for one in fuller if one.matrix.shape == chosen.matrix.shape]
        if same_genes and not library_known[chosen.matrix.name]:
            return same_genes[0]
        return chosen
    # of a matrix of all genes the sum says what it was scaled to, and of a part of them it does not
    proven = [one for one in logs if one.scale.target_sum is not None]
    convertible = [one for one in looked if one.scale.is_convertible]
    for group in (proven, convertible, logs):
        if group:
            return group[0]
    first = next((one for one in looked if one.matrix.layer is None), looked[0])
    raise UserError(
        f"no matrix holds counts or log-normalised expression; {first.matrix.name}: "
        f"{first.scale.words}; give a file with raw counts, or declare --data.layer and "
        "--data.scale if you know better"
    )


def _one_of(counts: Sequence[LookedAt]) -> LookedAt:
    first, *others = counts
    if first.matrix.layer is None and all(same_values(first, one) for one in others):
        return first
    # raw is what was there before X was made of it: it may have more genes, and no other cells
    named = [one for one in counts if one.matrix.layer in COUNT_LAYERS]
    if first.matrix.layer is not None and named:
        return named[0]
    layers = [one for one in counts if one.matrix.layer != RAW]
    if len(layers) == 1:
        return layers[0]
    if not layers or all(same_values(layers[0], one) for one in layers[1:]):
        return (layers or list(counts))[0]
    raise UserError(
        f"{' and '.join(one.matrix.name for one in layers)} hold different counts: name one with "
        f"--data.layer {next(one.matrix.layer for one in layers if one.matrix.layer)}, or declare "
        "--data.scale counts for X"
    )


def same_values(one: LookedAt, other: LookedAt) -> bool:
    """Whether two matrices have equal sums and numbers of values in every row looked at."""
    return (
        one.matrix.shape == other.matrix.shape
        and np.array_equal(one.seen.sums, other.seen.sums)
        and np.array_equal(one.seen.entries, other.seen.entries)
    )
