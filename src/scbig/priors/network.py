"""Gene networks from edge lists."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from scbig.errors import UserError
from scbig.priors.aliases import Aliases
from scbig.priors.delimited import read_delimited, shape_of
from scbig.priors.name_matching import match_names
from scbig.priors.string_proteins import are_proteins, symbols_beside

if TYPE_CHECKING:
    import pandas as pd

#: Headers of the score, where it is not the third column (protein.links.full of STRING).
SCORES = ("combined_score",)
EXAMPLES = 5


@dataclass(frozen=True)
class Edges:
    """Edges of a network that are strong enough.

    Attributes:
        first: a gene of each edge.
        second: the other one.
        weight: 0 to 1.
        weaker: edges below the threshold, which are left out.
        named: every gene of the file.
    """

    first: "pd.Series[str]"
    second: "pd.Series[str]"
    weight: npt.NDArray[np.float64]
    weaker: int
    named: frozenset[str]

    @property
    def genes(self) -> list[str]:
        """Genes with an edge, sorted."""
        return sorted(set(self.first) | set(self.second))


def read_network(
    path: str | Path,
    genes: Sequence[str],
    min_score: float = 700,
    aliases: Aliases | None = None,
    reported: list[str] | None = None,
) -> sp.csr_matrix:
    """Symmetric weights ``score / 1000`` between ``genes``, (genes, genes), without self-loops.

    Args:
        path: edges, see ``read_edges``. An edge given twice counts once, with its best score.
        genes: rows and columns of the result.
        min_score: edges below it are dropped.
        aliases: other names, for genes the network does not name.
        reported: receives a line: edges, coverage and rewrites.

    Raises:
        UserError: no such file, too few columns, or scores that are not numbers of 0 to 1000.
    """
    edges = read_edges(path, min_score)
    matching = match_names(genes, edges.genes, aliases or Aliases(), [edges.named])
    column = {matching.found.get(g, g): i for i, g in reversed(list(enumerate(genes)))}
    i, j = (side.map(column).to_numpy(float) for side in (edges.first, edges.second))
    inside = ~np.isnan(i) & ~np.isnan(j)
    weights = edges.weight[inside]
    out = symmetric(i[inside].astype(int), j[inside].astype(int), weights, len(genes))
    if reported is not None:
        said = (
            f"{Path(path).name}: {out.nnz // 2} edges between measured genes, has "
            f"{len(matching.found)} of {len(genes)}; {edges.weaker} edges below {min_score:g} are "
            "left out"
        )
        reported.append("; ".join([said, *matching.describe(EXAMPLES)]))
    return out


def symmetric(
    first: npt.NDArray[np.integer],
    second: npt.NDArray[np.integer],
    weight: npt.NDArray[np.float64],
    n: int,
) -> sp.csr_matrix:
    """Symmetric weights, (n, n); an edge given twice has its best weight, one to itself none."""
    apart = first != second
    first, second, weight = first[apart], second[apart], weight[apart]
    # csr adds duplicates up, so keep the best edge of each pair first
    order = np.argsort(-weight, kind="stable")
    low, high = np.minimum(first, second)[order], np.maximum(first, second)[order]
    _, best = np.unique(low * n + high, return_index=True)
    upper = sp.csr_matrix((weight[order][best], (low[best], high[best])), shape=(n, n))
    return sp.csr_matrix(upper + upper.T, dtype=np.float32)


def read_edges(path: str | Path, min_score: float) -> Edges:
    """Edges of at least ``min_score``: two gene columns, and a score in the third, with a header.

    Scores are 0 to 1000 (STRING). Where none is beyond 1, they are fractions of that, and a sign
    (CollecTRI: activates, represses) is not used. Proteins (protein.links of STRING) are named by
    the protein.info beside the file.

    Args:
        path: tab, comma or space separated, plain or gzip.
        min_score: of 1000.

    Raises:
        UserError: no such file, too few columns, or scores that are not numbers of 0 to 1000.
    """
    import pandas as pd

    file = Path(path)
    if not file.is_file():
        raise UserError(f"no network at {path}: check the path")
    table = read_delimited(file, shape_of(file))
    if table.shape[1] < 3:
        raise UserError(
            f"the network {path} has {table.shape[1]} columns: it needs gene, gene, score"
        )
    column = next((c for c in SCORES if c in table.columns), table.columns[2])
    score = pd.to_numeric(table[column], errors="coerce")
    if score.abs().max() <= 1:
        score = 1000 * score.abs()
    wrong = int((~score.between(0, 1000)).sum())
    if wrong:
        raise UserError(
            f"the network {path} has {wrong} scores that are not numbers of 0 to 1000: "
            "the third column must hold STRING combined scores"
        )
    first, second = (table.iloc[:, c].astype(str) for c in (0, 1))
    if are_proteins(first):
        symbols = symbols_beside(file)
        first, second = (side.map(symbols).fillna(side) for side in (first, second))
    strong = score >= min_score
    return Edges(
        first[strong],
        second[strong],
        score[strong].to_numpy(np.float64) / 1000,
        int((~strong).sum()),
        frozenset(first) | frozenset(second),
    )
