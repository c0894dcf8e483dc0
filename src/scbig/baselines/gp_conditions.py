"""Prior covariance of the effects of conditions, from that of the effects of their targets."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from scbig.baselines.embedding_kernel import Similarity
from scbig.baselines.gp_settings import GpSettings
from scbig.conditions import context_of, target_genes, targets_of
from scbig.effects import Matrix


@dataclass(frozen=True)
class ConditionSet:
    """Conditions as sets of target genes.

    Attributes:
        names: canonical conditions.
        genes: their target genes, each once, sorted.
        membership: 1 where the gene is a target of the condition, (conditions, genes).
        combined: 1 for a condition of two or more targets, (conditions,).
        context: context of each condition, (conditions,).
    """

    names: tuple[str, ...]
    genes: tuple[str, ...]
    membership: sp.csr_matrix
    combined: npt.NDArray[np.float64]
    context: npt.NDArray[np.str_]

    @classmethod
    def of(cls, names: Sequence[str]) -> "ConditionSet":
        """Read canonical names."""
        genes = tuple(target_genes(names))
        column = {gene: j for j, gene in enumerate(genes)}
        members = [targets_of(name) for name in names]
        counts = [len(targets) for targets in members]
        rows = np.repeat(np.arange(len(names)), counts)
        columns = [column[t] for targets in members for t in targets]
        return cls(
            tuple(names),
            genes,
            sp.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(names), len(genes))),
            np.array([count > 1 for count in counts], dtype=np.float64),
            np.array([context_of(name) for name in names], dtype=np.str_),
        )

    def take(self, rows: npt.NDArray[np.int64]) -> "ConditionSet":
        """Some of the conditions; the genes stay."""
        return ConditionSet(
            tuple(self.names[i] for i in rows),
            self.genes,
            self.membership[rows],
            self.combined[rows],
            self.context[rows],
        )

    def scale(self, settings: GpSettings) -> Matrix:
        """The factor s of each condition, (conditions,)."""
        return np.where(self.combined > 0, settings.combination_scale, 1.0)


def covariance(
    settings: GpSettings, similarity: Similarity, left: ConditionSet, right: ConditionSet
) -> Matrix:
    """Cov(y_c, y_d) without noise, (left, right).

    s_c s_d sum_{g in c, h in d} (a k(g, h) + b [g = h] + m) + v_d [both combinations], times
    ``context_share`` where the contexts differ.

    Args:
        settings: hyper-parameters.
        similarity: of ``left.genes`` and ``right.genes``.
        left: rows.
        right: columns.
    """
    genes = _of_genes(settings, similarity)
    # sparse @ dense on both sides: a row of membership has one or two entries
    out = np.asarray((right.membership @ (left.membership @ genes).T).T)
    out *= np.outer(left.scale(settings), right.scale(settings))
    out += settings.combination_variance * np.outer(left.combined, right.combined)
    if settings.context_share != 1.0:
        out[left.context[:, None] != right.context[None, :]] *= settings.context_share
    return out


def prior_variance(
    settings: GpSettings, similarity: Similarity, conditions: ConditionSet
) -> Matrix:
    """Diagonal of ``covariance`` of conditions with themselves, (conditions,)."""
    genes = _of_genes(settings, similarity)
    half = conditions.membership @ genes
    own = np.asarray(conditions.membership.multiply(half).sum(1)).ravel()
    own = own * conditions.scale(settings) ** 2
    return np.asarray(own + settings.combination_variance * conditions.combined)


def _of_genes(settings: GpSettings, similarity: Similarity) -> Matrix:
    """A k(g, h) + b [g = h] + m, (rows, columns)."""
    out = settings.embedding_variance * similarity.kernel(settings.length_scale, settings.weights)
    out[similarity.same] += settings.own_variance
    return np.asarray(out + settings.shared_variance)
