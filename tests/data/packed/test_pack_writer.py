import os
import re
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp
import zarr

from packed_screen import BATCHED, from_disk, pack_small, small_blocks
from scbig.data.packed.pack_index import PackIndex, is_packed
from scbig.data.packed.pack_writer import pack, packed_order
from scbig.data.schema import ScreenContract, read_screen
from scbig.errors import UserError
from small_screen import log_normalise, make_small_adata


def quiet(line):
    """Says nothing."""


def same_cells(packed, source):
    """Whether both screens hold the same cells under the same labels; their order may differ."""
    place = {name: row for row, name in enumerate(source.cell_names)}
    rows = np.asarray([place[name] for name in packed.cell_names])
    assert sorted(rows) == list(range(len(source.condition)))
    assert packed.condition_names == source.condition_names
    assert packed.genes == source.genes
    assert packed.covariates == source.covariates
    assert packed.library == source.library
    assert packed.reported[: len(source.reported)] == source.reported
    np.testing.assert_array_equal(packed.condition, source.condition[rows])
    np.testing.assert_array_equal(packed.covariate_codes, source.covariate_codes[rows])
    every = np.arange(len(rows))
    np.testing.assert_array_equal(packed.cells[every].toarray(), source.cells[rows].toarray())
    if source.counts is None:
        assert packed.counts is None and packed.library_size is None
    else:
        np.testing.assert_array_equal(packed.counts[every].toarray(), source.counts[rows].toarray())
        np.testing.assert_array_equal(packed.library_size, source.library_size[rows])


@pytest.mark.parametrize("block", [400, 5000])
@pytest.mark.parametrize(
    ("contract", "change"),
    [
        (BATCHED, None),
        (replace(BATCHED, library_key="total"), None),
        (ScreenContract(layer="raw"), "layer"),
        (ScreenContract(scale="log1p_cp10k", covariates=("batch",)), "log"),
        (ScreenContract(min_cells=60), "few"),
        (ScreenContract(context="batch"), "few of D"),
        (BATCHED, "dense"),
        (BATCHED, "zeros"),
    ],
)
def test_a_packed_screen_is_the_screen(contract, change, block, tmp_path, monkeypatch):
    small_blocks(monkeypatch, block)
    adata = make_small_adata()
    if change == "layer":
        adata.layers["raw"], adata.X = adata.X, None
    elif change == "log":
        log_normalise(adata)
    elif change == "few":
        adata = adata[(adata.obs["condition"] != "D") | (np.arange(400) % 2 == 0)].copy()
        contract = replace(contract, min_cells=30)
    elif change == "dense":
        adata.X = adata.X.toarray()
    elif change == "zeros":  # stored zeros are no values
        adata.X.data[::7] = 0.0
    path = pack_small(tmp_path, contract, adata)
    source = read_screen(tmp_path / "s.h5ad", contract)
    for packed in (read_screen(path, ScreenContract()), from_disk(path)):
        same_cells(packed, source)
        joint = packed.condition * len(packed.strata) + packed.stratum
        assert (np.diff(joint) >= 0).all()


@pytest.mark.filterwarnings("ignore:Writing zarr v2 data:UserWarning")  # anndata's own default
def test_an_anndata_zarr_is_packed_too(tmp_path):
    make_small_adata().write_zarr(tmp_path / "a.zarr")
    pack(tmp_path / "a.zarr", tmp_path / "s.zarr", BATCHED, say=quiet)
    same_cells(from_disk(tmp_path / "s.zarr"), read_screen(tmp_path / "a.zarr", BATCHED))


def test_the_hash_is_that_of_the_cells_in_the_packed_order(tmp_path):
    path = pack_small(tmp_path)
    index = PackIndex.read(path)
    order = list(read_screen(path, ScreenContract()).cell_names)
    adata = make_small_adata()[order].copy()
    assert read_screen(adata, BATCHED).sha256 == index.sha256


def test_cells_of_a_condition_are_shuffled_by_the_seed():
    outline = read_screen(make_small_adata(cells=200), BATCHED)
    order, other = packed_order(outline, 0), packed_order(outline, 1)
    np.testing.assert_array_equal(order, packed_order(outline, 0))
    inside = (outline.condition[order] == 3) & (outline.stratum[order] == 0)
    rows = order[inside]
    assert set(rows) == set(other[inside]) and (rows != other[inside]).any()
    # neighbours are no longer neighbours of the file: their ranks do not correlate
    ranks = np.argsort(np.argsort(rows))
    assert abs(np.corrcoef(np.arange(len(rows)), ranks)[0, 1]) < 4 / np.sqrt(len(rows))


def test_counts_take_the_smallest_type(tmp_path):
    adata = make_small_adata()
    pack_small(tmp_path, BATCHED, adata)
    group = zarr.open_group(tmp_path / "s.zarr", mode="r")
    assert group["data"].dtype == np.uint8 and group["indices"].dtype == np.uint8
    adata.X.data[11] = 70_000
    (tmp_path / "other").mkdir()
    path = pack_small(tmp_path / "other", BATCHED, adata)
    assert zarr.open_group(path, mode="r")["data"].dtype == np.uint32
    same_cells(from_disk(path), read_screen(adata, BATCHED))


def _spoil(what):
    adata = make_small_adata()
    contract = BATCHED
    if what == "nan":
        adata.X.data[40] = np.nan
    elif what == "negative":
        adata.X.data[[40, 90]] = -1.0
    elif what == "fraction":
        adata.X.data[40] = 1.5
    elif what == "empty cell":
        adata.X = sp.csr_matrix(adata.X.toarray() * (np.arange(400) != 7)[:, None])
    elif what == "mixed units":
        log_normalise(adata)
        adata.X = sp.csr_matrix(np.where(np.arange(400)[:, None] == 9, 5.0, adata.X.toarray()))
        contract = replace(BATCHED, scale="log1p_cp10k")
    elif what == "short library":
        contract = replace(BATCHED, library_key="total")
        adata.obs["total"] /= 4.0
    elif what == "no control":
        adata.obs["condition"] = adata.obs["condition"].astype(str).replace({"control": "C"})
    elif what == "no layer":
        contract = replace(BATCHED, layer="counts")
    elif what == "no column":
        contract = replace(BATCHED, covariates=("lane",))
    elif what == "stratum alone":
        alone = (adata.obs["condition"] == "A").to_numpy()
        adata.obs["batch"] = np.where(alone, "z", adata.obs["batch"].astype(str))
    elif what == "repeated genes":
        adata.var_names = ["A", *adata.var_names[:-1]]
    return adata, contract


@pytest.mark.filterwarnings("ignore:Variable names are not unique:UserWarning")
@pytest.mark.parametrize(
    "what",
    [
        "nan",
        "negative",
        "fraction",
        "empty cell",
        "mixed units",
        "short library",
        "no control",
        "no layer",
        "no column",
        "stratum alone",
        "repeated genes",
    ],
)
def test_what_read_screen_refuses_is_refused_in_the_same_words(what, tmp_path, monkeypatch):
    adata, contract = _spoil(what)
    adata.write_h5ad(tmp_path / "s.h5ad")
    with pytest.raises(UserError) as plain:
        read_screen(tmp_path / "s.h5ad", contract)
    with pytest.raises(UserError) as packing:
        pack(tmp_path / "s.h5ad", tmp_path / "s.zarr", contract, say=quiet)
    assert str(packing.value) == str(plain.value)
    assert [path.name for path in tmp_path.iterdir()] == ["s.h5ad"]


def test_a_block_that_is_wrong_says_which(tmp_path, monkeypatch):
    small_blocks(monkeypatch, 3000)
    adata, contract = _spoil("negative")
    adata.write_h5ad(tmp_path / "s.h5ad")
    with pytest.raises(UserError, match=r"among cells 0 to \d+: 2 values of X are negative"):
        pack(tmp_path / "s.h5ad", tmp_path / "s.zarr", contract, say=quiet)


def test_what_cannot_be_packed(tmp_path):
    adata = make_small_adata()
    adata.X = sp.csc_matrix(adata.X)
    adata.write_h5ad(tmp_path / "csc.h5ad")
    (tmp_path / "text.h5ad").write_text("no h5ad")
    path = pack_small(tmp_path)
    for source, out, says in (
        ("csc.h5ad", "x.zarr", "stored by gene"),
        ("text.h5ad", "x.zarr", "cannot be read as AnnData"),
        ("none.h5ad", "x.zarr", "no data file"),
        ("s.csv", "x.zarr", "no data file"),
        ("s.zarr", "x.zarr", "packed already"),
        ("s.h5ad", "x.h5ad", "must end in .zarr"),
        ("s.h5ad", "no/x.zarr", "does not exist"),
    ):
        with pytest.raises(UserError, match=re.escape(says)):
            pack(tmp_path / source, tmp_path / out, BATCHED, say=quiet)
        assert not list(tmp_path.glob("*x.zarr*"))
    assert is_packed(path)


def test_what_is_there_already_is_kept_or_refused(tmp_path):
    path = pack_small(tmp_path)
    written = (path / "scbig_pack.json").stat().st_mtime_ns
    pack(tmp_path / "s.h5ad", path, BATCHED, say=quiet)
    assert (path / "scbig_pack.json").stat().st_mtime_ns == written
    for other in ({"contract": ScreenContract()}, {"contract": BATCHED, "seed": 1}):
        with pytest.raises(UserError, match="exists and is not this file packed in this way"):
            pack(tmp_path / "s.h5ad", path, say=quiet, **other)


def test_two_at_once_are_refused(tmp_path):
    import fcntl

    make_small_adata().write_h5ad(tmp_path / "s.h5ad")
    work = tmp_path / ".s.zarr.part"
    work.mkdir()
    with (work / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(UserError, match="another process is packing"):
            pack(tmp_path / "s.h5ad", tmp_path / "s.zarr", BATCHED, say=quiet)
    pack(tmp_path / "s.h5ad", tmp_path / "s.zarr", BATCHED, say=quiet)
    assert not work.exists()


class Interrupted(Exception):
    """Stands for a kill."""


@pytest.mark.parametrize("at", [1, 2, 4, 6, 9, 12, 15])
def test_an_interrupted_pack_continues(at, tmp_path, monkeypatch):
    small_blocks(monkeypatch, 2500)
    make_small_adata().write_h5ad(tmp_path / "s.h5ad")
    heard = []

    def stop(line):
        heard.append(line)
        if len(heard) == at:
            raise Interrupted

    try:
        pack(tmp_path / "s.h5ad", tmp_path / "s.zarr", BATCHED, say=stop)
    except Interrupted:
        assert not (tmp_path / "s.zarr").exists()
    said = []
    pack(tmp_path / "s.h5ad", tmp_path / "s.zarr", BATCHED, say=said.append)
    same_cells(from_disk(tmp_path / "s.zarr"), read_screen(tmp_path / "s.h5ad", BATCHED))
    assert not (tmp_path / ".s.zarr.part").exists()
    assert len(heard) < at or said[0].startswith("continuing")


def test_other_settings_do_not_continue_what_is_left(tmp_path):
    make_small_adata().write_h5ad(tmp_path / "s.h5ad")

    def stop(line):
        raise Interrupted

    with pytest.raises(Interrupted):
        pack(tmp_path / "s.h5ad", tmp_path / "s.zarr", BATCHED, say=stop)
    said = []
    plain = ScreenContract()
    pack(tmp_path / "s.h5ad", tmp_path / "s.zarr", plain, say=said.append)
    assert not said[0].startswith("continuing")
    same_cells(from_disk(tmp_path / "s.zarr"), read_screen(tmp_path / "s.h5ad", plain))


#: Kills itself before the n-th time that a file or folder is opened, made, renamed or removed.
KILLED = """
import os, signal, sys
from pathlib import Path
import anndata, zarr
import scbig.data.packed.expression_source as source
import scbig.data.packed.merged_runs as merged
source.BLOCK, merged.CHUNK, merged.STRETCH = 2500, 64, 8 * 64
from scbig.data.packed.pack_writer import pack
from scbig.data.schema import ScreenContract
folder, left = Path(sys.argv[1]), [int(sys.argv[2])]
def count(event, arguments):
    if event in ("open", "os.mkdir", "os.rename", "os.remove", "os.rmdir"):
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(count)
pack(folder / "s.h5ad", folder / "s.zarr", ScreenContract(covariates=("batch",)))
print(left[0])
"""


def test_a_killed_pack_leaves_no_readable_half(tmp_path, monkeypatch):
    small_blocks(monkeypatch, 2500)
    make_small_adata().write_h5ad(tmp_path / "s.h5ad")
    root = Path(__file__).parents[3]
    kills = 0
    for n in np.random.default_rng(0).permutation([20, 60, 110, 160, 250, 400]).tolist():
        ended = subprocess.run(
            [sys.executable, "-c", KILLED, str(tmp_path), str(n)],
            env={**os.environ, "PYTHONPATH": str(root / "src")},
            capture_output=True,
            text=True,
            check=False,
        )
        if ended.returncode == 0:
            break
        assert ended.returncode == -signal.SIGKILL, ended.stderr
        kills += 1
        # nothing, or the whole screen
        if (tmp_path / "s.zarr").exists():
            assert is_packed(tmp_path / "s.zarr")
    said = []
    pack(tmp_path / "s.h5ad", tmp_path / "s.zarr", BATCHED, say=said.append)
    assert said[0].startswith("continuing") or said[0].endswith("from the same file and settings")
    same_cells(from_disk(tmp_path / "s.zarr"), read_screen(tmp_path / "s.h5ad", BATCHED))
    assert kills >= 3
    assert sorted(path.name for path in tmp_path.iterdir()) == ["s.h5ad", "s.zarr"]


@pytest.mark.real
@pytest.mark.parametrize(
    ("name", "contract"),
    [
        ("norman2019_subset", ScreenContract(layer="counts", library_key="ncounts")),
        ("norman2019_subset", ScreenContract(scale="log1p_cp10k")),
        ("papalexi2021_subset", ScreenContract(covariates=("bio_rep",))),
        ("adamson2016_mini", ScreenContract(scale="log1p_cp10k")),
    ],
)
def test_the_real_panels_are_packed(real_data, name, contract, tmp_path):
    file = real_data / name / f"{name}.h5ad"
    pack(file, tmp_path / "s.zarr", contract, say=quiet)
    same_cells(from_disk(tmp_path / "s.zarr"), read_screen(file, contract))
