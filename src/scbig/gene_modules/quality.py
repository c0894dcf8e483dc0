"""Are modules real: edge density against permuted genes, correlation inside and between them."""

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from scbig.gene_modules.relation_graph import RelationGraph

Floats = npt.NDArray[np.float64]
Memberships = npt.NDArray[np.float32]


def density_z(
    graph: RelationGraph, weights: Memberships, permutations: int, rng: np.random.Generator
) -> Floats:
    """Edge weight inside modules, ``w_m' A w_m``, against permuted genes, in standard deviations.

    Args:
        graph: with the edges A.
        weights: memberships of its genes, (genes, modules).
        permutations: of the genes.
        rng: draws them.

    Returns:
        One a module, and last that of all modules together, (modules + 1,); NaN where
        permutations do not differ.
    """

    def inside(member: Memberships) -> Floats:
        weight = np.einsum("gm,gm->m", member, graph.weights @ member, dtype=np.float64)
        return np.append(weight, weight.sum())

    null = np.array([inside(rng.permutation(weights)) for _ in range(permutations)])
    spread = null.std(axis=0, ddof=1)
    observed = inside(weights)
    varies = spread > 1e-6 * np.abs(observed)
    z = np.full(len(observed), np.nan)
    z[varies] = (observed - null.mean(axis=0))[varies] / spread[varies]
    return z


def module_correlation(cells: sp.csr_matrix, weights: Memberships) -> tuple[Floats, float]:
    """Mean correlation of two genes of one module, and of two genes of different modules.

    Pairs of genes count by the product of their memberships. With standardised genes
    ``sum_{ij} w_i w_j r_ij`` is the variance of a weighted sum, so no gene x gene matrix is made.
    Genes that do not vary in these cells are left out.

    Args:
        cells: (cells, genes).
        weights: memberships of the genes, (genes, modules).

    Returns:
        Within each module and last over all modules, (modules + 1,), NaN for modules of fewer
        than two varying genes; and between modules.
    """
    dense = cells.toarray().astype(np.float64)
    dense -= dense.mean(axis=0)
    sd = dense.std(axis=0)
    varying = np.flatnonzero(sd > 1e-8)
    standard = dense[:, varying] / sd[varying]
    member = weights[varying].astype(np.float64)
    # a gene with itself is no pair
    itself = (member**2).sum(axis=0)
    sums = standard @ member
    square = (sums**2).mean(axis=0) - itself
    pairs = member.sum(axis=0) ** 2 - itself
    pairs[(member > 0).sum(axis=0) < 2] = 0.0
    within = np.full(weights.shape[1] + 1, np.nan)
    np.divide(
        np.append(square, square.sum()),
        np.append(pairs, pairs.sum()),
        out=within,
        where=np.append(pairs, pairs.sum()) > 0,
    )
    any_module = member.sum(axis=1)
    everything = float((sums.sum(axis=1) ** 2).mean() - (any_module**2).sum())
    apart = float(any_module.sum() ** 2 - (any_module**2).sum() - pairs.sum())
    between = (everything - float(square.sum())) / apart if apart > 1e-9 else float("nan")
    return within, between
