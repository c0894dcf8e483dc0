"""Similarity of target genes by their embeddings, sources with gaps included."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from scbig.effects import Matrix
from scbig.target_embedding import TargetEmbedding


class EmbeddingKernel:
    """Squared-exponential kernel on unit-norm embeddings, averaged over the sources.

    k(g, h) = sum_s exp(-||e_gs - e_hs||^2 / (2 l^2)) / sqrt(n_g n_h), the sum over the sources that
    have both genes, n_g the number of sources that have g. With full coverage it is the mean of the
    sources' kernels; with gaps it stays positive semi-definite, which a mean over shared sources
    does not. A gene that no source has is like no other gene. k(g, g) = 1 for every gene.

    Args:
        targets: embeddings.
        length_scale: l, in units of the unit-norm embeddings (the largest distance is 2).
    """

    def __init__(self, targets: TargetEmbedding, length_scale: float) -> None:
        self.targets = targets
        self.length_scale = length_scale

    def __call__(self, rows: Sequence[str], columns: Sequence[str]) -> Matrix:
        """Kernel between two lists of genes, (rows, columns)."""
        total = np.zeros((len(rows), len(columns)))
        n_rows, n_columns = np.zeros(len(rows)), np.zeros(len(columns))
        for source in range(len(self.targets.sources)):
            left, has_left = self._unit(source, rows)
            right, has_right = self._unit(source, columns)
            similarity = np.exp((left @ right.T - 1.0) / self.length_scale**2)
            total += similarity * np.outer(has_left, has_right)
            n_rows += has_left
            n_columns += has_right
        pairs = np.outer(np.maximum(n_rows, 1.0), np.maximum(n_columns, 1.0))
        # else a gene of which nothing is known would be the one predicted with most confidence
        unknown = same_gene(rows, columns) & (n_rows == 0)[:, None]
        return np.asarray(total / np.sqrt(pairs) + unknown)

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
