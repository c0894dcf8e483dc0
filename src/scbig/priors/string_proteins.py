"""Gene symbols of the proteins that STRING's own files are about."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

from scbig.errors import UserError
from scbig.priors.content import open_text

if TYPE_CHECKING:
    import pandas as pd

#: 9606.ENSP00000000233: taxon and protein.
PROTEIN = r"\d+\.[A-Za-z0-9_.-]+"
_LINKS = re.compile(r"protein\.(?:physical\.)?links(?:\.full|\.detailed)?")


def are_proteins(names: "pd.Series[str]") -> bool:
    """Whether all of the first names are proteins of STRING."""
    head = names.head(100)
    return len(head) > 0 and bool(head.str.fullmatch(PROTEIN).all())


def symbols_beside(links: Path) -> dict[str, str]:
    """Symbol of each protein, from the ``protein.info`` of the same release beside ``links``.

    Raises:
        UserError: there is none, or it has other columns.
    """
    import pandas as pd

    name = _LINKS.sub("protein.info", links.name)
    candidates = [links.with_name(name), links.with_name(name.removesuffix(".gz"))]
    info = next((file for file in candidates if file != links and file.is_file()), None)
    if info is None:
        raise UserError(
            f"{links} names proteins: put STRING's table of their symbols beside it, as "
            f"{candidates[0].name if candidates[0] != links else 'TAXON.protein.info.VERSION'}"
        )
    with open_text(info) as text:
        try:
            table = pd.read_csv(text, sep="\t", dtype=str, keep_default_na=False)
        except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
            raise UserError(f"{info} cannot be read: {error}") from None
    if table.shape[1] < 2 or "preferred_name" not in table.columns:
        raise UserError(f"{info} is no protein.info of STRING: it has no column preferred_name")
    return dict(zip(table.iloc[:, 0], table["preferred_name"], strict=True))
