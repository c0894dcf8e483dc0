"""``SoftModules``: overlapping modules of genes from relations and training effects together."""

import warnings

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from scbig.errors import UserError
from scbig.gene_modules.clusterer import Clusterer
from scbig.gene_modules.leiden import Leiden
from scbig.gene_modules.relation_graph import RelationGraph
from scbig.module_membership import strongest_module

Matrix = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]

#: Start of a gene in the modules that are not its own: above 0, which no update leaves quickly.
_ELSEWHERE = 0.2
_ITERATIONS = 500


class SoftModules(Clusterer):
    """Non-negative factorisation of relations and effects, started from Leiden communities.

    Every gene has a row of ``S = [sqrt(1-a) R, sqrt(a) P+, sqrt(a) P-]``: R its relations in the
    fused graph, D^-1/2 W D^-1/2 with rows of unit length, and P its effect profile
    (``RelationGraph.effects``), up and down apart. ``min ||S - W H||^2`` over W, H >= 0 by
    coordinate descent (Cichocki and Phan, IEICE Trans. E92-A, 2009; scikit-learn); with rows of H
    of unit length, W says how much of a gene's relations and effects each module explains. A gene
    keeps the memberships of at least ``smallest_share`` of its largest, ``most`` of them at most.

    The graph acts as data: a penalty tr W'(I - R)W on top of it, and one on sum W, changed the
    recovery of planted overlapping modules by .005 in cosine or less.

    Args:
        n_modules: number of modules; fewer where a module is no gene's strongest.
        effect_share: a, weight of the effects against the relations, 0..1. Without effects the
            relations stand alone.
        smallest_share: of a gene's largest membership, below which another is dropped, 0..1.
        most: memberships of a gene.
    """

    def __init__(
        self,
        n_modules: int = 16,
        effect_share: float = 0.5,
        smallest_share: float = 0.25,
        most: int = 3,
    ) -> None:
        if n_modules < 1 or most < 1:
            raise UserError(
                f"SoftModules needs n_modules >= 1 and most >= 1, got {n_modules} and {most}"
            )
        if not (0 <= effect_share < 1 and 0 < smallest_share <= 1):
            raise UserError(
                "SoftModules needs 0 <= effect_share < 1 and 0 < smallest_share <= 1, got "
                f"{effect_share} and {smallest_share}"
            )
        self.n_modules = n_modules
        self.effect_share = effect_share
        self.smallest_share = smallest_share
        self.most = most

    def labels(self, graph: RelationGraph, seed: int) -> Labels:
        """Strongest module of each gene; -1 for genes with neither relations nor effects."""
        return strongest_module(self.memberships(graph, seed))

    def memberships(self, graph: RelationGraph, seed: int) -> npt.NDArray[np.float32]:
        """Share of each gene in each module, larger modules first, (genes, modules).

        Raises:
            UserError: more modules than connected genes, or Leiden finds none.
        """
        start = Leiden(self.n_modules).labels(graph, seed)
        explained = _factorised(_stacked(graph, self.effect_share), start)
        shares = strongest_shares(explained, self.smallest_share, self.most)
        placed = shares.any(axis=1)
        # every module is some gene's strongest, so that labels name all modules
        own = np.unique(shares[placed].argmax(axis=1))
        shares = strongest_shares(shares[:, own], self.smallest_share, self.most)
        larger_first = np.argsort(-shares.sum(axis=0), kind="stable")
        return np.asarray(shares[:, larger_first], dtype=np.float32)


def strongest_shares(weights: Matrix, smallest_share: float, most: int) -> Matrix:
    """Rows with their largest weights alone, divided by their sum; rows of zeros stay, same shape.

    Args:
        weights: >= 0, (genes, modules).
        smallest_share: of the row's largest weight, below which another becomes 0.
        most: weights of a row that are kept.
    """
    rank = np.argsort(np.argsort(-weights, axis=1, kind="stable"), axis=1, kind="stable")
    enough = weights >= smallest_share * weights.max(axis=1, keepdims=True)
    kept = np.where((rank < most) & enough, weights, 0.0)
    return np.asarray(kept / np.maximum(kept.sum(axis=1, keepdims=True), 1e-300))


def _stacked(graph: RelationGraph, effect_share: float) -> sp.csr_matrix:
    """S, (genes, genes + 2 conditions)."""
    scale = sp.diags(_inverse(np.sqrt(graph.degree)))
    relations = sp.csr_matrix(scale @ graph.weights @ scale)
    length = np.sqrt(np.asarray(relations.multiply(relations).sum(axis=1)).ravel())
    relations = sp.csr_matrix(sp.diags(_inverse(length)) @ relations)
    if graph.effects is None or effect_share == 0:
        return relations
    effects = graph.effects * np.sqrt(effect_share)
    up, down = (sp.csr_matrix(np.maximum(sign * effects, 0.0)) for sign in (1.0, -1.0))
    return sp.csr_matrix(sp.hstack([np.sqrt(1 - effect_share) * relations, up, down]))


def _factorised(stacked: sp.csr_matrix, start: Labels) -> Matrix:
    """W for rows of H of unit length, (genes, modules); zero where a gene's row is zero."""
    from sklearn.decomposition import NMF
    from sklearn.exceptions import ConvergenceWarning

    n_modules = int(start.max()) + 1
    weights = np.full((len(start), n_modules), _ELSEWHERE)
    placed = np.flatnonzero(start >= 0)
    weights[placed, start[placed]] = 1.0
    patterns = np.ascontiguousarray((stacked.T @ weights).T / weights.sum(axis=0)[:, None])
    model = NMF(n_modules, init="custom", max_iter=_ITERATIONS)
    with warnings.catch_warnings():
        # what has not settled by then changes shares in the third digit
        warnings.simplefilter("ignore", ConvergenceWarning)
        weights = model.fit_transform(stacked, W=weights, H=patterns)
    return np.asarray(weights * np.linalg.norm(model.components_, axis=1))


def _inverse(values: Matrix) -> Matrix:
    return np.divide(1.0, values, out=np.zeros_like(values), where=values > 0)
