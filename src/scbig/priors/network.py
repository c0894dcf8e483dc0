"""Gene networks from edge lists."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from scbig.errors import UserError

if TYPE_CHECKING:
    import pandas as pd


def read_network(
    path: str | Path,
    genes: Sequence[str],
    min_score: float = 700,
    aliases: dict[str, str] | None = None,
) -> sp.csr_matrix:
    """Symmetric weights ``score / 1000`` between ``genes``, (genes, genes), without self-loops.

    Args:
        path: tab- or comma-separated edges: two gene columns and a score of 0 to 1000 (STRING),
            with a header. An edge given twice counts once, with its best score.
        genes: rows and columns of the result.
        min_score: edges below it are dropped.
        aliases: current symbol of old ones, applied to genes the network does not name.

    Raises:
        UserError: no such file, too few columns, or scores that are not numbers of 0 to 1000.
    """
    first, second, weights = read_edges(path, min_score)
    named = set(first) | set(second)
    column = {_current(g, named, aliases or {}): i for i, g in reversed(list(enumerate(genes)))}
    i, j = first.map(column).to_numpy(float), second.map(column).to_numpy(float)
    inside = ~np.isnan(i) & ~np.isnan(j)
    return symmetric(i[inside].astype(int), j[inside].astype(int), weights[inside], len(genes))


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


def read_edges(
    path: str | Path, min_score: float
) -> tuple["pd.Series[str]", "pd.Series[str]", npt.NDArray[np.float64]]:
    """Both genes and ``score / 1000`` of each edge of at least ``min_score``; see ``read_network``.

    Raises:
        UserError: no such file, too few columns, or scores that are not numbers of 0 to 1000.
    """
    import pandas as pd

    if not Path(path).is_file():
        raise UserError(f"no network at {path}: check the path")
    separator = "," if ".csv" in Path(path).suffixes else "\t"
    table = pd.read_csv(path, sep=separator, keep_default_na=False)
    if table.shape[1] < 3:
        raise UserError(
            f"the network {path} has {table.shape[1]} columns: it needs gene, gene, score"
        )
    score = pd.to_numeric(table.iloc[:, 2], errors="coerce")
    wrong = int((~score.between(0, 1000)).sum())
    if wrong:
        raise UserError(
            f"the network {path} has {wrong} scores that are not numbers of 0 to 1000: "
            "the third column must hold STRING combined scores"
        )
    kept = table[score >= min_score]
    first, second = kept.iloc[:, 0].astype(str), kept.iloc[:, 1].astype(str)
    return first, second, score[score >= min_score].to_numpy(dtype=np.float64) / 1000


def _current(gene: str, named: set[str], aliases: dict[str, str]) -> str:
    return gene if gene in named else aliases.get(gene, gene)
