"""Mean effects of training conditions, each against control cells of its own strata."""

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from scbig.data.cell_matrix import moments, row_blocks
from scbig.data.screen import Screen
from scbig.effects import Effects
from scbig.split import Split
from scbig.target_embedding import TargetEmbedding

Matrix = npt.NDArray[np.float64]


def stratum_weights(screen: Screen) -> Matrix:
    """Share of the cells of each condition in each stratum, (conditions, strata); rows sum to 1."""
    return screen.condition_strata / screen.cells_of[:, None]


def training_effects(screen: Screen, split: Split, targets: TargetEmbedding) -> Effects:
    """Effects of ``split.train``, matched by stratum, with their squared standard errors.

    With w_s the share of the n cells of a condition in stratum s, and m_s, v_s, n_s mean, variance
    and number of the control cells there:

        delta    = mean_i (x_i - m_{s(i)})
        variance = var_i (x_i - m_{s(i)}) / n + sum_s w_s^2 v_s / n_s

    A variance that one cell cannot give is taken from all control cells. The second term is shared
    by conditions of the same strata: their errors are not independent.

    Args:
        screen: only its control and training cells are read.
        split: which conditions are trained on.
        targets: embeddings to keep with the effects.
    """
    control = screen.control_rows
    n_strata = len(screen.strata)
    mean, variance, sizes = moments(screen.cells, control, screen.stratum[control], n_strata)
    zeros = np.zeros(len(control), dtype=np.int64)
    overall, spread, _ = moments(screen.cells, control, zeros, 1)
    variance = np.where(np.isnan(variance), spread, variance)

    codes = screen.codes_of(split.train)
    rows = screen.rows_of(split.train)
    group_of = np.full(len(screen.condition_names), -1, dtype=np.int64)
    group_of[codes] = np.arange(len(codes))
    n_cells = screen.cells_of[codes]
    weights = stratum_weights(screen)[codes]
    total = np.zeros((len(codes), len(screen.genes)))
    squares = np.zeros_like(total)
    for part, cells in row_blocks(screen.cells, rows):
        inside = rows[part]
        group, local = np.unique(group_of[screen.condition[inside]], return_inverse=True)
        sums = _residual_sums(cells, screen.stratum[inside], local, mean, len(group))
        total[group] += sums[0]
        squares[group] += sums[1]
    per_stratum = screen.condition_strata[codes].astype(np.float64)
    n = n_cells[:, None].astype(np.float64)
    delta = (total - per_stratum @ mean) / n
    squares = squares + per_stratum @ mean**2
    with np.errstate(divide="ignore", invalid="ignore"):
        own = np.maximum(squares - n * delta**2, 0.0) / (n - 1)
    own = np.where(n > 1, own, spread)
    return Effects(
        genes=screen.genes,
        conditions=tuple(split.train),
        delta=delta,
        variance=own / n + weights**2 @ (variance / sizes[:, None]),
        n_cells=n_cells,
        control=overall[0],
        targets=targets,
    )


def _residual_sums(
    cells: sp.csr_matrix,
    stratum: npt.NDArray[np.int64],
    group: npt.NDArray[np.int64],
    mean: Matrix,
    n_groups: int,
) -> tuple[Matrix, Matrix]:
    """Sums over each group of x, and of x^2 - 2 x m: zeros of x contribute to neither.

    So sum (x - m) and sum (x - m)^2 follow from them and from the cell numbers, without a dense
    matrix of cells or of condition x stratum.
    """
    select = sp.csr_matrix(
        (np.ones(len(group)), (group, np.arange(len(group)))), shape=(n_groups, len(group))
    )
    values = cells.astype(np.float64)
    reference = mean[np.repeat(stratum, np.diff(values.indptr)), values.indices]
    total = np.asarray((select @ values).todense())
    values.data = values.data * (values.data - 2.0 * reference)
    return total, np.asarray((select @ values).todense())
