"""The graph of the Gene Ontology: what has a term has the more general ones too."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import scipy.sparse as sp

from scbig.errors import UserError, listed
from scbig.priors.content import open_text

#: Relations along which annotations hold.
PARENTS = ("is_a: ", "relationship: part_of ")


def with_ancestors(sets: Mapping[str, list[str]], ontology: Path) -> dict[str, list[str]]:
    """Genes of each term and of every term below it (is_a, part_of).

    Args:
        sets: genes of terms, such as ``read_annotations`` gives.
        ontology: OBO file (go-basic.obo), plain or gzip; alternative IDs count as their term.

    Raises:
        UserError: no OBO file, or none of its terms is annotated.
    """
    parents, current = _read_obo(ontology)
    terms = sorted({*parents, *(p for above in parents.values() for p in above)})
    index = {term: i for i, term in enumerate(terms)}
    genes = sorted({gene for members in sets.values() for gene in members})
    column = {gene: j for j, gene in enumerate(genes)}
    known = {name: index.get(current.get(name, name), -1) for name in sets}
    if all(i < 0 for i in known.values()):
        raise UserError(f"{ontology} has none of the terms, such as {listed(sets, 3)}")
    rows = [known[name] for name, members in sets.items() for _ in members if known[name] >= 0]
    columns = [column[g] for name, members in sets.items() for g in members if known[name] >= 0]
    table = _ones(rows, columns, (len(terms), len(genes)))
    edges = [(index[p], index[term]) for term, above in parents.items() for p in above]
    up = _ones([p for p, _ in edges], [c for _, c in edges], (len(terms), len(terms)))
    while True:
        # a step up; the graph has no circles, and about 15 levels
        higher = _binary(table + up @ table)
        if higher.nnz == table.nnz:
            break
        table = higher
    return {
        term: [genes[j] for j in table.indices[table.indptr[i] : table.indptr[i + 1]]]
        for term, i in index.items()
        if table.indptr[i] < table.indptr[i + 1]
    }


def _ones(rows: list[int], columns: list[int], shape: tuple[int, int]) -> sp.csr_matrix:
    return _binary(sp.csr_matrix((np.ones(len(rows), np.int32), (rows, columns)), shape=shape))


def _binary(table: sp.csr_matrix) -> sp.csr_matrix:
    out = sp.csr_matrix(table)
    out.sum_duplicates()
    out.data[:] = 1
    return out


def _read_obo(path: Path) -> tuple[dict[str, list[str]], dict[str, str]]:
    """Parents of each term that is not obsolete, and the term of each alternative ID."""
    parents: dict[str, list[str]] = {}
    current: dict[str, str] = {}
    with open_text(path) as text:
        if not text.readline().startswith("format-version:"):
            raise UserError(f"{path} is no OBO file: it does not start with format-version")
        for stanza in text.read().split("\n\n"):
            if not stanza.lstrip().startswith("[Term]") or "\nis_obsolete: true" in stanza:
                continue
            lines = stanza.strip().splitlines()
            name = next(line.split()[1] for line in lines if line.startswith("id: "))
            above = [
                line.removeprefix(relation).split()[0]
                for line in lines
                for relation in PARENTS
                if line.startswith(relation)
            ]
            parents[name] = above
            current |= {line.split()[1]: name for line in lines if line.startswith("alt_id: ")}
    if not parents:
        raise UserError(f"{path} has no term")
    return parents, current
