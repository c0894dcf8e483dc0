"""What predictions must not be, seen beside the truth: copies, another unit, another gene order."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from scbig.data.cell_matrix import mean_of, moments
from scbig.data.equal_rows import rows_found
from scbig.data.prediction_file import PredictedCells
from scbig.data.screen import Screen
from scbig.errors import UserError, listed

#: Nearly empty cells can agree by chance; from so many non-zero values on they do not.
FEWEST_VALUES = 5
#: A copied share of the cells of a condition above which it is no coincidence.
MOST_COPIED = 0.05
#: Means that agree this closely in every gene are one mean in two precisions.
SAME_MEAN = 1e-5
#: The mean profile must correlate with control at least by this part of the least real condition.
PROFILE_SHARE = 0.5
#: Ratio of predicted to control expression: both of its estimates beyond one limit is another unit.
LOWEST_RATIO, HIGHEST_RATIO = 0.75, 1.25
#: And so is the slope alone beyond these: strong expression tells where weak does not.
LOWEST_SLOPE, HIGHEST_SLOPE = 0.5, 2.0

Matrix = npt.NDArray[np.float64]


def check_predictions(
    name: str, predicted: PredictedCells, conditions: Sequence[str], screen: Screen
) -> None:
    """Refuse predictions that cannot be what they are given as.

    Args:
        name: of the file, for messages.
        predicted: in the genes of ``screen``.
        conditions: scored ones.
        screen: the truth.

    Raises:
        UserError: altered controls, copied cells, permuted gene names or a wrong unit.
    """
    refuse_altered_controls(name, predicted.controls, screen)
    refuse_copies(name, predicted, conditions, screen)
    means, control = condition_means(screen), _control_mean(screen)
    profile = predicted.means(conditions).mean(0)
    refuse_other_genes(name, profile, means, control)
    refuse_other_unit(name, profile, control)


def refuse_altered_controls(name: str, controls: sp.csr_matrix, screen: Screen) -> None:
    """Control cells among predictions must be measured ones; they are then ignored.

    Raises:
        UserError: some are not: effects are always taken against the real controls.
    """
    real = rows_found(controls, screen.cells[screen.control_rows])
    if not real.all():
        raise UserError(
            f"{name} holds {len(real)} control cells and {int((~real).sum())} of them are not "
            "control cells of the truth: effects are measured against the real controls; remove "
            "them, or set --predicted.drop_controls true"
        )


def refuse_copies(
    name: str, predicted: PredictedCells, conditions: Sequence[str], screen: Screen
) -> None:
    """Predicted cells must not be measured cells of the conditions that are scored.

    Cells of control or training conditions are fair: a baseline may resample them.

    Raises:
        UserError: more than ``MOST_COPIED`` of the cells of a condition are, or its mean is the
            measured mean.
    """
    rows = np.concatenate([predicted.rows[c] for c in conditions])
    owner = np.repeat(np.arange(len(conditions)), [len(predicted.rows[c]) for c in conditions])
    full = np.diff(predicted.cells.indptr)[rows] >= FEWEST_VALUES
    found = np.zeros(len(rows), dtype=np.bool_)
    found[full] = rows_found(predicted.cells[rows[full]], screen.cells[screen.rows_of(conditions)])
    sizes = np.bincount(owner, minlength=len(conditions))
    copied = np.bincount(owner, weights=found, minlength=len(conditions))
    measured = condition_means(screen)[screen.codes_of(conditions) - 1]
    same = np.abs(predicted.means(conditions) - measured).max(1) <= SAME_MEAN
    guilty = [c for i, c in enumerate(conditions) if same[i] or copied[i] > MOST_COPIED * sizes[i]]
    if guilty:
        raise UserError(
            f"{name} is not a prediction: {int(copied.sum())} of its {len(rows)} cells are "
            f"measured cells of test conditions, or their means are, in {len(guilty)} conditions "
            f"({listed(guilty)}); a score of the truth against itself means nothing"
        )


def refuse_other_genes(name: str, profile: Matrix, means: Matrix, control: Matrix) -> None:
    """Values must belong to the genes they are named by.

    Which genes a cell expresses much is the same in every condition: the mean of a real condition
    correlates with that of the controls by .68 to 1.00 over the genes of the real panels, the mean
    over the conditions of a file by .91 to 1.00. That mean stays at .88 or above when all effects
    are turned round and doubled, and at .65 when they are doubled; permuting the names brings it to
    0 +- 1/sqrt(genes), at most .14. The limit, half of the correlation of the least similar real
    condition of this screen (.34 to .48 there), lies between for any screen.

    Args:
        name: of the file.
        profile: mean over the predicted conditions, (genes,).
        means: of real conditions, (conditions, genes).
        control: mean of real controls, (genes,).

    Raises:
        UserError: the correlation is below the limit.
    """
    least = min(float(_correlation(mean, control)) for mean in means)
    own = _correlation(profile, control)
    if least > 0 and own < PROFILE_SHARE * least:
        raise UserError(
            f"{name} does not fit its gene names: its mean expression correlates with that of the "
            f"real controls by {own:.2f} over {len(control)} genes, a real condition by "
            f"{least:.2f} or more; check that columns and names are in the same order and that "
            "the values are expression, not effects"
        )


def refuse_other_unit(name: str, profile: Matrix, control: Matrix) -> None:
    """Values must be the natural logarithm of 1 + counts per 10,000, averaged after the logarithm.

    The predicted mean profile is regressed on that of the controls, through the origin, and the
    median of their ratio over the better expressed half of the genes is taken. In real panels both
    are within .91 and 1.04 over the conditions of a file, at most 1.13 when all effects are turned
    round and doubled; log2 makes them 1.35 or more, log10 .45 or less, counts per million 1.9 or
    more. Only when both are beyond the same limit is it the unit: strong effects move one of them
    alone. Where expression is weak a logarithm hardly matters (the median gene does not tell), and
    the slope, which strong genes rule, must be far off: 2.9 and more without logarithm, at most
    1.25 for effects that are predicted five times too large.

    Raises:
        UserError: they are.
    """
    slope = float(profile @ control) / max(float(control @ control), 1e-300)
    expressed = control >= max(float(np.median(control)), 1e-12)
    ratio = float(np.median(profile[expressed] / control[expressed])) if expressed.any() else slope
    both = min(slope, ratio) > HIGHEST_RATIO or max(slope, ratio) < LOWEST_RATIO
    if both or not LOWEST_SLOPE <= slope <= HIGHEST_SLOPE:
        raise UserError(
            f"{name} is in another unit than log1p of counts per 10,000: its mean expression is "
            f"{ratio:.2f} times that of the real controls (median gene; slope {slope:.2f}); check "
            "the base of the logarithm (log2 gives 1.44, log10 0.43), the total it was normalised "
            "to, and that a pseudobulk is a mean of logarithms, not a logarithm of a mean"
        )


def condition_means(screen: Screen) -> Matrix:
    """Mean of each perturbed condition, (conditions, genes)."""
    groups = screen.condition - 1
    rows = np.arange(len(groups))
    return moments(screen.cells, rows, groups, len(screen.conditions))[0]


def _control_mean(screen: Screen) -> Matrix:
    return mean_of(screen.cells, screen.control_rows)


def _correlation(a: Matrix, b: Matrix) -> float:
    x, y = a - a.mean(), b - b.mean()
    size = float(np.sqrt((x @ x) * (y @ y)))
    return float(x @ y) / size if size > 0 else 0.0
