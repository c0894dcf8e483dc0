"""What the priors know of one screen: read from files, or planted with the synthetic screen."""

from collections.abc import Callable, Sequence

import numpy as np

from scbig.data.synthetic import SyntheticScreen
from scbig.errors import UserError, listed
from scbig.priors.embedding_provenance import fitted_on_of
from scbig.priors.knowledge import PriorKnowledge
from scbig.target_embedding import TargetEmbedding


def planted_knowledge(screen: SyntheticScreen, genes: Sequence[str]) -> PriorKnowledge:
    """The priors that the synthetic screen comes with, restricted to ``genes``."""
    position = {gene: i for i, gene in enumerate(screen.truth.genes)}
    columns = np.asarray([position[gene] for gene in genes])
    measured = frozenset(genes)
    sets = {
        name: tuple(gene for gene in members if gene in measured)
        for name, members in screen.gene_sets.items()
    }
    return PriorKnowledge(
        targets=screen.target_embedding(),
        network=screen.network[columns][:, columns].tocsr(),
        gene_sets={name: members for name, members in sets.items() if members},
    )


def unembedded_targets(
    embedding: TargetEmbedding, targets: Sequence[str], strict: bool
) -> list[str]:
    """A line on the ``targets`` without an embedding; no line if each has one.

    Raises:
        UserError: there are such targets, and ``strict`` allows none.
    """
    missing = embedding.missing(targets)
    if not missing:
        return []
    said = f"{len(missing)} of {len(targets)} target genes have no embedding"
    if strict:
        raise UserError(
            f"{said}: {listed(missing, 20)}; add a source that has them, remove them, or drop "
            "strict"
        )
    return [f"{said} and share a learned one: {listed(missing)}"]


def refuse_other_cells(embeddings: Sequence[str], training: Callable[[], str]) -> None:
    """Refuse embeddings that say they were fitted on other cells than the training cells.

    Args:
        embeddings: files; one that says nothing is a prior from elsewhere.
        training: hash of the training cells (``scbig.data.provenance.fitted_on``), asked for only
            where a file has one.

    Raises:
        UserError: there are such embeddings.
    """
    said = {path: fitted_on_of(path) for path in embeddings}
    other = [path for path, cells in said.items() if cells and cells != training()]
    if other:
        raise UserError(
            f"{listed(other)}: fitted on other cells than the training cells of this split; make "
            "it again with scbig data prior expression --split"
        )
