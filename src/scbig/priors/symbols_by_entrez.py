"""Gene symbols by Entrez ID, which NCBI's annotations name genes by."""

from pathlib import Path

from scbig.errors import UserError, listed
from scbig.priors.delimited import read_delimited, shape_of

IDS, SYMBOLS = ("geneid", "entrez", "entrez_id", "gene_id"), ("symbol",)


def symbols_by_entrez(path: Path) -> dict[str, str]:
    """Entrez ID to symbol, from gene_info of NCBI or a table of ``entrez`` and ``symbol``.

    Raises:
        UserError: no such file, or a column is missing.
    """
    table = read_delimited(path, shape_of(path))
    plain = {str(c).lstrip("#").strip().lower(): c for c in table.columns}
    ids, symbols = (next((plain[n] for n in names if n in plain), None) for names in (IDS, SYMBOLS))
    if ids is None or symbols is None:
        raise UserError(
            f"{path} has columns {listed(table.columns, 10)}: it needs GeneID (or entrez) and "
            "symbol"
        )
    return dict(zip(table[ids].astype(str), table[symbols].astype(str), strict=True))
