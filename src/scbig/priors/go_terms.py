"""Genes of Gene Ontology terms, from whichever file has them."""

from pathlib import Path

from scbig.priors.delimited import shape_of
from scbig.priors.gene_sets import read_sets
from scbig.priors.go_annotations import is_annotation, read_annotations
from scbig.priors.go_ontology import with_ancestors
from scbig.priors.symbols_by_entrez import symbols_by_entrez


def read_go_terms(
    path: Path, ontology: Path | None = None, gene_info: Path | None = None
) -> dict[str, list[str]]:
    """Genes of each term.

    Args:
        path: gene sets (GMT), GAF, gene2go, or a table of symbol and go_id.
        ontology: OBO file, along which genes get the ancestors of their terms.
        gene_info: table of Entrez ID and symbol, for gene2go of NCBI.

    Raises:
        UserError: a file cannot be read, or names genes by Entrez ID without ``gene_info``.
    """
    if is_annotation(shape_of(path)):
        names = None if gene_info is None else symbols_by_entrez(gene_info)
        sets = read_annotations(path, names)
    else:
        sets = read_sets(path)
    return sets if ontology is None else with_ancestors(sets, ontology)
