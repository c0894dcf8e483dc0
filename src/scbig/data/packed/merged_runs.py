"""The second half of a sort that does not fit into memory: runs merged into arrays of chunks.

Values are written a stretch of whole chunks at a time, so that a killed merge repeats its last
stretch and harms no other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from scbig.data.packed.sorted_runs import SortedRun, place_type, value_type
from scbig.data.packed.stored_cells import CHUNK

if TYPE_CHECKING:
    import zarr

#: Values that are merged at once.
STRETCH = 64 * CHUNK


def indptr_of(runs: Sequence[SortedRun], n_cells: int) -> npt.NDArray[np.int64]:
    """First value of each cell of the packed screen, (cells + 1,)."""
    sizes = np.zeros(n_cells + 1, dtype=np.int64)
    for run in runs:
        sizes[run.position + 1] = run.sizes
    return np.cumsum(sizes)


def write_sizes(
    group: zarr.Group, runs: Sequence[SortedRun], indptr: npt.NDArray[np.int64]
) -> None:
    """Write where each cell begins, and the library sizes of counts."""
    group.create_array("indptr", data=indptr)
    if runs[0].totals is not None:
        totals = np.empty(len(indptr) - 1)
        for run in runs:
            totals[run.position] = run.totals
        group.create_array("library_size", data=totals)


def create_arrays(
    group: zarr.Group, runs: Sequence[SortedRun], n_values: int, n_genes: int
) -> None:
    """Make the arrays of values and of their genes, empty.

    A chunk that was lost reads as what no packed cell holds: a value of 0 of a gene that there is
    not.
    """
    from zarr.codecs import BloscCodec

    largest = max(run.largest for run in runs)
    values = np.dtype(np.float32) if runs[0].totals is None else value_type(largest)
    places = place_type(n_genes)
    for name, dtype, fill in (("data", values, 0), ("indices", places, n_genes)):
        group.create_array(
            name,
            shape=(n_values,),
            dtype=dtype,
            chunks=(CHUNK,),
            fill_value=fill,
            compressors=[BloscCodec(cname="zstd", clevel=3, shuffle="shuffle")],
        )


def merge(
    group: zarr.Group,
    runs: Sequence[SortedRun],
    indptr: npt.NDArray[np.int64],
    n_genes: int,
    progress: Path,
    say: Callable[[int, int], None],
) -> None:
    """Write the values of ``runs`` in the order of the packed screen.

    Args:
        group: with the arrays ``data`` and ``indices``.
        runs: all of them.
        indptr: first value of each cell, (cells + 1,).
        n_genes: number of genes.
        progress: file with the number of stretches written, which ``keep`` has made.
        say: is told the stretches written and their number.
    """
    data: Any = group["data"]
    indices: Any = group["indices"]
    number = -(-int(indptr[-1]) // STRETCH)
    for k in range(int(progress.read_text()), number):
        begin, end = k * STRETCH, min((k + 1) * STRETCH, int(indptr[-1]))
        # the cells that the stretch begins and ends in belong to it in part
        first = int(np.searchsorted(indptr, begin, "right")) - 1
        last = int(np.searchsorted(indptr, end, "left"))
        found = [run.cells(first, last, n_genes) for run in runs]
        order = np.argsort(np.concatenate([position for position, _ in found]))
        cells = sp.vstack([matrix for _, matrix in found], format="csr")[order]
        inside = slice(begin - int(indptr[first]), end - int(indptr[first]))
        data[begin:end] = cells.data[inside].astype(data.dtype)
        indices[begin:end] = cells.indices[inside].astype(indices.dtype)
        keep(progress, k + 1)
        say(k + 1, number)


def keep(progress: Path, done: int) -> None:
    """Keep the number of stretches that are written."""
    part = progress.with_name(f".{progress.name}.part")
    part.write_text(str(done))
    part.replace(progress)
