"""The first half of a sort that does not fit into memory: blocks of cells, each one sorted.

A run is a folder of its own that appears complete or not at all, so that a killed sort continues
with the first run that is missing.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

Positions = npt.NDArray[np.int64]


@dataclass(frozen=True)
class SortedRun:
    """Cells of one block, in the order of the packed screen.

    Attributes:
        position: row of each cell in the packed screen, ascending, (cells,).
        sizes: values of each cell, (cells,).
        totals: library size of each cell, (cells,); ``None`` without counts.
        largest: largest value.
        library: what counts were divided by.
    """

    folder: Path
    position: Positions
    sizes: npt.NDArray[np.int64]
    totals: npt.NDArray[np.float64] | None
    largest: float
    library: str

    @classmethod
    def write(
        cls,
        folder: Path,
        matrix: sp.csr_matrix,
        position: Positions,
        totals: npt.NDArray[np.float64] | None,
        library: str,
        whole: bool,
    ) -> None:
        """Sort a block of cells and write it.

        Args:
            folder: of the run; must not exist.
            matrix: values of the cells, (cells, genes).
            position: row of each cell in the packed screen, (cells,).
            totals: library size of each cell.
            library: what counts are divided by.
            whole: values are whole numbers, to be kept in the smallest type that holds them.
        """
        order = np.argsort(position)
        ordered = matrix[order]
        largest = float(ordered.data.max(initial=0.0))
        values = ordered.data.astype(value_type(largest)) if whole else ordered.data
        part = folder.with_name(f".{folder.name}.part")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        np.save(part / "position.npy", position[order])
        np.save(part / "sizes.npy", np.diff(ordered.indptr).astype(np.int64))
        np.save(part / "data.npy", values)
        np.save(part / "indices.npy", ordered.indices.astype(place_type(matrix.shape[1])))
        if totals is not None:
            np.save(part / "totals.npy", totals[order])
        (part / "run.json").write_text(json.dumps({"largest": largest, "library": library}))
        part.replace(folder)

    @classmethod
    def read(cls, folder: Path) -> SortedRun:
        """Open a run; its values stay on disk."""
        said = json.loads((folder / "run.json").read_text())
        totals = folder / "totals.npy"
        return cls(
            folder,
            np.load(folder / "position.npy"),
            np.load(folder / "sizes.npy"),
            np.load(totals) if totals.exists() else None,
            float(said["largest"]),
            str(said["library"]),
        )

    def cells(self, first: int, last: int, n_genes: int) -> tuple[Positions, sp.csr_matrix]:
        """Packed rows ``first`` to ``last`` (exclusive) that are in this run, and their values."""
        a, b = np.searchsorted(self.position, [first, last]).tolist()
        begin, size = int(self.sizes[:a].sum()), int(self.sizes[a:b].sum())
        data = np.load(self.folder / "data.npy", mmap_mode="r")[begin : begin + size]
        indices = np.load(self.folder / "indices.npy", mmap_mode="r")[begin : begin + size]
        indptr = np.concatenate([[0], np.cumsum(self.sizes[a:b])])
        matrix = sp.csr_matrix(
            (data.astype(np.float32), indices.astype(np.int32), indptr), shape=(b - a, n_genes)
        )
        return self.position[a:b], matrix


def value_type(largest: float) -> np.dtype[np.unsignedinteger]:
    """Smallest type of whole numbers up to ``largest``."""
    return np.min_scalar_type(int(largest))


def place_type(n_genes: int) -> np.dtype[np.unsignedinteger]:
    """Smallest type of places among ``n_genes`` genes, and of one more that means none."""
    return np.min_scalar_type(n_genes)
