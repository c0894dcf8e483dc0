"""Malformed files end in one line or in a correct import; never in a traceback or a silent change.

About 390 files: changes of a sound one in memory and in the file, some drawn by hypothesis, cut
and flipped bytes, folders with missing parts.
"""

import contextlib
import json
import re
import warnings
from pathlib import Path

import anndata
import h5py
import numpy as np
import pytest
import scipy.sparse as sp
import zarr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import scbig.data.unreadable
from malformed_files import (
    AXES,
    CHANGES,
    EDITS,
    LABELS,
    VALUES,
    Truth,
    cut_files,
    flipped_files,
    sound,
    torn_folders,
    truth_of,
    write_changed,
    write_edited,
)
from scbig.commands.data_check import check
from scbig.commands.data_import import import_screen
from scbig.commands.inspected_file import InspectedFile
from scbig.errors import UserError

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*names are not unique:UserWarning"),
    pytest.mark.filterwarnings("ignore:Writing zarr v2 data:UserWarning"),
    # libraries speak of damaged files in warnings too
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::anndata.OldFormatWarning"),
]


@pytest.fixture
def without_trial(monkeypatch):
    """Files whose bytes are sound need no reading in a process of its own."""
    monkeypatch.setattr(scbig.data.unreadable, "LARGEST_TRIAL", -1)


def refused(call, *arguments) -> str:
    """The one line a command ends in; "" when it comes to an end."""
    said = ""
    try:
        call(*arguments)
    except UserError as error:
        said = str(error)
    assert "\n" not in said and len(said) < 1000
    return said


def outcome(path: Path, truth: Truth | None, folder: Path) -> str:
    """Import a file and check it; what is written is what was there."""
    out = folder / "S.h5ad"
    before = set(folder.iterdir())
    line = refused(import_screen, InspectedFile(str(path)), str(out))
    assert bool(line) == bool(refused(check, InspectedFile(str(path)))), line
    if line:
        assert set(folder.iterdir()) == before, "a partial file is left"
        return line
    assert set(folder.iterdir()) - before == {out, out.with_suffix(".yaml")}
    equals_source(out, path, truth)
    for written in (out, out.with_suffix(".yaml")):
        written.unlink()
    return ""


def equals_source(out: Path, path: Path, truth: Truth | None) -> None:
    """Values, labels, cells and genes of an import are those of the file, read by anndata."""
    source, imported = read_by_parts(path), anndata.read_h5ad(out)
    reported = json.loads(imported.uns["scbig_import"]["reported"])
    names = imported.obs.get("cell_name_of_file", imported.obs_names.to_series()).astype(str)
    rows, position = [], 0
    for name in names:  # the order is kept: each cell is the next of its name
        while str(source.obs_names[position]) != name:
            position += 1
        rows.append(position)
        position += 1
    dropped = sum(
        int(re.match(r"[\d,]+", line).group().replace(",", ""))
        for line in reported
        if line.endswith("are dropped")
    )
    assert dropped == source.n_obs - imported.n_obs
    if truth is not None:
        expected = [truth[str(source.obs_names[row])] for row in rows]
        assert imported.obs["condition"].astype(str).tolist() == expected
    genes = imported.var.get("name_of_file", imported.var_names.to_series()).astype(str).tolist()
    assert genes == source.var_names.astype(str).tolist()
    matrices = [m for m in (source.X, *source.layers.values()) if m is not None]
    matrices += [] if source.raw is None else [source.raw.X]
    chosen = [(m.toarray() if sp.issparse(m) else np.asarray(m))[rows] for m in matrices]
    assert sp.issparse(imported.X)
    values = imported.X.toarray()
    if any("are brought to" in line for line in reported):
        assert any(is_rescaled(values, before) for before in chosen)
    else:
        assert any(np.array_equal(values, before) for before in chosen)


def read_by_parts(path: Path) -> anndata.AnnData:
    """The file by anndata, without the parts that cannot be read and that no screen needs."""
    opened = zarr.open_group(path, mode="r") if path.suffix == ".zarr" else h5py.File(path, "r")
    parts = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for part in ("X", "obs", "var", "layers", "raw/X", "raw/var"):
            with contextlib.suppress(Exception):
                parts[part] = anndata.io.read_elem(opened[part])
        if "total" in parts["obs"] and parts["obs"]["total"].dtype.kind == "V":
            del parts["obs"]["total"]
        if "X" not in parts and "X/indptr" in opened:
            matrix = (opened["X"][part][:] for part in ("data", "indices", "indptr"))
            parts["X"] = sp.csr_matrix(tuple(matrix), (len(parts["obs"]), len(parts["var"])))
        raw = [parts.pop(part, None) for part in ("raw/X", "raw/var")]
        adata = anndata.AnnData(**parts)
        adata.raw = None if raw[1] is None else anndata.AnnData(raw[0], adata.obs, raw[1])
    return adata


def is_rescaled(values: np.ndarray, before: np.ndarray) -> bool:
    """Whether expm1 of the values is a multiple of what the file's values are the logarithm of."""
    ours = np.expm1(values.astype(np.float64))
    before = before.astype(np.float64)
    with np.errstate(over="ignore"):
        theirs = [np.expm1(before * np.log(b)) for b in (np.e, 2.0, 10.0)] + [before]
    inside = ours > 0
    for other in theirs:
        ratio = ours[inside] / other[inside] if (other[inside] > 0).all() else np.zeros(1)
        if (other[~inside] == 0).all() and ratio.min() > 0 and np.ptp(ratio) < 1e-3 * ratio.mean():
            return True
    return False


#: Changes after which the cells are what they were before.
SAME_CELLS = (
    *("integers", "floats"),
    *(name for name in LABELS if name.startswith(("control is", "joined by"))),
    *("lower case", "GEARS", "guides", "plasmids", "no such column", "two columns"),
    *VALUES,
    *(name for name in AXES if not name.startswith(("cells", "all cells"))),
)


@pytest.mark.parametrize("kind", ["h5ad", "zarr"])
def test_the_sound_file_is_imported(kind, tmp_path):
    adata = sound()
    path = tmp_path / f"sound.{kind}"
    (adata.write_h5ad if kind == "h5ad" else adata.write_zarr)(path)
    assert outcome(path, truth_of(adata), tmp_path) == ""


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.usefixtures("without_trial")
def test_changed_files(name, tmp_path):
    path, truth = write_changed(tmp_path, name)
    outcome(path, truth if name in SAME_CELLS else None, tmp_path)


@pytest.mark.parametrize("name", EDITS)
@pytest.mark.usefixtures("without_trial")
def test_edited_files(name, tmp_path):
    path, truth = write_edited(tmp_path, name)
    truth = None if "categories" in name or "codes" in name else truth
    outcome(path, truth, tmp_path)


@pytest.mark.usefixtures("without_trial")
def test_cut_files(tmp_path):
    for path in cut_files(tmp_path, 40):
        assert outcome(path, None, tmp_path)


def test_flipped_files(tmp_path):
    """A damaged file may crash the HDF5 library: each is read in a process of its own first."""
    for path in flipped_files(tmp_path, 30):
        outcome(path, None, tmp_path)


@pytest.mark.usefixtures("without_trial")
def test_torn_folders(tmp_path):
    for _, path in torn_folders(tmp_path):
        outcome(path, None, tmp_path)


@pytest.mark.usefixtures("without_trial")
@settings(
    max_examples=90,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    value=st.sampled_from(["", *VALUES]),
    label=st.sampled_from(["", *LABELS]),
    axis=st.sampled_from(["", *AXES]),
    kind=st.sampled_from(["h5ad", "h5ad", "zarr"]),
)
def test_changes_together(value, label, axis, kind, tmp_path_factory):
    folder = tmp_path_factory.mktemp("together")
    adata = sound()
    try:
        for name in (value, label, axis):
            if name:
                CHANGES[name](adata)
    except (TypeError, AttributeError, KeyError, ValueError):
        return  # the one change took away what the other needs
    path = folder / f"changed.{kind}"
    (adata.write_h5ad if kind == "h5ad" else adata.write_zarr)(path)
    same = all(name in ("", *SAME_CELLS) for name in (value, label, axis))
    outcome(path, truth_of(sound()) if same else None, folder)
