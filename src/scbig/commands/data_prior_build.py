"""``scbig data prior build``: an embedding of genes from annotation."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scbig.priors.term_block import TermBlock


def build(
    out: str,
    go: str | None = None,
    reactome: str | None = None,
    string: str | None = None,
    collectri: str | None = None,
    ontology: str | None = None,
    gene_info: str | None = None,
    min_score: float = 700,
    width: int = 128,
    seed: int = 0,
) -> None:
    """Make an embedding of genes from annotation: one truncated SVD over all sources.

    The file says what it was made from: sources with their sha256, settings, version. The same
    sources, settings and versions give the same file.

    Args:
        out: npz to write.
        go: Gene Ontology: gene sets (GMT), GAF, gene2go, or a table of symbol and go_id.
        reactome: gene sets (GMT, also gzip or zip); any collection of sets will do.
        string: edges of gene, gene, score 0 to 1000, or protein.links of STRING beside its
            protein.info.
        collectri: regulator, target, weight -1 to 1.
        ontology: go-basic.obo: genes get the ancestors of their terms too. For direct annotations.
        gene_info: table of GeneID (or entrez) and symbol, for gene2go of NCBI.
        min_score: weakest edge of STRING that counts.
        width: length of the vectors.
        seed: of the randomised SVD.
    """
    from importlib.metadata import version

    from scbig.priors.annotation_embedding import annotation_embedding
    from scbig.priors.embedding_archive import refuse_output, sha256_of, write_embedding

    target = Path(out)
    refuse_output(target)
    blocks = _blocks(go, reactome, string, collectri, ontology, gene_info, min_score)
    vectors = annotation_embedding(blocks, width, seed)
    given = {
        "go": go,
        "reactome": reactome,
        "string": string,
        "collectri": collectri,
        "ontology": ontology,
        "gene_info": gene_info,
    }
    made_from = {
        "kind": "annotation",
        "versions": {name: version(name) for name in ("scbig", "scikit-learn", "numpy")},
        "settings": {"min_score": min_score, "width": width, "seed": seed},
        "sources": {
            name: {"file": Path(file).name, "sha256": sha256_of(Path(file))}
            for name, file in given.items()
            if file is not None
        },
    }
    write_embedding(target, vectors, made_from)
    for block in blocks:
        genes, terms = block.terms.shape
        print(f"{block.source:<10}{genes:>7} genes x {terms:>6} terms; left out: {block.left_out}")
    print(f"{len(vectors.names)} genes x {width}: {target}")


def _blocks(
    go: str | None,
    reactome: str | None,
    string: str | None,
    collectri: str | None,
    ontology: str | None,
    gene_info: str | None,
    min_score: float,
) -> list[TermBlock]:
    """What each file that is given says of genes."""
    from scbig.priors.gene_sets import read_sets
    from scbig.priors.go_terms import read_go_terms
    from scbig.priors.network import read_edges
    from scbig.priors.term_block import neighbour_terms, regulator_terms, set_terms

    blocks = []
    if go is not None:
        names = None if gene_info is None else Path(gene_info)
        terms = read_go_terms(Path(go), None if ontology is None else Path(ontology), names)
        blocks.append(set_terms("go", terms))
    if reactome is not None:
        blocks.append(set_terms("reactome", read_sets(Path(reactome))))
    if string is not None:
        blocks.append(neighbour_terms("string", read_edges(string, min_score)))
    if collectri is not None:
        blocks.append(regulator_terms("collectri", read_edges(collectri, 0)))
    return blocks
