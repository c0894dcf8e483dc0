"""Similarity of target genes by their embeddings, sources with gaps included."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scbig.effects import Matrix
from scbig.target_embedding import TargetEmbedding


@dataclass(frozen=True)
class Similarity:
    """What the sources say of pairs of genes, before any hyper-parameter.

    Attributes:
        cosine: of each source, (sources, rows, columns); -inf where it lacks one of the two.
        same: where both are the same gene, (rows, columns).
    """

    cosine: Matrix
    same: npt.NDArray[np.bool_]

    def kernel(self, length_scale: float, weights: Sequence[float] = ()) -> Matrix:
        """sum_s w_s exp(-||e_gs - e_hs||^2 / (2 l^2)) over the sources that have both genes.

        A gene and itself: 1. A sum of positive semi-definite parts and of a non-negative diagonal,
        so positive semi-definite with any gaps: what a source does not know of a gene stays the
        gene's own.

        Args:
            length_scale: l, in units of the unit-norm embeddings (the largest distance is 2).
            weights: w, summing to 1; equal when empty.

        Returns:
            (rows, columns).
        """
        sources = len(self.cosine)
        out = np.zeros(self.same.shape)
        for s in range(sources):
            weight = weights[s] if len(weights) else 1.0 / sources
            out += weight * np.exp((self.cosine[s] - 1.0) / length_scale**2)
        out[self.same] = 1.0
        return out


class EmbeddingKernel:
    """Squared-exponential kernels on the unit-norm embeddings of target genes.

    Args:
        targets: embeddings, one or several sources.
    """

    def __init__(self, targets: TargetEmbedding) -> None:
        self.targets = targets

    def similarity(self, rows: Sequence[str], columns: Sequence[str]) -> Similarity:
        """Cosines of two lists of genes."""
        sources = range(len(self.targets.sources))
        out = np.zeros((len(sources), len(rows), len(columns)))
        for s in sources:
            left, has_left = self._unit(s, rows)
            right, has_right = (left, has_left) if rows is columns else self._unit(s, columns)
            out[s] = np.where(np.outer(has_left, has_right), left @ right.T, -np.inf)
        return Similarity(out, same_gene(rows, columns))

    def knows(self, genes: Sequence[str]) -> npt.NDArray[np.bool_]:
        """Whether any source has each gene, (genes,)."""
        known = np.zeros(len(genes), dtype=bool)
        for source in range(len(self.targets.sources)):
            known |= self._unit(source, genes)[1]
        return known

    def _unit(self, source: int, genes: Sequence[str]) -> tuple[Matrix, npt.NDArray[np.bool_]]:
        """Unit vectors of one source and where it has the gene; a zero vector is a gap."""
        vectors = np.nan_to_num(self.targets.block(source, genes), nan=0.0)
        norm = np.linalg.norm(vectors, axis=1)
        return vectors / np.where(norm > 0, norm, 1.0)[:, None], norm > 0


def same_gene(rows: Sequence[str], columns: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Where two lists of genes name the same one, (rows, columns)."""
    left, right = np.array(rows, dtype=object), np.array(columns, dtype=object)
    return np.asarray(left[:, None] == right[None, :], dtype=bool)
