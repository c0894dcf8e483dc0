"""One weighted graph of genes, fused from several sources that each know only some genes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from scbig.errors import UserError, listed


class Relation(NamedTuple):
    """What one source says of pairs of genes.

    Attributes:
        weights: symmetric, >= 0, zero diagonal, (genes, genes).
        covered: genes that the source knows at all, (genes,); for the others the absence of an
            edge means nothing.
    """

    weights: sp.csr_matrix
    covered: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class RelationGraph:
    """The fused graph that clusterers read.

    Attributes:
        genes: gene names, in the order of the expression columns.
        weights: symmetric, >= 0, zero diagonal, (genes, genes).
        coverage: share of genes that each source knows.
        embedding: vectors of genes, NaN rows where unknown, (genes, width), or None.
        effects: profiles of genes over training conditions, (genes, conditions), or None.
    """

    genes: tuple[str, ...]
    weights: sp.csr_matrix
    coverage: dict[str, float]
    embedding: npt.NDArray[np.float32] | None = None
    effects: npt.NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        n = len(self.genes)
        if self.weights.shape != (n, n):
            raise ValueError(f"weights of shape {self.weights.shape} for {n} genes")
        if self.embedding is not None and len(self.embedding) != n:
            raise ValueError(f"{len(self.embedding)} embedding rows for {n} genes")
        if self.effects is not None and len(self.effects) != n:
            raise ValueError(f"{len(self.effects)} effect profiles for {n} genes")

    @cached_property
    def degree(self) -> npt.NDArray[np.float64]:
        """Total edge weight of each gene, (genes,); zero where nothing is known."""
        return np.asarray(self.weights.sum(axis=1), dtype=np.float64).ravel()

    def require_linked(self, n_modules: int) -> npt.NDArray[np.int64]:
        """Indices of the genes that have an edge.

        Raises:
            UserError: fewer such genes than modules.
        """
        linked = np.flatnonzero(self.degree > 0)
        if len(linked) < n_modules:
            raise UserError(
                f"{n_modules} gene modules were asked for and {len(linked)} of "
                f"{len(self.genes)} genes have a relation: ask for fewer modules"
            )
        return linked

    def weight_to_groups(
        self, labels: npt.NDArray[np.int64], n_groups: int
    ) -> npt.NDArray[np.float64]:
        """Edge weight from each gene to the genes of each label, (genes, n_groups).

        Genes with a negative label are in no group.
        """
        inside = np.flatnonzero(labels >= 0)
        member = sp.csr_matrix(
            (np.ones(len(inside)), (inside, labels[inside])), shape=(len(labels), n_groups)
        )
        return np.asarray((self.weights @ member).todense(), dtype=np.float64)


def fuse(
    genes: Sequence[str],
    relations: Mapping[str, Relation | tuple[sp.csr_matrix, npt.NDArray[np.bool_]]],
    alphas: Mapping[str, float] | None = None,
    embedding: npt.NDArray[np.floating] | None = None,
    effects: npt.NDArray[np.float64] | None = None,
) -> RelationGraph:
    """Weighted mean of degree-normalised sources over the sources that know both genes.

    ``W_s <- D_s^-1/2 W_s D_s^-1/2``, then
    ``W_ij = sum_s alpha_s W_s,ij / sum_s alpha_s 1[i and j covered by s]``: a gene that one
    source does not know is placed by the others, undiluted.

    Args:
        genes: gene names, in the order of the expression columns.
        relations: what each source says, by the name of the source.
        alphas: weight of each source, > 0; 1 for those not named.
        embedding: vectors that travel with the graph, for clusterers that use them; NaN rows
            where unknown, (genes, width).
        effects: profiles of genes over training conditions that travel likewise,
            (genes, conditions).

    Raises:
        UserError: no source, a weight for an unknown source or not positive, or no edge at all.
    """
    alpha = dict.fromkeys(relations, 1.0) | dict(alphas or {})
    if not relations:
        raise UserError("gene modules need at least one relation between genes: name one")
    if unknown := sorted(set(alpha) - set(relations)):
        raise UserError(
            f"weights for relations that are not used: {listed(unknown)}; "
            f"used are {listed(relations)}"
        )
    if wrong := [name for name, value in alpha.items() if not 0 < value < np.inf]:
        raise UserError(f"weights of relations must be positive numbers: {listed(wrong)}")
    total = sum(
        (alpha[name] * _degree_normalised(weights) for name, (weights, _) in relations.items()),
        start=sp.csr_matrix((len(genes), len(genes))),
    ).tocoo()
    known = sum(
        alpha[name] * (covered[total.row] & covered[total.col])
        for name, (_, covered) in relations.items()
    )
    fused = sp.csr_matrix((total.data / known, (total.row, total.col)), shape=total.shape)
    fused.eliminate_zeros()
    if fused.nnz == 0:
        raise UserError(
            f"the relations {listed(relations)} link no two of the {len(genes)} genes: "
            "check that the gene names of the screen and of the prior agree"
        )
    return RelationGraph(
        genes=tuple(genes),
        weights=fused,
        coverage={name: float(covered.mean()) for name, (_, covered) in relations.items()},
        embedding=None if embedding is None else np.asarray(embedding, dtype=np.float32),
        effects=effects,
    )


def _degree_normalised(weights: sp.csr_matrix) -> sp.csr_matrix:
    degree = np.asarray(weights.sum(axis=1), dtype=np.float64).ravel()
    scale = np.zeros_like(degree)
    scale[degree > 0] = degree[degree > 0] ** -0.5
    diagonal = sp.diags(scale)
    return sp.csr_matrix(diagonal @ weights @ diagonal)
