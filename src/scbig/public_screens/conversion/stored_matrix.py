"""``StoredMatrix``: an expression matrix on disk, copied or thinned without reading it whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from scbig.errors import UserError, listed

if TYPE_CHECKING:
    import h5py  # type: ignore[import-untyped]

#: Entries that are in memory at a time.
BLOCK = 1 << 24
#: Data sets of a sparse matrix.
PARTS = ("data", "indices", "indptr")

Kept = npt.NDArray[np.bool_]


class StoredMatrix:
    """A dense, CSR or CSC matrix in an AnnData file, of anndata's present or first format.

    Args:
        node: group or data set.
        where: its name, for messages.

    Raises:
        UserError: it is none of these.
    """

    def __init__(self, node: h5py.Group | h5py.Dataset, where: str) -> None:
        self._node: Any = node
        plain = "array" if hasattr(node, "shape") else "group"
        encoding = node.attrs.get("encoding-type") or node.attrs.get("h5sparse_format", plain)
        self.kind = str(_text(encoding)).removesuffix("_matrix")
        if self.kind not in ("csr", "csc", "array"):
            raise UserError(f"{where} is stored as {self.kind!r}: dense, CSR or CSC is expected")
        if self.kind != "array" and not all(part in node for part in PARTS):
            raise UserError(f"{where} lacks {listed([p for p in PARTS if p not in node])}: damaged")
        old = node.attrs.get("h5sparse_shape")
        shape = node.shape if self.kind == "array" else node.attrs.get("shape", old)
        self.shape = tuple(int(n) for n in shape)

    @property
    def bytes_in_memory(self) -> int:
        """What reading it takes."""
        parts = [self._node] if self.kind == "array" else [self._node[n] for n in PARTS]
        return int(sum(part.size * part.dtype.itemsize for part in parts))

    def write(self, parent: h5py.Group, name: str, kept: Kept) -> None:
        """Write the ``kept`` rows, (rows,); all of them are copied as they are compressed."""
        if kept.all():
            parent.file.copy(self._node, parent, name=name)
        elif self.kind == "array":
            self._write_dense(parent, name, kept)
        elif self.kind == "csr":
            self._write_csr(parent, name, kept)
        else:
            self._write_csc(parent, name, kept)
        self._mark(parent[name], int(kept.sum()))

    def _mark(self, written: Any, rows: int) -> None:
        for old in ("h5sparse_format", "h5sparse_shape"):
            written.attrs.pop(old, None)
        if self.kind == "array":
            written.attrs.update({"encoding-type": "array", "encoding-version": "0.2.0"})
            return
        written.attrs.update(
            {
                "encoding-type": f"{self.kind}_matrix",
                "encoding-version": "0.1.0",
                "shape": np.asarray([rows, self.shape[1]], dtype=np.int64),
            }
        )

    def _write_dense(self, parent: h5py.Group, name: str, kept: Kept) -> None:
        out = _empty_like(self._node, parent, name, (int(kept.sum()), self.shape[1]))
        rows = max(1, BLOCK // max(1, self.shape[1]))
        if self._node.chunks:
            # a chunk is unpacked whole: whole rows of them at a time
            rows = max(1, rows // self._node.chunks[0]) * self._node.chunks[0]
        done = 0
        for start in range(0, len(kept), rows):
            block = self._node[start : start + rows][kept[start : start + rows]]
            out[done : done + len(block)] = block
            done += len(block)

    def _write_csr(self, parent: h5py.Group, name: str, kept: Kept) -> None:
        indptr = self._node["indptr"][:].astype(np.int64)
        new = np.concatenate([[0], np.cumsum(np.diff(indptr)[kept])])
        group = parent.create_group(name)
        out = [_empty_like(self._node[part], group, part, (int(new[-1]),)) for part in PARTS[:2]]
        done = 0
        for first, last in _row_blocks(indptr):
            start, stop = indptr[first], indptr[last]
            wanted = np.repeat(kept[first:last], np.diff(indptr[first : last + 1]))
            stored = int(wanted.sum())
            for part, target in zip(PARTS[:2], out, strict=True):
                target[done : done + stored] = self._node[part][start:stop][wanted]
            done += stored
        group.create_dataset("indptr", data=new)

    def _write_csc(self, parent: h5py.Group, name: str, kept: Kept) -> None:
        indptr = self._node["indptr"][:].astype(np.int64)
        before = np.zeros(len(indptr), dtype=np.int64)
        total = 0
        for start, stop, wanted in self._wanted_entries(kept):
            ends = (indptr > start) & (indptr <= stop)
            before[ends] = total + np.cumsum(wanted)[indptr[ends] - start - 1]
            total += int(wanted.sum())
        group = parent.create_group(name)
        out = [_empty_like(self._node[part], group, part, (total,)) for part in PARTS[:2]]
        row = np.cumsum(kept) - 1
        done = 0
        for start, stop, wanted in self._wanted_entries(kept):
            stored = int(wanted.sum())
            data, indices = (self._node[part][start:stop][wanted] for part in PARTS[:2])
            out[0][done : done + stored] = data
            out[1][done : done + stored] = row[indices]
            done += stored
        group.create_dataset("indptr", data=before)

    def _wanted_entries(self, kept: Kept) -> Any:
        entries = self._node["indices"]
        for start in range(0, entries.size, BLOCK):
            stop = min(start + BLOCK, entries.size)
            yield start, stop, kept[entries[start:stop]]


def _row_blocks(indptr: npt.NDArray[np.int64]) -> Any:
    """First and last row of blocks of at most ``BLOCK`` entries, one row at least."""
    first, rows = 0, len(indptr) - 1
    while first < rows:
        fits = int(np.searchsorted(indptr, indptr[first] + BLOCK, side="right")) - 1
        last = min(max(fits, first + 1), rows)
        yield first, last
        first = last


def _empty_like(source: Any, parent: Any, name: str, shape: tuple[int, ...]) -> Any:
    """A data set of another size, chunked and compressed in the same way."""
    chunks = source.chunks
    if chunks is not None and all(shape):
        chunks = tuple(min(c, n) for c, n in zip(chunks, shape, strict=True))
    else:
        chunks = None
    packed = source.compression if chunks is not None else None
    return parent.create_dataset(
        name,
        shape=shape,
        dtype=source.dtype,
        chunks=chunks,
        compression=packed,
        compression_opts=source.compression_opts if packed else None,
        shuffle=bool(source.shuffle) if packed else None,
    )


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
