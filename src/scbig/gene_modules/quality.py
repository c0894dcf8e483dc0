"""Are modules real: edge density against permuted labels, correlation inside and between them."""

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from scbig.gene_modules.relation_graph import RelationGraph

Floats = npt.NDArray[np.float64]


def density_z(
    graph: RelationGraph,
    labels: npt.NDArray[np.int64],
    n_modules: int,
    permutations: int,
    rng: np.random.Generator,
) -> Floats:
    """Edge weight inside modules against permuted labels, in standard deviations.

    Returns:
        One a module, and last that of all modules together, (n_modules + 1,); NaN where
        permutations do not differ.
    """
    upper = sp.triu(graph.weights, k=1).tocoo()

    def inside(label: npt.NDArray[np.int64]) -> Floats:
        same = label[upper.row] == label[upper.col]
        weight = np.bincount(label[upper.row[same]], weights=upper.data[same], minlength=n_modules)
        return np.append(weight, weight.sum())

    null = np.array([inside(rng.permutation(labels)) for _ in range(permutations)])
    spread = null.std(axis=0, ddof=1)
    z = np.full(n_modules + 1, np.nan)
    varies = spread > 1e-12
    z[varies] = ((inside(labels) - null.mean(axis=0))[varies]) / spread[varies]
    return z


def module_correlation(
    cells: sp.csr_matrix, labels: npt.NDArray[np.int64], n_modules: int
) -> tuple[Floats, float]:
    """Mean correlation of two genes of one module, and of two genes of different modules.

    With standardised genes ``sum_{i,j in m} r_ij`` is the variance of their sum, so no gene x gene
    matrix is made. Genes that do not vary in these cells are left out.

    Args:
        cells: (cells, genes).
        labels: module of each gene, (genes,).
        n_modules: number of modules.

    Returns:
        Within each module and last over all modules, (n_modules + 1,), NaN for modules of fewer
        than two varying genes; and between modules.
    """
    dense = cells.toarray().astype(np.float64)
    dense -= dense.mean(axis=0)
    sd = dense.std(axis=0)
    varying = np.flatnonzero(sd > 1e-8)
    standard = dense[:, varying] / sd[varying]
    member = np.zeros((len(varying), n_modules))
    member[np.arange(len(varying)), labels[varying]] = 1.0
    sizes = member.sum(axis=0)
    sums = standard @ member
    square = (sums**2).mean(axis=0)
    pairs = sizes * (sizes - 1)
    total = float((sums.sum(axis=1) ** 2).mean())
    excess = np.append(square - sizes, (square - sizes).sum())
    count = np.append(pairs, pairs.sum())
    within = np.full(n_modules + 1, np.nan)
    np.divide(excess, count, out=within, where=count > 0)
    apart = float(sizes.sum() ** 2 - (sizes**2).sum())
    between = (total - float(square.sum())) / apart if apart > 0 else float("nan")
    return within, between
