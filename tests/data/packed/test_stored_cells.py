import shutil

import numpy as np
import pytest

from packed_screen import from_disk, pack_small, small_blocks
from scbig.data.packed.stored_cells import StoredCells
from scbig.data.schema import ScreenContract, read_screen
from scbig.errors import UserError


@pytest.fixture(params=["many blocks", "one block"])
def pair(request, tmp_path, monkeypatch):
    """The same packed screen in memory and on disk."""
    if request.param == "many blocks":
        small_blocks(monkeypatch)
    path = pack_small(tmp_path)
    return read_screen(path, ScreenContract()), from_disk(path)


def test_rows_are_those_in_memory_in_any_order(pair):
    memory, disk = pair
    assert isinstance(disk.cells, StoredCells)
    n = len(memory.condition)
    rng = np.random.default_rng(0)
    for rows in (
        np.arange(n),
        np.arange(n)[::-1],
        rng.permutation(n)[:50],
        rng.integers(n, size=300),  # with repeats
        np.asarray([n - 1]),
        np.asarray([], dtype=np.int64),
        np.r_[0:5, n - 5 : n],  # far apart
    ):
        read = disk.cells[rows]
        assert read.dtype == np.float32
        np.testing.assert_array_equal(read.toarray(), memory.cells[rows].toarray())
        np.testing.assert_array_equal(disk.counts[rows].toarray(), memory.counts[rows].toarray())
    assert disk.cells.shape == memory.cells.shape


def test_columns_are_chosen_in_order_and_chosen_again(pair):
    memory, disk = pair
    rows = np.arange(7, 60, 3)
    genes = [memory.genes[i] for i in (20, 3, 11, 28)]
    few = disk.with_genes(genes)
    np.testing.assert_array_equal(
        few.cells[rows].toarray(), memory.with_genes(genes).cells[rows].toarray()
    )
    assert few.cells[rows].has_sorted_indices
    fewer = few.with_genes(genes[2:0:-1])
    assert fewer.cells.shape == (len(memory.condition), 2)
    np.testing.assert_array_equal(
        fewer.cells[rows].toarray(), memory.with_genes(genes[2:0:-1]).cells[rows].toarray()
    )


def test_pieces_cover_the_rows_and_stay_small(pair, monkeypatch):
    _, disk = pair
    monkeypatch.setattr("scbig.data.packed.stored_cells.BLOCK", 300)
    rows = np.arange(5, 200, 2)
    parts = list(disk.cells.pieces(rows))
    np.testing.assert_array_equal(np.concatenate([rows[part] for part in parts]), rows)
    assert len(parts) > 5
    assert max(int(disk.cells.values_of(rows[part]).sum()) for part in parts) <= 300
    # a cell that is larger than a piece is a piece of its own
    monkeypatch.setattr("scbig.data.packed.stored_cells.BLOCK", 3)
    assert [part.stop - part.start for part in disk.cells.pieces(rows)] == [1] * len(rows)
    assert not list(disk.cells.pieces(rows[:0]))


@pytest.mark.parametrize("array", ["data", "indices"])
def test_a_lost_chunk_is_noticed(array, tmp_path):
    path = pack_small(tmp_path)
    shutil.rmtree(path / array / "c")
    with pytest.raises(UserError, match=r"s\.zarr.* is damaged .*pack it again"):
        from_disk(path).cells[np.arange(3)]
