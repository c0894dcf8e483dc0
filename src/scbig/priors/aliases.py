"""Other names of genes: Ensembl IDs, previous symbols and aliases to current symbols."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from scbig.errors import UserError, listed
from scbig.priors.content import open_text

if TYPE_CHECKING:
    import pandas as pd

ENSEMBL, PREVIOUS, ALIAS, CASE = "Ensembl ID", "previous symbol", "alias", "case"
#: What decides first comes first; an exact name comes before all of them.
KINDS = (ENSEMBL, PREVIOUS, ALIAS, CASE)
#: Names of columns, in lower case with _ for spaces: of HGNC, NCBI gene_info, biomaRt and ours.
COLUMNS = {
    ENSEMBL: ("ensembl_gene_id", "ensembl_id", "ensembl", "dbxrefs", "gene_stable_id"),
    PREVIOUS: ("prev_symbol", "previous_symbols", "previous_symbol"),
    ALIAS: ("alias", "alias_symbol", "alias_symbols", "synonyms"),
}
SYMBOLS = ("symbol", "approved_symbol", "gene_symbol", "gene_name")
_ENSEMBL = re.compile(r"(ENS[A-Z]*G\d{11})(?:\.\d+)?")


@dataclass(frozen=True)
class Aliases:
    """What other names stand for.

    Attributes:
        renamed: name to (kind, current symbol); never a name that is itself a current symbol.
        ambiguous: name to the symbols it may stand for; such a name is never rewritten.
    """

    renamed: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    ambiguous: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def unversioned(name: str) -> str:
    """An Ensembl gene ID without its version; any other name as it is."""
    found = _ENSEMBL.fullmatch(name)
    return found[1] if found else name


def read_aliases(path: str | Path) -> Aliases:
    """Other names from a tab-separated table, plain or gzip.

    A column ``symbol`` and one or more of ``alias`` or ``Synonyms``, ``prev_symbol``,
    ``ensembl_gene_id`` or ``dbXrefs``: the complete set of HGNC, gene_info of NCBI, or a row an
    alias. Several names in a field are separated by ``|``. The first kind in ``KINDS`` that has a
    name decides what it stands for; of several symbols there it is ambiguous.

    Raises:
        UserError: no such file, it cannot be read, or a column is missing.
    """
    import pandas as pd

    file = Path(path)
    if not file.is_file():
        raise UserError(f"no alias table at {path}: check the path")
    with open_text(file) as text:
        try:
            table = pd.read_csv(text, sep="\t", dtype=str, keep_default_na=False)
        except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
            raise UserError(f"the alias table {path} cannot be read: {error}") from None
    plain = {c.lstrip("#").strip().lower().replace(" ", "_"): c for c in map(str, table.columns)}
    symbol = next((plain[c] for c in SYMBOLS if c in plain), None)
    present = {
        kind: [plain[c] for c in names if c in plain and plain[c] != symbol]
        for kind, names in COLUMNS.items()
    }
    if symbol is None or not any(present.values()):
        raise UserError(
            f"the alias table {path} has columns {listed(table.columns, 10)}: it needs 'symbol' "
            "and 'alias' (or Synonyms, prev_symbol, ensembl_gene_id), separated by tabs"
        )
    table = table[table[symbol] != ""].reset_index(drop=True)
    symbols = frozenset(table[symbol])
    renamed: dict[str, tuple[str, str]] = {}
    ambiguous: dict[str, tuple[str, ...]] = {}
    for kind, columns in present.items():
        meant: dict[str, dict[str, None]] = {}
        for column in columns:
            for name, current in _names(table, column, symbol, kind):
                meant.setdefault(name, {})[current] = None
        for name, of in meant.items():
            if name in symbols or name in renamed or name in ambiguous:
                continue
            if len(of) == 1:
                renamed[name] = (kind, next(iter(of)))
            else:
                ambiguous[name] = tuple(sorted(of))
    return Aliases(renamed, ambiguous)


def _names(table: "pd.DataFrame", column: str, symbol: str, kind: str) -> Iterator[tuple[str, str]]:
    """Each name of a column with the symbol of its row."""
    names = table[column].str.split("|").explode().str.strip()
    if kind == ENSEMBL:
        # dbXrefs of NCBI: MIM:138670|HGNC:HGNC:5|Ensembl:ENSG00000121410
        names = names.str.removeprefix("Ensembl:").map(unversioned)
        names = names[names.str.fullmatch(_ENSEMBL.pattern)]
    names = names[~names.isin(["", "-"])]
    return zip(names, table[symbol].loc[names.index], strict=True)
