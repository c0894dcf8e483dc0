"""Gene sets (pathways) from GMT files."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from scbig.errors import UserError
from scbig.priors.content import open_text
from scbig.priors.delimited import Shape, is_number


def read_gmt(
    path: str | Path,
    genes: Sequence[str],
    smallest: int = 5,
    largest: int = 300,
    most_alike: float = 0.8,
) -> dict[str, tuple[str, ...]]:
    """Sets of measured genes, in the order of the file; members in the order of ``genes``.

    Of sets that share more than ``most_alike`` of their union (Jaccard), the largest is kept, the
    first in the file among equals.

    Args:
        path: GMT, plain, gzip or zip: name, description, then one gene a column, separated by tabs.
        genes: measured genes; others are dropped from the sets.
        smallest: fewest measured genes of a set.
        largest: most measured genes of a set.
        most_alike: Jaccard index above which two sets are the same.

    Raises:
        UserError: no such file, a line without genes, or a name that occurs twice.
    """
    column = {gene: i for i, gene in enumerate(genes)}
    kept = {
        name: np.array(sorted({column[g] for g in members if g in column}), dtype=int)
        for name, members in read_sets(Path(path)).items()
    }
    kept = {name: rows for name, rows in kept.items() if smallest <= len(rows) <= largest}
    distinct = _prune(list(kept.values()), len(genes), most_alike)
    return {
        name: tuple(genes[i] for i in rows)
        for (name, rows), chosen in zip(kept.items(), distinct, strict=True)
        if chosen
    }


def read_sets(path: Path) -> dict[str, list[str]]:
    """All sets of a GMT file with all their genes, in the order of the file.

    Raises:
        UserError: no such file, a line without genes, or a name that occurs twice.
    """
    if not path.is_file():
        raise UserError(f"no gene sets at {path}: check the path")
    sets: dict[str, list[str]] = {}
    with open_text(path) as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            name, *rest = line.rstrip("\r\n").split("\t")
            if len(rest) < 2:
                raise UserError(
                    f"line {number} of {path} is not GMT: it needs a name, a description and "
                    "genes, separated by tabs"
                )
            if name in sets:
                raise UserError(f"the gene set {name!r} occurs twice in {path}: remove one")
            sets[name] = [gene for gene in rest[1:] if gene]
    return sets


def is_gmt(path: Path, shape: Shape) -> bool:
    """Whether the lines of a text file are gene sets: it is called so, or they differ in length."""
    if ".gmt" in path.suffixes:
        return True
    rows = [shape.columns, *shape.rows] if shape.columns else list(shape.rows)
    return (
        shape.separator == "\t"
        and len({len(row) for row in rows}) > 1
        and all(len(row) > 2 and not any(map(is_number, row[2:])) for row in rows)
    )


def _prune(sets: list[np.ndarray], n_genes: int, most_alike: float) -> np.ndarray:
    """Which sets to keep: greedy from the largest, none too alike to one kept before."""
    import scipy.sparse as sp

    keep = np.zeros(len(sets), dtype=bool)
    if not sets:
        return keep
    sizes = np.array([len(rows) for rows in sets])
    indptr = np.concatenate([[0], np.cumsum(sizes)])
    ones = np.ones(sizes.sum(), dtype=np.int64)
    table = sp.csr_matrix((ones, np.concatenate(sets), indptr), shape=(len(sets), n_genes))
    shared = (table @ table.T).tocoo()
    jaccard = shared.data / (sizes[shared.row] + sizes[shared.col] - shared.data)
    alike = sp.csr_matrix((jaccard > most_alike, (shared.row, shared.col)), shape=shared.shape)
    for s in np.argsort(-sizes, kind="stable"):
        neighbours = alike.indices[alike.indptr[s] : alike.indptr[s + 1]]
        values = alike.data[alike.indptr[s] : alike.indptr[s + 1]]
        keep[s] = not keep[neighbours[values]].any()
    return keep
