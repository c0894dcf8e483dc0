"""Gene Ontology annotations as gene sets: GAF, gene2go of NCBI, or a table of symbol and term."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from scbig.errors import UserError, listed
from scbig.priors.content import open_text
from scbig.priors.delimited import Shape, read_delimited, shape_of

if TYPE_CHECKING:
    import pandas as pd

TERM = re.compile(r"GO:\d{7}")
#: First character of the comments of GAF, and its columns: symbol, qualifier, term.
COMMENT, GAF_COLUMNS = "!", (2, 3, 4)
#: Headers in lower case.
TERMS = ("go_id", "go_term_accession", "go", "term")
SYMBOLS = ("symbol", "gene_symbol", "gene_name", "gene", "hgnc_symbol")
ENTREZ, QUALIFIER = "geneid", "qualifier"


def is_annotation(shape: Shape) -> bool:
    """Whether a row says that a gene has one term: GO:0008150 in a column of single terms."""
    if shape.columns and shape.columns[0].startswith(COMMENT):
        return True
    row = shape.rows[0] if shape.rows else ()
    return (
        len(row) > 1
        and not TERM.fullmatch(row[0])
        and sum(bool(TERM.fullmatch(field)) for field in row) == 1
    )


def read_annotations(path: Path, symbols: Mapping[str, str] | None = None) -> dict[str, list[str]]:
    """Genes of each term, in the order of the file; direct terms if the file has no others.

    Annotations that are denied (qualifier NOT) are left out.

    Args:
        path: plain or gzip.
        symbols: symbol of each Entrez ID, which gene2go of NCBI needs.

    Raises:
        UserError: no such file, another layout, Entrez IDs without ``symbols``, or no annotation.
    """
    with open_text(path) as text:
        gaf = text.read(1) == COMMENT
    table = _read_gaf(path) if gaf else _read_table(path, symbols)
    kept = table["term"].astype(str).str.fullmatch(TERM.pattern) & table["gene"].notna()
    kept &= ~table["qualifier"].astype(str).str.contains("NOT", regex=False)
    pairs = table.loc[kept, ["gene", "term"]].astype(str).drop_duplicates()
    if pairs.empty:
        raise UserError(f"the annotation {path} has no gene with a term such as GO:0008150")
    groups = pairs.groupby("term", sort=False)["gene"]
    return {str(term): members.tolist() for term, members in groups}


def _read_gaf(path: Path) -> "pd.DataFrame":
    import pandas as pd

    with open_text(path) as text:
        try:
            table = pd.read_csv(
                text,
                sep="\t",
                header=None,
                usecols=list(GAF_COLUMNS),
                comment=COMMENT,
                dtype=str,
                keep_default_na=False,
            )
        except (pd.errors.ParserError, pd.errors.EmptyDataError, ValueError) as error:
            raise UserError(f"the annotation {path} is no GAF: {error}") from None
    table.columns = pd.Index(["gene", "qualifier", "term"])
    return table


def _read_table(path: Path, symbols: Mapping[str, str] | None) -> "pd.DataFrame":
    import pandas as pd

    table = read_delimited(path, shape_of(path))
    plain = {str(c).lstrip("#").strip().lower().replace(" ", "_"): c for c in table.columns}
    term, symbol = (
        next((plain[name] for name in names if name in plain), None) for names in (TERMS, SYMBOLS)
    )
    if term is None or (symbol is None and ENTREZ not in plain):
        raise UserError(
            f"the annotation {path} has columns {listed(table.columns, 10)}: it needs a symbol and "
            "a go_id"
        )
    if symbol is not None:
        genes = table[symbol]
    elif symbols is None:
        raise UserError(
            f"the annotation {path} names genes by Entrez ID: give a table of them, gene_info"
        )
    else:
        genes = table[plain[ENTREZ]].astype(str).map(symbols)
    denied = table[plain[QUALIFIER]] if QUALIFIER in plain else ""
    return pd.DataFrame({"gene": genes, "term": table[term], "qualifier": denied})
