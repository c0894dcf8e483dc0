"""The relation graph of a screen, from whichever relations it has data for."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from scbig.effects import Effects, shrink
from scbig.errors import UserError, listed
from scbig.gene_modules.relation_graph import Relation, RelationGraph, fuse
from scbig.gene_modules.relations import covariation, embedding_neighbours, prior_edges
from scbig.target_embedding import TargetEmbedding

#: Relations that modules can be made from.
RELATIONS = ("embedding", "prior", "covariation")


def check_relations(names: Sequence[str]) -> None:
    """Refuse names that are no relations, and none at all.

    Raises:
        UserError: there are such names.
    """
    unknown = [name for name in names if name not in RELATIONS]
    if unknown or not names:
        raise UserError(
            f"relations of gene modules are {listed(names) or 'empty'}: "
            f"use one or more of {', '.join(RELATIONS)}"
        )


def screen_graph(
    wanted: Sequence[str],
    effects: Effects,
    network: sp.csr_matrix | None,
    cells: sp.csr_matrix,
    groups: npt.NDArray[np.int64],
) -> RelationGraph:
    """The ``wanted`` relations between the genes of ``effects``, fused.

    A relation without data is left out: the coverage of the graph names those that are in.

    Args:
        wanted: of ``RELATIONS``.
        effects: of training conditions, with the target embeddings.
        network: prior edge weights, (genes, genes).
        cells: training cells, (cells, genes).
        groups: condition and stratum of each cell, as one number.

    Raises:
        UserError: an unknown relation, or no data for any.
    """
    check_relations(wanted)
    vectors = gene_vectors(effects.targets, effects.genes)
    found: dict[str, Relation] = {}
    if "embedding" in wanted and vectors is not None:
        found["embedding"] = embedding_neighbours(vectors)
    if "prior" in wanted and network is not None:
        found["prior"] = prior_edges(network)
    if "covariation" in wanted:
        found["covariation"] = covariation(cells, groups, effects.delta)
    if not found:
        raise UserError(
            f"gene modules are to be made from {listed(wanted)}, and there are no data for it: "
            "give embeddings or a network, or add the relation covariation"
        )
    return fuse(effects.genes, found, embedding=vectors, effects=effect_profiles(effects))


def effect_profiles(effects: Effects) -> npt.NDArray[np.float64] | None:
    """What training conditions do to each gene, (genes, conditions); ``None`` without any.

    Shrunken by their standard errors and without entries on own targets, in units of the length of
    a gene's measured effects: the length of a profile, 0..1, is the share that is no noise.
    """
    measured = np.where(effects.own_entries, 0.0, effects.delta)
    length = np.linalg.norm(measured, axis=0)
    if not length.any():
        return None
    clear = shrink(measured, effects.variance)
    return np.asarray((clear / np.where(length > 0, length, 1.0)).T)


def gene_vectors(targets: TargetEmbedding, genes: Sequence[str]) -> npt.NDArray[np.float64] | None:
    """Unit vectors of each source side by side, (genes, width); ``None`` when no gene has one.

    A source that lacks the gene contributes zeros; a gene that all lack is a row of NaN.
    """
    blocks = [targets.block(s, genes) for s in range(len(targets.sources))]
    if not blocks:
        return None
    norms = [np.linalg.norm(block, axis=1, keepdims=True) for block in blocks]
    joined = np.hstack([b / np.maximum(n, 1e-12) for b, n in zip(blocks, norms, strict=True)])
    nowhere = np.isnan(joined).all(1)
    if nowhere.all():
        return None
    return np.where(nowhere[:, None], np.nan, np.nan_to_num(joined))
