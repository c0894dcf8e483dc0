"""``PackIndex``: the sidecar of a packed screen; a folder with one is complete."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from scbig.data.expression_reader import Scale
from scbig.errors import UserError

#: Name of the sidecar in the folder.
FILE = "scbig_pack.json"
VERSION = 1


@dataclass(frozen=True)
class PackIndex:
    """What a packed screen is; its arrays stand beside it.

    Attributes:
        genes, condition_names, covariates, context, library, sha256, reported: as in ``Screen``.
        strata: covariate combinations, as level codes, (strata, covariates).
        scale: what the stored values are: ``counts`` or ``log1p_cp10k``.
        n_cells, n_values: cells, and non-zero values of all of them.
        columns: obs columns that were kept, as text.
        contract: how the source was read.
        seed: of the order of cells within condition and stratum.
        source: name, bytes and sha256 of the file that was packed.
        version: of this format.
    """

    genes: tuple[str, ...]
    condition_names: tuple[str, ...]
    covariates: dict[str, tuple[str, ...]]
    strata: tuple[tuple[int, ...], ...]
    context: str
    library: str
    scale: Scale
    sha256: str
    n_cells: int
    n_values: int
    columns: tuple[str, ...]
    contract: dict[str, Any]
    seed: int
    source: dict[str, Any]
    reported: tuple[str, ...]
    version: int = VERSION

    def write(self, folder: Path) -> None:
        """Write the sidecar; this makes the folder a packed screen."""
        part = folder / f".{FILE}.part"
        part.write_text(json.dumps(asdict(self)) + "\n", encoding="utf-8")
        part.replace(folder / FILE)

    @classmethod
    def read(cls, folder: Path) -> PackIndex:
        """Read the sidecar of a folder.

        Raises:
            UserError: it cannot be read, or is of another version.
        """
        again = "pack the screen again (scbig data pack)"
        try:
            values = json.loads((folder / FILE).read_text(encoding="utf-8"))
            version = values["version"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UserError(f"{folder / FILE} cannot be read ({error}): {again}") from error
        if version != VERSION:
            raise UserError(f"{folder} has pack format {version}, not {VERSION}: {again}")
        if not {f.name for f in fields(cls)} <= set(values):
            raise UserError(f"{folder / FILE} is not complete: {again}")
        for name in ("genes", "condition_names", "columns", "reported"):
            values[name] = tuple(values[name])
        values["strata"] = tuple(map(tuple, values["strata"]))
        values["covariates"] = {k: tuple(v) for k, v in values["covariates"].items()}
        return cls(**values)


def is_packed(path: str | Path) -> bool:
    """Whether a packed screen is at ``path``."""
    return (Path(path) / FILE).is_file()
