"""Text tables: what separates their columns, and whether they have a header."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from scbig.errors import UserError
from scbig.priors.content import head_of, open_text, readable

if TYPE_CHECKING:
    import pandas as pd

WHITESPACE = r"\s+"
#: Lines that are looked at.
LOOKED_AT = 50


@dataclass(frozen=True)
class Shape:
    """How the lines of a table are to be read.

    Attributes:
        separator: a character, or ``WHITESPACE``.
        skipped: lines before the table: the sizes that word2vec writes first.
        header: whether the next line names columns.
        rows: fields of the first lines after that, for what wants to know more.
        columns: of the header; empty without one.
    """

    separator: str
    skipped: int
    header: bool
    rows: tuple[tuple[str, ...], ...]
    columns: tuple[str, ...]


def shape_of(path: Path) -> Shape:
    """Look at the first lines of a text file.

    Raises:
        UserError: no such file, empty, damaged or no text.
    """
    with readable(path):
        lines = first_lines(head_of(path))
    separator = _separator(lines)
    fields = [_fields(line, separator) for line in lines]
    sizes = len(fields) > 1 and _sizes(fields[0]) == len(fields[1]) - 1
    fields = fields[1:] if sizes else fields
    header = not sizes and _is_header(fields)
    return Shape(
        separator,
        int(sizes),
        header,
        tuple(tuple(row) for row in (fields[1:] if header else fields)),
        tuple(fields[0]) if header else (),
    )


def first_lines(head: bytes, most: int = LOOKED_AT) -> list[str]:
    """Whole lines at the start of a file that have text, up to ``most``."""
    whole = head if head.count(b"\n") < 2 else head[: head.rindex(b"\n")]
    lines = whole.decode("utf-8-sig").splitlines()
    return [line for line in lines if line.strip()][:most]


def read_delimited(path: Path, shape: Shape) -> "pd.DataFrame":
    """Every column of a text table, names of genes left as they are (one may be called NA).

    Raises:
        UserError: damaged, or rows of more fields than the header.
    """
    import pandas as pd

    with open_text(path) as text:
        try:
            table = pd.read_csv(
                text,
                sep=shape.separator,
                skiprows=shape.skipped,
                header=0 if shape.header else None,
                keep_default_na=False,
                na_values=[""],
                low_memory=False,
            )
        except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
            raise UserError(f"{path} is no table with equal rows: {error}") from None
    if not isinstance(table.index, pd.RangeIndex):
        # a header of one field less than the rows, as R writes it
        table = table.reset_index()
    return table


def is_number(text: str) -> bool:
    """Whether a field is a number; NaN and infinity are."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def _separator(lines: Sequence[str]) -> str:
    first = lines[1] if len(lines) > 1 else lines[0]
    parts = first.split("\t")
    if len(parts) == 2 and len(parts[1].split()) > 1 and all(map(is_number, parts[1].split())):
        return WHITESPACE  # gene2vec: a tab after the gene, spaces between the numbers
    return next((mark for mark in ("\t", ",", ";") if mark in first), WHITESPACE)


def _fields(line: str, separator: str) -> list[str]:
    parts = re.split(WHITESPACE, line.strip()) if separator == WHITESPACE else line.split(separator)
    return [part.strip().strip('"') for part in parts]


def _sizes(fields: Sequence[str]) -> int:
    """Width that a first line "genes width" says; -2 for another line."""
    return int(fields[1]) if len(fields) == 2 and all(f.isdigit() for f in fields) else -2


def _is_header(fields: Sequence[Sequence[str]]) -> bool:
    """Whether the first row names columns: its fields are no values, or count them."""
    first = fields[0]
    if len(fields) > 1 and len(first) != len(fields[1]):
        return True
    values = first[1:]
    if not values or not all(map(is_number, values)):
        return True
    counted = [str(i) for i in range(len(values))], [str(i + 1) for i in range(len(values))]
    return list(values) in counted
