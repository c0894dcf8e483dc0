import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

from packed_screen import BATCHED, from_disk, pack_small
from scbig.data.control_cells import read_controls
from scbig.data.packed.pack_index import FILE, PackIndex, is_packed
from scbig.data.packed.packed_screen import as_packed, memory_gb
from scbig.data.packed.stored_cells import StoredCells
from scbig.data.schema import ScreenContract, read_screen
from scbig.errors import UserError
from small_screen import SIDES, make_small_adata
from tiny_spec import make_tiny_spec


@pytest.fixture(scope="module")
def packed(tmp_path_factory):
    return pack_small(tmp_path_factory.mktemp("packed"))


def test_its_size_decides_where_cells_are(packed):
    n = PackIndex.read(packed).n_values
    assert memory_gb(n, True) == pytest.approx(12e-9 * n)
    above, below = memory_gb(n, True) * 1.01, memory_gb(n, True) * 0.99
    assert not isinstance(read_screen(packed, ScreenContract(), above).cells, StoredCells)
    assert isinstance(read_screen(packed, ScreenContract(), below).cells, StoredCells)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"covariates": ("lane",)}, "packed with covariates batch, not lane"),
        ({"scale": "log1p_cp10k"}, "packed with scale counts, not log1p_cp10k"),
        ({"library_key": "total"}, "packed with library_key None, not total"),
        ({"min_cells": 20}, "packed with min_cells 10, not 20"),
        ({"context": "batch"}, "packed with context None, not batch"),
        ({"condition_key": "perturbation"}, "packed with condition_key condition, not perturb"),
    ],
)
def test_settings_that_contradict_the_pack_are_refused(packed, settings, says):
    for limit in (0.0, 2.0):
        with pytest.raises(UserError, match=says):
            read_screen(packed, ScreenContract(**settings), limit)


def test_settings_that_repeat_the_pack_are_fine(packed):
    assert read_screen(packed, BATCHED).covariates == {"batch": ("x", "y")}
    assert read_screen(packed, replace(BATCHED, covariates=["batch"])).genes[:3] == (*"ABC",)


def test_kept_columns_are_annotations(packed):
    assert PackIndex.read(packed).columns == ("condition", "batch", "side")
    screen = read_screen(packed, ScreenContract(annotations=("side", "batch")))
    expected = {name: SIDES.get(name, "train") for name in screen.conditions}
    assert screen.label_by_condition("side") == expected
    levels = np.asarray(screen.covariates["batch"])[screen.covariate_codes[:, 0]]
    np.testing.assert_array_equal(screen.annotations["batch"], levels)
    with pytest.raises(UserError, match=r"no obs column 'total' was kept in .*condition, batch"):
        read_screen(packed, ScreenContract(annotations=("total",)))


def test_the_contract_of_a_packed_screen(packed, tmp_path):
    full = as_packed(packed, ScreenContract(annotations=("side",)))
    assert full == replace(BATCHED, annotations=("side",))
    with pytest.raises(UserError, match="not lane"):
        as_packed(packed, ScreenContract(covariates=("lane",)))
    plain = ScreenContract(layer="x")
    assert as_packed(tmp_path / "s.h5ad", plain) is plain
    assert as_packed(make_small_adata(), plain) is plain


def test_a_kept_column_with_holes_is_refused_when_it_is_asked_for(tmp_path):
    adata = make_small_adata()
    adata.obs["lane"] = [None if i % 40 == 0 else "l1" for i in range(400)]
    path = pack_small(tmp_path, adata=adata)
    with pytest.raises(UserError, match=r"obs\['lane'\] is empty in 10 of 400 cells"):
        read_screen(path, ScreenContract(annotations=("lane",)))


@pytest.mark.filterwarnings("ignore:Element")  # what anndata says of arrays that it did not write
def test_a_damaged_folder_is_refused_in_one_line(packed, tmp_path):
    for what, says in (
        ("no sidecar", "cannot be read as AnnData"),
        ("cut sidecar", "cannot be read .*pack the screen again"),
        ("old sidecar", "has pack format 0, not 1"),
        ("lost key", "not complete"),
        ("no arrays", "is damaged"),
    ):
        path = tmp_path / f"{what.replace(' ', '_')}.zarr"
        shutil.copytree(packed, path)
        sidecar = path / FILE
        values = json.loads(sidecar.read_text())
        if what == "no sidecar":
            sidecar.unlink()
        elif what == "cut sidecar":
            sidecar.write_text(sidecar.read_text()[:100])
        elif what == "old sidecar":
            sidecar.write_text(json.dumps({**values, "version": 0}))
        elif what == "lost key":
            sidecar.write_text(json.dumps({k: v for k, v in values.items() if k != "genes"}))
        else:
            (path / "zarr.json").unlink()
        assert is_packed(path) is (what != "no sidecar")
        with pytest.raises(UserError, match=says):
            read_screen(path, ScreenContract())


@pytest.mark.parametrize(
    "contract", [BATCHED, replace(BATCHED, library_key="total"), ScreenContract()]
)
def test_control_cells_for_a_model_are_those_of_the_file(contract, tmp_path):
    path = pack_small(tmp_path, contract)
    spec = make_tiny_spec()
    genes = tuple(make_small_adata().var_names[: spec.n_genes])
    spec = replace(spec, covariates={"batch": ("x", "y")}, genes=genes)
    from_pack = read_controls(path, ScreenContract(), spec)
    from_file = read_controls(tmp_path / "s.h5ad", contract, spec)
    order = [from_file.cell_names.index(name) for name in from_pack.cell_names]
    assert sorted(order) == list(range(len(from_file.cell_names)))
    np.testing.assert_array_equal(from_pack.cells.toarray(), from_file.cells[order].toarray())
    np.testing.assert_array_equal(from_pack.covariates, from_file.covariates[order])
    np.testing.assert_array_equal(from_pack.library, from_file.library[order])


def test_a_screen_on_disk_is_as_described(packed):
    screen = from_disk(packed)
    assert screen.strata.tolist() == [[0], [1]]
    assert screen.cells_of.sum() == 400 and screen.cells_of[0] == 120
    np.testing.assert_array_equal(screen.rows_of_code(2), screen.rows_of(["A+B"]))
