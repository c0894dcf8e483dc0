"""``PriorKnowledge``: what prior files say of the genes and targets of one screen."""

from collections.abc import Sequence
from dataclasses import dataclass

import scipy.sparse as sp

from scbig.priors.aliases import Aliases, read_aliases
from scbig.priors.gene_sets import read_gmt
from scbig.priors.network import read_network
from scbig.priors.target_embedding_files import read_target_embeddings
from scbig.target_embedding import TargetEmbedding


@dataclass(frozen=True)
class PriorKnowledge:
    """Prior knowledge; each part may be absent.

    Attributes:
        targets: embeddings of genes that can be targets.
        network: edge weights between measured genes, (genes, genes).
        gene_sets: sets of measured genes.
        reported: what was noticed while reading, one line each.
    """

    targets: TargetEmbedding
    network: sp.csr_matrix | None
    gene_sets: dict[str, tuple[str, ...]]
    reported: tuple[str, ...] = ()


def read_prior_knowledge(
    genes: Sequence[str],
    targets: Sequence[str],
    embeddings: Sequence[str],
    aliases: str | None,
    network: str | None,
    gene_sets: str | None,
) -> PriorKnowledge:
    """Read the files that are given.

    Args:
        genes: measured genes.
        targets: target genes of the screen.
        embeddings: files of target embeddings, of gene sets or networks to embed targets by.
        aliases: table of gene aliases, used for embeddings and network.
        network: edge list.
        gene_sets: GMT file.

    Raises:
        UserError: a file is missing or cannot be read.
    """
    known = Aliases() if aliases is None else read_aliases(aliases)
    reported: list[str] = []
    wanted = sorted({*genes, *targets})
    return PriorKnowledge(
        targets=read_target_embeddings(
            embeddings, known, wanted, reported=reported, targets=targets
        )
        if embeddings
        else TargetEmbedding.empty(),
        network=None
        if network is None
        else read_network(network, genes, aliases=known, reported=reported),
        gene_sets={} if gene_sets is None else read_gmt(gene_sets, genes),
        reported=tuple(reported),
    )
