"""Modules of bounded size by alternating centroids and optimal transport."""

from math import ceil, floor

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from scbig.errors import UserError
from scbig.gene_modules.capacity_assignment import assign_within_capacity
from scbig.gene_modules.clusterer import Clusterer
from scbig.gene_modules.merging import larger_first
from scbig.gene_modules.relation_graph import RelationGraph

Labels = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_ROUNDS = 20
_SETTLED = 0.005  # share of labels that still change
_STARTS = 4


class BalancedTransport(Clusterer):
    """Balanced k-means on embeddings and relations at once.

    ``C_ik = alpha (1 - cos(e_i, mu_k)) / 2 + (1 - alpha) (1 - sum_{j in k} W_ij / sum_j W_ij)``,
    where ``mu_k`` is the direction of the mean embedding of module k. Genes that lack one of the
    two terms use the other. Each round assigns all genes at the lowest total cost under the
    capacities (exact transport). It starts several times from k-means on the leading eigenvectors
    of the degree-normalised graph, and the labels of the lowest self-consistent cost are kept.

    Args:
        n_modules: number of modules K.
        alpha: weight of the embedding against the relations, 0..1.
        tolerance: sizes lie between ``floor((1 - tolerance) n / K)`` and
            ``ceil((1 + tolerance) n / K)`` for n placed genes; 0 = equal sizes.
    """

    def __init__(self, n_modules: int = 16, alpha: float = 0.5, tolerance: float = 0.25) -> None:
        if n_modules < 1 or not 0 <= alpha <= 1 or not 0 <= tolerance < 1:
            raise UserError(
                "BalancedTransport needs n_modules >= 1, 0 <= alpha <= 1 and 0 <= tolerance < 1, "
                f"got {n_modules}, {alpha} and {tolerance}"
            )
        self.n_modules = n_modules
        self.alpha = alpha
        self.tolerance = tolerance

    def labels(self, graph: RelationGraph, seed: int) -> Labels:
        """Module of each gene, larger modules first; -1 for genes without an edge.

        Raises:
            UserError: more modules than connected genes.
        """
        linked = graph.require_linked(self.n_modules)
        weights = graph.weights[linked][:, linked]
        unit = _unit_rows(graph.embedding, linked)
        share = len(linked) / self.n_modules
        low = max(1, floor((1 - self.tolerance) * share))
        high = ceil((1 + self.tolerance) * share)

        best, lowest = np.zeros(len(linked), dtype=np.int64), np.inf
        for start in _spectral_starts(weights, self.n_modules, seed):
            current = start
            for _ in range(_ROUNDS):
                new = assign_within_capacity(self._cost(weights, unit, current), low, high)
                changed = float((new != current).mean())
                current = new
                cost = self._cost(weights, unit, current)
                total = float(cost[np.arange(len(current)), current].sum())
                if total < lowest:
                    best, lowest = current, total
                if changed < _SETTLED:
                    break
        out = np.full(len(graph.genes), -1, dtype=np.int64)
        out[linked] = larger_first(best)
        return out

    def _cost(self, weights: sp.csr_matrix, unit: Floats, labels: Labels) -> Floats:
        """Cost of each gene in each module, (genes, n_modules)."""
        rows = np.arange(len(labels))
        member = sp.csr_matrix(
            (np.ones(len(labels)), (rows, labels)), shape=(len(labels), self.n_modules)
        )
        degree = np.asarray(weights.sum(axis=1), dtype=np.float64)
        relation = 1.0 - np.asarray((weights @ member).todense()) / degree
        known = np.isfinite(unit).all(axis=1)
        if not known.any():
            return relation
        found = np.flatnonzero(known)
        centre = np.asarray(member[found].T @ unit[known])
        norm = np.linalg.norm(centre, axis=1, keepdims=True)
        centre = np.divide(centre, norm, out=np.zeros_like(centre), where=norm > 0)
        semantic = (1.0 - unit[known] @ centre.T) / 2
        cost = relation
        cost[known] = self.alpha * semantic + (1 - self.alpha) * relation[known]
        return cost


def _unit_rows(embedding: npt.NDArray[np.float32] | None, rows: npt.NDArray[np.int64]) -> Floats:
    """Directions of the embeddings, NaN rows where there is none."""
    if embedding is None:
        return np.full((len(rows), 1), np.nan)
    vectors = embedding[rows].astype(np.float64)
    norm = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Floats = np.full_like(vectors, np.nan)
    np.divide(vectors, norm, out=unit, where=norm > 0)
    return unit


def _spectral_starts(weights: sp.csr_matrix, n_modules: int, seed: int) -> list[Labels]:
    """K-means on row-normalised leading eigenvectors (Ng, Jordan and Weiss, NIPS 2001)."""
    from scipy.sparse.linalg import eigsh
    from sklearn.cluster import KMeans

    rng = np.random.default_rng(seed)
    n = weights.shape[0]
    scale = sp.diags(np.asarray(weights.sum(axis=1)).ravel() ** -0.5)
    normalised = sp.csr_matrix(scale @ weights @ scale)
    if n_modules < n - 1:
        # one starting vector for all seeds: eigenvectors of close eigenvalues stay the same
        vectors = eigsh(normalised, k=n_modules, which="LA", v0=np.ones(n), tol=1e-6)[1]
    else:
        vectors = np.linalg.eigh(normalised.toarray())[1][:, -n_modules:]
    norm = np.linalg.norm(vectors, axis=1, keepdims=True)
    points = np.divide(vectors, norm, out=np.zeros_like(vectors), where=norm > 0)
    # interchangeable genes have equal rows, and k-means wants distinct points
    points = points + 1e-6 * rng.standard_normal(points.shape)
    seeds = rng.integers(0, 2**31, _STARTS).tolist()
    fits = [KMeans(n_modules, n_init=3, random_state=start).fit(points) for start in seeds]
    return [np.asarray(fit.labels_, dtype=np.int64) for fit in fits]
