import numpy as np
import pytest
import scipy.sparse as sp

from scbig.data.packed.merged_runs import indptr_of
from scbig.data.packed.sorted_runs import SortedRun, place_type, value_type


def write_run(folder, seed=0, whole=True, totals=True, cells=20):
    rng = np.random.default_rng(seed)
    matrix = sp.csr_matrix(rng.poisson(0.4, (cells, 9)).astype(np.float32))
    if not whole:
        matrix = matrix * np.float32(0.5)
    position = rng.permutation(3 * cells)[:cells]
    library = rng.uniform(1, 9, cells) if totals else None
    SortedRun.write(folder, matrix, position, library, "somewhere", whole)
    return matrix, position, library


@pytest.mark.parametrize("whole", [True, False])
def test_a_run_gives_back_its_cells_in_order(tmp_path, whole):
    matrix, position, library = write_run(tmp_path / "run", whole=whole)
    run = SortedRun.read(tmp_path / "run")
    order = np.argsort(position)
    np.testing.assert_array_equal(run.position, position[order])
    np.testing.assert_array_equal(run.totals, library[order])
    assert run.largest == matrix.data.max() and run.library == "somewhere"
    for first, last in ((0, 60), (7, 31), (59, 60), (5, 5)):
        found, cells = run.cells(first, last, 9)
        inside = order[(position[order] >= first) & (position[order] < last)]
        np.testing.assert_array_equal(found, position[inside])
        np.testing.assert_array_equal(cells.toarray(), matrix[inside].toarray())


def test_a_run_appears_complete_or_not_at_all(tmp_path, monkeypatch):
    # what a killed process has left is written over
    (tmp_path / ".run.part").mkdir()
    (tmp_path / ".run.part" / "data.npy").write_text("half")
    monkeypatch.setattr(np, "save", stop_at("indices.npy", np.save))
    with pytest.raises(InterruptedError):
        write_run(tmp_path / "run")
    assert not (tmp_path / "run").exists()
    monkeypatch.undo()
    write_run(tmp_path / "run", totals=False)
    assert SortedRun.read(tmp_path / "run").totals is None
    assert not (tmp_path / ".run.part").exists()


def stop_at(name, save):
    def stopped(path, values):
        if path.name == name:
            raise InterruptedError
        save(path, values)

    return stopped


def test_sizes_of_runs_make_the_pointers(tmp_path):
    write_run(tmp_path / "run")
    run = SortedRun.read(tmp_path / "run")
    indptr = indptr_of([run], 60)
    assert len(indptr) == 61 and indptr[-1] == run.sizes.sum()
    np.testing.assert_array_equal(np.diff(indptr)[run.position], run.sizes)


def test_the_smallest_types():
    assert [value_type(x) for x in (1.0, 255.0, 256.0, 70_000.0)] == [
        np.uint8,
        np.uint8,
        np.uint16,
        np.uint32,
    ]
    # one place more than there are genes
    assert [place_type(n) for n in (255, 256, 65_535, 65_536)] == [
        np.uint8,
        np.uint16,
        np.uint16,
        np.uint32,
    ]
