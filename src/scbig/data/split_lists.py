"""The lists of a split file as they are written, before names are made canonical."""

from pathlib import Path
from typing import Any

import pandas as pd

from scbig.errors import UserError, listed
from scbig.json_object import read_json_object

#: Column names of a table, in any case, and what its sides may be called.
CONDITION_COLUMNS = ("condition", "perturbation")
SIDE_COLUMNS = ("split", "set", "side")
SIDES = {
    "train": "train",
    "training": "train",
    "val": "val",
    "valid": "val",
    "validation": "val",
    "test": "test",
}
TABLES = {".csv": ",", ".tsv": "\t"}


def read_split_lists(path: Path) -> dict[str, Any]:
    """The object of a JSON split file, or the same made from a table.

    Raises:
        UserError: no such file, not JSON and not a table, no such columns, or an unknown side.
    """
    if not path.is_file():
        raise UserError(f"no split file at {path}")
    if path.suffix.lower() in TABLES:
        return _read_table(path, TABLES[path.suffix.lower()])
    return read_json_object(path, "split file", "an object with train, val and test")


def _read_table(path: Path, separator: str) -> dict[str, Any]:
    try:
        # a gene may be called NA
        table = pd.read_csv(path, sep=separator, dtype=str, keep_default_na=False)
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise UserError(f"{path} is not a table: {error}") from None
    column = {str(name).strip().lower(): name for name in table.columns}
    condition = next((column[name] for name in CONDITION_COLUMNS if name in column), None)
    side = next((column[name] for name in SIDE_COLUMNS if name in column), None)
    if condition is None or side is None:
        raise UserError(
            f"{path} has the columns {listed(table.columns, 20)}: a split table needs condition, "
            "and split, set or side"
        )
    said = table[side].str.strip().str.lower()
    unknown = sorted(set(said) - set(SIDES))
    if unknown:
        raise UserError(f"{path} has the sides {listed(unknown)}: use train, val or test")
    lists: dict[str, Any] = {"name": path.name, "train": [], "val": [], "test": []}
    for name, members in table[condition].groupby(said.map(SIDES)):
        lists[str(name)] = members.str.strip().tolist()
    return lists
