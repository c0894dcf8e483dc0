"""Old gene symbols to current ones."""

from pathlib import Path

from scbig.errors import UserError


def read_aliases(path: str | Path) -> dict[str, str]:
    """Alias to symbol, from a tab-separated table with columns ``symbol`` and ``alias``.

    An alias of several symbols is ambiguous and left out, as is one that is itself a current
    symbol of the table.

    Raises:
        UserError: no such file, or a column is missing.
    """
    import pandas as pd

    if not Path(path).is_file():
        raise UserError(f"no alias table at {path}: check the path")
    table = pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False)
    if not {"symbol", "alias"} <= set(table.columns):
        raise UserError(
            f"the alias table {path} has columns {', '.join(table.columns)}: "
            "it needs 'symbol' and 'alias', separated by tabs"
        )
    table = table[["alias", "symbol"]].drop_duplicates()
    table = table[~table["alias"].isin(set(table["symbol"]))]
    table = table.drop_duplicates("alias", keep=False)
    return dict(zip(table["alias"], table["symbol"], strict=True))
