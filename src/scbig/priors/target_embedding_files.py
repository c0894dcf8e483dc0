"""Embeddings of genes from files, put side by side in one ``TargetEmbedding``."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from scbig.errors import UserError, listed
from scbig.priors.aliases import Aliases
from scbig.priors.gene_vectors import GeneVectors
from scbig.priors.name_matching import Matching, match_names
from scbig.priors.read_gene_vectors import PART, file_and_part, read_gene_vectors
from scbig.target_embedding import EmbeddingSource, TargetEmbedding

#: Rewrites of a kind that a report shows; the provenance of the source has all.
EXAMPLES = 5


def read_target_embeddings(
    paths: Sequence[str | Path],
    aliases: Aliases | None = None,
    wanted: Collection[str] = (),
    keep_all: bool = True,
    reported: list[str] | None = None,
    targets: Collection[str] = (),
) -> TargetEmbedding:
    """Concatenate the sources; a gene that a source lacks has its mask bit off there.

    The layout is found by what a file holds:

    - npz with ``genes`` (n,) and ``emb`` (n, width) or one pair of that kind; npy with a list of
      genes beside it; text tables and parquet with the gene in the first column or one called so,
      genes also in columns; word2vec text (gene2vec); h5ad with genes in obs or var;
    - JSON of gene to numbers (GenePT), tensors of torch by gene (ESM2 of UCE and Arc), the folder
      of scGPT. Pickles are refused;
    - gene sets (GMT) and GO annotations (GAF, gene2go) become vectors (``gene_set_vectors``), as
      does a network of gene, gene, score (STRING; ``network_vectors``).

    Values are kept in half precision. A wanted gene that a source does not name is found under
    another name as ``match_names`` says.

    Args:
        paths: one file a source, in the order of the columns; ``FILE::KEY`` names a matrix in it.
        aliases: other names of genes.
        wanted: genes that will be asked for under these names: targets and measured genes.
        keep_all: also keep the genes nobody wants now, so that a checkpoint can predict them.
        reported: receives one line a source: size, coverage of ``wanted``, rewrites by kind with
            examples. All of them are in the provenance of the source.
        targets: genes that a network describes; ``wanted`` when not given.

    Raises:
        UserError: a source given twice, no such file, a layout that is not read, a gene twice, NaN
            or infinite values, values that half precision cannot hold, or no gene.
    """
    names = _source_names(paths)
    known = aliases or Aliases()
    vectors = [read_gene_vectors(path, wanted, targets, known) for path in paths]
    vocabularies = [frozenset(source.names) for source in vectors]
    read = [
        _Source(name, source, match_names(wanted, source.names, known, vocabularies), len(wanted))
        for name, source in zip(names, vectors, strict=True)
    ]
    if reported is not None:
        reported.extend(source.line(EXAMPLES) for source in read)
    order = dict.fromkeys(gene for gene in wanted if any(gene in s.matching.found for s in read))
    if keep_all:
        order |= dict.fromkeys(gene for source in read for gene in source.vectors.names)
    return _side_by_side(tuple(order), read)


@dataclass(frozen=True)
class _Source:
    """A source, and what of it is wanted."""

    name: str
    vectors: GeneVectors
    matching: Matching
    wanted: int

    def line(self, most: int) -> str:
        """What a report says of it, with up to ``most`` rewrites of a kind."""
        n, width = self.vectors.values.shape
        line = f"{self.name}: {n} genes x {width}"
        if self.wanted:
            line += f", has {len(self.matching.found)} of {self.wanted} wanted genes"
        if self.wanted and not self.matching.found:
            line += " (other names or another species? an alias table may help)"
        return "; ".join([line, *self.vectors.notes, *self.matching.describe(most)])


def _side_by_side(names: tuple[str, ...], read: Sequence[_Source]) -> TargetEmbedding:
    widths = [source.vectors.values.shape[1] for source in read]
    starts = np.concatenate([[0], np.cumsum(widths, dtype=np.int64)])
    out = np.zeros((len(names), starts[-1]), dtype=np.float16)
    known = np.zeros((len(names), len(read)), dtype=np.bool_)
    for s, source in enumerate(read):
        row = {name: i for i, name in enumerate(source.vectors.names)}
        found = source.matching.found
        at = np.array([row.get(found.get(gene, gene), -1) for gene in names], dtype=np.int64)
        known[:, s] = at >= 0
        out[at >= 0, starts[s] : starts[s + 1]] = source.vectors.values[at[at >= 0]]
    sources = tuple(
        EmbeddingSource(source.name, width, source.line(len(source.matching.found)))
        for source, width in zip(read, widths, strict=True)
    )
    return TargetEmbedding(names, out, known, sources)


def _source_names(paths: Sequence[str | Path]) -> list[str]:
    """A name for each source: that of its file, with the folder where two files share it.

    Raises:
        UserError: a source is given twice, which would only count it double.
    """
    parts = [file_and_part(path) for path in paths]
    twice = [p for p, n in Counter((f.resolve(), part) for f, part in parts).items() if n > 1]
    if twice:
        raise UserError(
            f"embeddings are given twice: {listed(p[0] for p in twice)}; name each once"
        )
    short = [file.name + (PART + part if part else "") for file, part in parts]
    return [
        name if short.count(name) == 1 else str(path)
        for name, path in zip(short, paths, strict=True)
    ]
