"""``ScreenRecord``: what a converted file says of itself."""

from __future__ import annotations

import json
import shlex
from dataclasses import asdict, dataclass
from pathlib import Path

from scbig.errors import UserError
from scbig.public_screens.remote_file import readable_size

#: Entry of ``uns``.
KEY = "public_screen"
#: Highly variable genes that the line to run asks for, where a file has more.
N_HVG = 2000


@dataclass(frozen=True)
class ScreenRecord:
    """Origin, size and reading of a converted file.

    Attributes:
        screen: name of the public screen.
        source: name of the copy.
        file: name of the file it was made from.
        checksum: of that file; ``None`` when none is published.
        cells: number of cells.
        control_cells: how many of them are control.
        genes: number of genes.
        singles: conditions with one target.
        combinations: conditions with several.
        scale: of X, as ``ScreenContract`` names it.
        library_key: obs column with the total counts of a cell.
        covariates: obs columns that cells can be matched by.
        context: obs column that sets contexts apart.
        memory: bytes of X in memory.
        reported: every drop and change, counted.
        version: of scbig.
    """

    screen: str
    source: str
    file: str
    checksum: str | None
    cells: int
    control_cells: int
    genes: int
    singles: int
    combinations: int
    scale: str
    library_key: str | None
    covariates: tuple[str, ...]
    context: str | None
    memory: int
    reported: tuple[str, ...]
    version: str

    @property
    def as_json(self) -> str:
        """Text for ``uns``."""
        return json.dumps(asdict(self))

    @classmethod
    def of_file(cls, path: Path) -> ScreenRecord:
        """The record of a converted file; nothing else is read.

        Raises:
            UserError: the file has none.
        """
        import h5py  # type: ignore[import-untyped]

        try:
            with h5py.File(path, "r") as file:
                values = json.loads(file["uns"][KEY].asstr()[()])
            values |= {key: tuple(values[key]) for key in ("covariates", "reported")}
            return cls(**values)
        except (OSError, KeyError, ValueError, TypeError, AttributeError) as error:
            raise UserError(
                f"{path} was not made by scbig data fetch, or is damaged ({error}): move it away"
            ) from error

    @property
    def options(self) -> list[str]:
        """Options after ``--data.path`` that read the file as it is."""
        given = [] if self.scale == "counts" else [f"--data.scale {self.scale}"]
        if self.library_key is not None:
            given.append(f"--data.library_key {self.library_key}")
        if self.context is not None:
            given.append(f"--data.context {self.context}")
        if self.covariates:
            given.append(f"--data.covariates '[{','.join(self.covariates)}]'")
        return given

    def fit_line(self, path: Path) -> str:
        """A command that trains on the file."""
        chosen = [f"--data.n_hvg {N_HVG}"] if self.genes > N_HVG else []
        words = [
            "scbig fit --config conf/base.yaml",
            f"--data.path {shlex.quote(str(path))}",
            *self.options,
            *chosen,
        ]
        return " ".join(words)

    def lines(self) -> list[str]:
        """What the file holds, one line each."""
        verified = self.checksum or "not verified: no checksum is published"
        return [
            f"cells         {self.cells} ({self.control_cells} control)",
            f"genes         {self.genes}",
            f"conditions    {self.singles} singles, {self.combinations} combinations",
            f"source        {self.source}, {self.file}, {verified}",
            f"X             {self.scale}, {readable_size(self.memory)} in memory",
            *(f"note          {line}" for line in self.reported),
        ]
