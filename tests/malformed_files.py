"""Files that are damaged, odd or wrong, each made from one small sound file."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import anndata
import h5py
import numpy as np
import pandas as pd
import scipy.sparse as sp

from small_screen import make_small_adata

#: Condition of each cell of the sound file, by the name of the cell.
Truth = dict[str, str]
Change = Callable[[anndata.AnnData], None]
Edit = Callable[[h5py.File], None]


def sound() -> anndata.AnnData:
    """120 cells x 12 genes; labels, two batches, totals."""
    return make_small_adata(cells=12, n_genes=12)


def truth_of(adata: anndata.AnnData) -> Truth:
    return dict(zip(adata.obs_names, adata.obs["condition"].astype(str), strict=True))


# -- what can be changed in memory ---------------------------------------------------------------


def _values(change: Callable[[np.ndarray], object]) -> Change:
    def apply(adata: anndata.AnnData) -> None:
        dense = adata.X.toarray().astype(np.float64)
        out = change(dense)
        adata.X = dense if out is None else out

    return apply


def _spoiled(value: float, cells: int = 1) -> Change:
    def change(dense: np.ndarray) -> None:
        dense[:cells, 2] = value

    return _values(change)


def _log(dense: np.ndarray, total: float = 1e4) -> np.ndarray:
    return np.log1p(dense * (total / dense.sum(1, keepdims=True)))


def _mixed(dense: np.ndarray) -> np.ndarray:
    out = _log(dense)
    out[:7] = dense[:7]
    return out


VALUES: dict[str, Change] = {
    **{
        f"{what} in {cells} cells": _spoiled(value, cells)
        for what, value in {
            "NaN": np.nan,
            "inf": np.inf,
            "minus inf": -np.inf,
            "negative": -1.0,
            "fraction": 0.5,
            "huge count": 3e9,
            "beyond float32": 1e300,
            "tiny": 1e-300,
        }.items()
        for cells in (1, 120)
    },
    "z-scores": _values(lambda x: (x - x.mean(0)) / x.std(0)),
    "effects": _values(lambda x: _log(x) - _log(x).mean(0)),
    "nothing but zeros": _values(np.zeros_like),
    "binary": _values(lambda x: (x > 0).astype(np.float32)),
    "boolean": _values(lambda x: sp.csr_matrix(x > 0)),
    "int8": _values(lambda x: np.minimum(x, 100).astype(np.int8)),
    "uint16": _values(lambda x: x.astype(np.uint16)),
    "int64": _values(lambda x: sp.csr_matrix(x.astype(np.int64))),
    "huge int64": _values(lambda x: (x + 2**40).astype(np.int64)),
    "huge uint64": _values(lambda x: x.astype(np.uint64) + np.uint64(2**63)),
    "float16": _values(lambda x: x.astype(np.float16)),
    "float16 logs": _values(lambda x: _log(x).astype(np.float16)),
    "logs": _values(_log),
    "logs of CPM": _values(lambda x: _log(x, 1e6)),
    "logs of the median": _values(lambda x: _log(x, float(np.median(x.sum(1))))),
    "base 2": _values(lambda x: _log(x) / np.log(2)),
    "base 10": _values(lambda x: _log(x) / np.log(10)),
    "log of log": _values(lambda x: np.log1p(_log(x))),
    "square roots": _values(np.sqrt),
    "CPM": _values(lambda x: x * (1e6 / x.sum(1, keepdims=True))),
    "scaled, no constant sum": _values(lambda x: x * 1.37),
    "mixed units": _values(_mixed),
    "columns first": _values(lambda x: sp.csc_matrix(x)),
    "columns first, in memory order": _values(np.asfortranarray),
    "a silent cell": _values(lambda x: x * (np.arange(len(x)) != 5)[:, None]),
    "most cells silent": _values(lambda x: x * (np.arange(len(x)) < 20)[:, None]),
    "a silent gene": _values(lambda x: x * (np.arange(x.shape[1]) != 5)),
    "noise": _values(lambda x: np.random.default_rng(0).random(x.shape)),
    "above 15": _values(lambda x: x * 0.7 + 20),
}


def _labels(how: Callable[[str], object], column: str = "condition") -> Change:
    def apply(adata: anndata.AnnData) -> None:
        labels = [how(label) for label in adata.obs["condition"].astype(str)]
        adata.obs[column] = pd.Categorical(labels) if None in labels else labels
        if column != "condition":
            del adata.obs["condition"]

    return apply


def _some(value: object, every: int = 10) -> Change:
    def apply(adata: anndata.AnnData) -> None:
        labels = adata.obs["condition"].astype(object).to_numpy()
        labels[::every] = value
        adata.obs["condition"] = pd.Categorical(labels) if value is None else labels

    return apply


def _control(word: object) -> Change:
    return _labels(lambda x: word if x == "control" else x)


LABELS: dict[str, Change] = {
    **{f"control is {word!r}": _control(word) for word in (
        *("ctrl", "Control", "CTRL", "non-targeting", "NonTargeting", "NT", "NTC", "neg_ctrl"),
        *("scramble", "safe-targeting", "unperturbed", "WT", "none", "", None, "AAVS1", "GFP"),
        *("nan", " control ", "control_1", "NegCtrl0", "Wild type", "öé", "control+control", "*"),
    )},
    **{f"some are {word!r}": _some(word) for word in (
        *("A+", "+A", "+", "A++B", "A+@x", "A@K562", "", None, "unassigned", "multiplet", "*", "?"),
        *("A+A", "B+A", "A+ctrl", "ctrl+A", "control+A", "A + B", " A", "A,B", "A;B", "A_B", "A|B"),
        *("a", "A\nB", "A\tB", "ENSG00000000001", "名前", "A" * 500, "1", "None", "NaN", "A/B"),
    )},
    **{f"joined by {sign!r}": _labels(lambda x, s=sign: x.replace("+", s)) for sign in (
        *("_", ";", ",", "|", "&", "/", ":", " + ", "-", "__", "--", " ", "++", "."),
    )},
    "only control": _labels(lambda x: "control"),
    "no control": _labels(lambda x: "A" if x == "control" else x),
    "one condition": _labels(lambda x: x if x == "control" else "A"),
    "integers": _labels(lambda x: len(x)),
    "floats": _labels(lambda x: len(x) / 2),
    "booleans": _labels(lambda x: x == "control"),
    "all empty": _labels(lambda x: None),
    "lower case": _labels(str.lower),
    "GEARS": _labels(lambda x: "ctrl" if x == "control" else x if "+" in x else x + "+ctrl"),
    "guides": _labels(lambda x: ("NTC" if x == "control" else "sg" + x) + "_1"),
    "plasmids": _labels(lambda x: x + "_pDS123" if x != "control" else "62(mod)_pBA581"),
    "no such column": _labels(lambda x: x, "note"),
    "of treatment": _labels(lambda x: "control" if x == "control" else "stimulated"),
    "unique for each cell": lambda a: a.obs.__setitem__("condition", a.obs_names.to_numpy()),
    "beside a column that says otherwise": lambda a: a.obs.__setitem__(
        "perturbation", np.roll(a.obs["condition"].astype(str), 40)
    ),
    "unused categories": lambda a: a.obs.__setitem__(
        "condition", a.obs["condition"].cat.add_categories(["X9", ""])
    ),
    "two columns": lambda a: (
        a.obs.__setitem__("gene_1", [x.split("+")[0] for x in a.obs["condition"].astype(str)]),
        a.obs.__setitem__("gene_2", [x.split("+")[-1] if "+" in x else None
                                     for x in a.obs["condition"].astype(str)]),
        a.obs.__delitem__("condition"),
    ),
}  # fmt: skip


def _names(axis: str, names: Callable[[list[str]], list[object]]) -> Change:
    def apply(adata: anndata.AnnData) -> None:
        setattr(adata, axis, pd.Index(names(list(getattr(adata, axis)))))

    return apply


AXES: dict[str, Change] = {
    "genes twice": _names("var_names", lambda n: [n[0], n[0], *n[2:]]),
    "all genes the same": _names("var_names", lambda n: ["G"] * len(n)),
    "genes as their later name": _names("var_names", lambda n: ["A", "A", "A_2", *n[3:]]),
    "genes without name": _names("var_names", lambda n: ["", *n[1:]]),
    "genes by number": _names("var_names", lambda n: [str(i) for i in range(len(n))]),
    "cells twice": _names("obs_names", lambda n: [n[0], n[0], *n[2:]]),
    "cells by their later name": _names("obs_names", lambda n: [n[0], n[0], f"{n[0]}-1", *n[3:]]),
    "all cells the same": _names("obs_names", lambda n: ["cell"] * len(n)),
    "Ensembl genes": _names("var_names", lambda n: [f"ENSG{i:011d}" for i in range(len(n))]),
    "unicode genes": _names("var_names", lambda n: [f"ген{i}" for i in range(len(n))]),
    "a gene column with gaps": lambda a: (
        a.var.__setitem__("gene_name", pd.Categorical([None, *a.var_names[1:]])),
        setattr(a, "var_names", [f"ENSG{i:011d}" for i in range(a.n_vars)]),
    ),
    "a gene column that repeats": lambda a: (
        a.var.__setitem__("gene_name", ["A", "A", *a.var_names[2:]]),
        setattr(a, "var_names", [f"ENSG{i:011d}" for i in range(a.n_vars)]),
    ),
    "a line without control": lambda a: a.obs.__setitem__(
        "cell_line",
        np.where((a.obs["condition"] == "A") & (np.arange(a.n_obs) % 2 == 0), "L2", "L1"),
    ),
    "a line with gaps": lambda a: a.obs.__setitem__(
        "cell_line", pd.Categorical(np.where(np.arange(a.n_obs) % 2, "L1", None), ["L1", "L2"])
    ),
    "two lines": lambda a: a.obs.__setitem__(
        "cell_line", np.where(np.arange(a.n_obs) % 2, "L1", "L2")
    ),
    "lines with @": lambda a: a.obs.__setitem__(
        "cell_line", np.where(np.arange(a.n_obs) % 2, "L@1", "L2")
    ),
    "a control flag that disagrees": lambda a: a.obs.__setitem__(
        "control", (np.arange(a.n_obs) % 2).astype(int)
    ),
    "two totals": lambda a: (
        a.obs.__setitem__("n_counts", a.obs["total"] * 2),
        a.obs.__setitem__("total_counts", a.obs["total"] * 3),
    ),
    "short totals": lambda a: a.obs.__setitem__("n_counts", 1.0),
    "empty totals": lambda a: a.obs.__setitem__("n_counts", np.nan),
    "text totals": lambda a: a.obs.__setitem__("n_counts", "many"),
    "two layers of counts": lambda a: (
        a.layers.__setitem__("spliced", a.X * 2),
        a.layers.__setitem__("unspliced", a.X * 3),
        setattr(a, "X", None),
    ),
    "counts beside other counts": lambda a: a.layers.__setitem__("counts", a.X * 2),
    "counts in a layer": lambda a: (
        a.layers.__setitem__("counts", a.X.copy()),
        VALUES["logs"](a),
    ),
    "counts in raw": lambda a: (setattr(a, "raw", a.copy()), VALUES["z-scores"](a)),
    "no X": lambda a: setattr(a, "X", None),
    "a broken layer": lambda a: a.layers.__setitem__("z", a.X.toarray() * np.nan),
    "an obs column of everything": lambda a: a.obs.__setitem__(
        "mixed", pd.Categorical([str(i % 3) for i in range(a.n_obs)])
    ),
    "an obs column called as ours": lambda a: (
        a.obs.__setitem__("perturbation", a.obs["condition"].astype(str).str.replace("+", "_")),
        a.obs.__setitem__("condition", "healthy"),
    ),
    "columns called as ours": lambda a: (
        a.obs.__setitem__("condition_of_file", "x"),
        a.obs.__setitem__("cell", "y"),
        a.var.__setitem__("gene", "z"),
        a.obs.__setitem__("perturbation", a.obs["condition"].astype(str).str.replace("+", "_")),
        a.obs.__setitem__("condition", "healthy"),
    ),
    "few cells": lambda a: a._inplace_subset_obs(np.arange(8)),
    "one cell": lambda a: a._inplace_subset_obs(np.arange(1)),
    "no cell": lambda a: a._inplace_subset_obs(np.arange(0)),
    "one gene": lambda a: a._inplace_subset_var(np.arange(1)),
    "no gene": lambda a: a._inplace_subset_var(np.arange(0)),
}

CHANGES = {**VALUES, **LABELS, **AXES}


# -- what can only be changed in the file --------------------------------------------------------


def _set(path: str, change: Callable[[np.ndarray], np.ndarray]) -> Edit:
    def edit(file: h5py.File) -> None:
        values = change(file[path][:])
        kept = dict(file[path].attrs)
        del file[path]
        file[path] = values
        file[path].attrs.update(kept)

    return edit


def _without(path: str) -> Edit:
    return lambda file: file.__delitem__(path)


def _instead(path: str, values: object) -> Edit:
    def edit(file: h5py.File) -> None:
        del file[path]
        file[path] = values

    return edit


def _attribute(path: str, name: str, value: object) -> Edit:
    def edit(file: h5py.File) -> None:
        if value is None:
            del file[path].attrs[name]
        else:
            file[path].attrs[name] = value

    return edit


def _put(values: np.ndarray, place: int, value: float) -> np.ndarray:
    values[place] = value
    return values


EDITS: dict[str, Edit] = {
    "index beyond the genes": _set("X/indices", lambda v: _put(v, 3, 12)),
    "index far beyond": _set("X/indices", lambda v: _put(v, 3, 2**30)),
    "negative index": _set("X/indices", lambda v: _put(v, 3, -1)),
    "unsorted indices": _set("X/indices", lambda v: v),
    "repeated indices": _set("X/indices", lambda v: _put(v, 1, v[0])),
    "fractional indices": _set("X/indices", lambda v: v + 0.5),
    "short indices": _set("X/indices", lambda v: v[:-2]),
    "short data": _set("X/data", lambda v: v[:-2]),
    "pointers that descend": _set("X/indptr", lambda v: _put(v, 3, 10**6)),
    "pointers from 1": _set("X/indptr", lambda v: v + 1),
    "few pointers": _set("X/indptr", lambda v: v[:-1]),
    "text as values": _set("X/data", lambda v: np.asarray([b"x"] * len(v))),
    "complex values": _set("X/data", lambda v: v + 1j),
    "values of records": _set("X/data", lambda v: np.zeros(len(v), dtype=[("a", "f4")])),
    "no data": _without("X/data"),
    "no pointers": _without("X/indptr"),
    "no obs": _without("obs"),
    "no var": _without("var"),
    "no X at all": _without("X"),
    "no index": _without("obs/_index"),
    "no codes": _without("obs/condition/codes"),
    "no categories": _without("obs/condition/categories"),
    "codes beyond the categories": _set("obs/condition/codes", lambda v: _put(v, 0, 99)),
    "codes of missing": _set("obs/condition/codes", lambda v: _put(v, 0, -1)),
    "codes below missing": _set("obs/condition/codes", lambda v: _put(v, 0, -5)),
    "repeated categories": _set("obs/condition/categories", lambda v: _put(v, 0, v[1])),
    "short column": _set("obs/total", lambda v: v[:-1]),
    "column of matrices": _instead("obs/total", np.zeros((120, 2))),
    "column of one value": _instead("obs/total", 3.0),
    "column of records": _instead("obs/total", np.zeros(120, dtype=[("a", "f4"), ("b", "i4")])),
    "obs is an array": _instead("obs", np.zeros((120, 2))),
    "var is text": _instead("var", "genes"),
    "obs of records": _instead("obs", np.zeros(120, dtype=[("index", "S8"), ("condition", "S8")])),
    "X in one dimension": _instead("X", np.zeros(120)),
    "X in three dimensions": _instead("X", np.zeros((120, 12, 2))),
    "X of another shape": _instead("X", np.ones((110, 12))),
    "X of too few genes": _instead("X", np.ones((120, 11))),
    "X of text": _instead("X", np.full((120, 12), b"x")),
    "X is a number": _instead("X", 3.0),
    "X of records": _instead("X", np.zeros((120, 12), dtype=[("a", "f4")])),
    "X of complex numbers": _instead("X", np.ones((120, 12), dtype=np.complex64)),
    "shape that lies": _attribute("X", "shape", [120, 13]),
    "no shape": _attribute("X", "shape", None),
    "unknown encoding": _attribute("X", "encoding-type", "coo_matrix"),
    "declared as columns": _attribute("X", "encoding-type", "csc_matrix"),
    "unknown encoding of obs": _attribute("obs", "encoding-type", "table"),
    "no column order": _attribute("obs", "column-order", None),
    "column order of others": _attribute("obs", "column-order", ["condition", "nothing"]),
    "index that is not there": _attribute("obs", "_index", "names"),
    "a layer of another shape": lambda f: f["layers"].create_dataset("z", data=np.ones((3, 4))),
    "a layer of text": lambda f: f["layers"].create_dataset("z", data=np.full((120, 12), b"x")),
    "a layer that is a folder": lambda f: f["layers"].create_group("z"),
    "raw without genes": lambda f: f.create_group("raw").create_dataset("X", data=np.ones((9, 3))),
    "nothing inside": lambda f: [f.__delitem__(key) for key in list(f)],
    "obsm of another shape": lambda f: f["obsm"].create_dataset("X_pca", data=np.ones((3, 2))),
    "uns that nobody can read": lambda f: f["uns"].create_dataset(
        "x", data=np.zeros(3, dtype=[("a", "f4")])
    ),
}  # fmt: skip


def write_changed(folder: Path, name: str, kind: str = "h5ad") -> tuple[Path, Truth]:
    """The sound file with one change of ``CHANGES``; and what its cells are."""
    adata = sound()
    truth = truth_of(adata)
    CHANGES[name](adata)
    path = folder / f"changed.{kind}"
    (adata.write_h5ad if kind == "h5ad" else adata.write_zarr)(path)
    return path, truth


def write_edited(folder: Path, name: str) -> tuple[Path, Truth]:
    """The sound file with one edit of ``EDITS``."""
    adata = sound()
    path = folder / "edited.h5ad"
    adata.write_h5ad(path)
    with h5py.File(path, "r+") as file:
        EDITS[name](file)
    return path, truth_of(adata)


def cut_files(folder: Path, number: int) -> Iterator[Path]:
    """The sound file cut off at offsets all over it."""
    path = folder / "cut.h5ad"
    sound().write_h5ad(path)
    whole = path.read_bytes()
    for offset in np.linspace(0, len(whole) - 1, number).astype(int).tolist():
        path.write_bytes(whole[:offset])
        yield path


def flipped_files(folder: Path, number: int) -> Iterator[Path]:
    """The sound file with a few bytes changed."""
    path = folder / "flipped.h5ad"
    sound().write_h5ad(path)
    whole = path.read_bytes()
    rng = np.random.default_rng(0)
    for _ in range(number):
        damaged = bytearray(whole)
        for place in rng.integers(0, len(whole), rng.integers(1, 6)).tolist():
            damaged[place] = int(rng.integers(256))
        path.write_bytes(bytes(damaged))
        yield path


def torn_folders(folder: Path) -> Iterator[tuple[str, Path]]:
    """A zarr folder, each time without one of its files."""
    whole, path = folder / "whole.zarr", folder / "torn.zarr"
    sound().write_zarr(whole)
    for part in sorted(p.relative_to(whole) for p in whole.rglob("*") if p.is_file())[::3]:
        shutil.copytree(whole, path)
        (path / part).unlink()
        yield str(part), path
        shutil.rmtree(path)
