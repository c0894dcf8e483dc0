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
    capacities (exact transport). It starts several times from balanced k-means on the leading
    eigenvectors of the degree-normalised graph, and the labels of the lowest self-consistent cost
    are kept.

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

        axes = _spectral_axes(weights, self.n_modules, seed)
        best, lowest = np.zeros(len(linked), dtype=np.int64), np.inf
        for start in np.random.SeedSequence(seed).generate_state(_STARTS).tolist():
            current = _balanced_k_means(axes, self.n_modules, low, high, start)
            for _ in range(_ROUNDS):
                cost = self._cost(weights, unit, current)
                total = float(cost[np.arange(len(current)), current].sum())
                if total < lowest:
                    best, lowest = current, total
                new = assign_within_capacity(cost, low, high)
                changed = float((new != current).mean())
                current = new
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


def _spectral_axes(weights: sp.csr_matrix, n_axes: int, seed: int) -> Floats:
    """Row-normalised leading eigenvectors of the degree-normalised graph, (genes, n_axes).

    Ng, Jordan and Weiss, NIPS 2001. A block method: the eigenvalue 1 occurs once a piece of the
    graph, and Krylov methods that start from one vector miss its copies.
    """
    from sklearn.utils.extmath import randomized_svd

    scale = sp.diags(np.asarray(weights.sum(axis=1)).ravel() ** -0.5)
    positive = sp.csr_matrix(scale @ weights @ scale + sp.identity(weights.shape[0]))
    vectors = np.asarray(randomized_svd(positive, n_axes, n_iter=30, random_state=seed)[0])
    norm = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(norm, 1e-12), dtype=np.float64)


def _balanced_k_means(points: Floats, n_modules: int, low: int, high: int, seed: int) -> Labels:
    """K-means under the capacities, from k-means++ centres."""
    from sklearn.cluster import kmeans_plusplus

    centre = np.asarray(kmeans_plusplus(points, n_modules, random_state=seed)[0])
    labels = np.full(len(points), -1, dtype=np.int64)
    for _ in range(_ROUNDS):
        square = ((points**2).sum(1)[:, None] - 2 * points @ centre.T) + (centre**2).sum(1)
        new = assign_within_capacity(square, low, high)
        if (new != labels).mean() < _SETTLED:
            break
        labels = new
        total = np.zeros_like(centre)
        np.add.at(total, labels, points)
        centre = total / np.bincount(labels, minlength=n_modules)[:, None]
    return labels
