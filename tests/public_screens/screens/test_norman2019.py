from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import scipy.sparse as sp

from scbig.public_screens.folder import downloads_of
from scbig.public_screens.screens.norman2019 import SCREEN
from source_files import converted, log_normalised, miniature, pack, same_cells

LABELS = ["control", "KLF1", "KLF1_CEBPA", "CEBPA_KLF1", "control", "RHOXF2BB", "ZC3HAV1"]


def test_scperturb(tmp_path: Path) -> None:
    obs = {"gemgroup": [1, 2, 1, 2, 1, 2, 1], "nperts": [0, 1, 2, 2, 0, 1, 1]}
    var = {"ensembl_id": [f"ENSG{i}" for i in range(12)], "ncounts": np.arange(12.0)}
    source = miniature(LABELS, obs=obs, var=var)
    made = converted(SCREEN, "scperturb", source, tmp_path)
    assert made.conditions == [
        "control", "KLF1", "CEBPA+KLF1", "CEBPA+KLF1", "control", "RHOXF2", "ZC3HAV1",
    ]  # fmt: skip
    assert made.adata.obs["source_label"].tolist() == LABELS
    assert made.adata.obs["gemgroup"].tolist() == obs["gemgroup"]
    assert same_cells(made.adata, source, range(7))
    assert made.adata.var["ensembl_id"].tolist() == var["ensembl_id"]
    assert list(made.adata.var) == ["ensembl_id"] and made.says("left behind: ncounts")
    record = made.record
    assert (record.control_cells, record.singles, record.combinations) == (2, 3, 1)
    assert made.says("target RHOXF2BB is RHOXF2: renamed in 1 cells")
    assert made.says("the file has 7 cells, and 111445 are published")
    assert made.says("lanes of one experiment")
    assert made.screen.cells_of.tolist() == [2, 2, 1, 1, 1]
    line = record.fit_line(made.path)
    assert line == f"scbig fit --config conf/base.yaml --data.path {made.path}"


def test_gears(tmp_path: Path) -> None:
    labels = ["ctrl", "KLF1+ctrl", "ctrl+KLF1", "KLF1+CEBPA", "RHOXF2BB+ctrl", "ctrl"]
    genes, names = [f"ENSG{i}" for i in range(12)], [f"G{i}" for i in range(11)] + ["G3"]
    source = miniature(
        labels,
        "condition",
        {"cell_type": pd.Categorical(["A549"] * 6), "control": [1, 0, 0, 0, 0, 1]},
        genes,
        {"gene_name": names},
    )
    source.layers["counts"] = source.X.copy()
    log_normalised(source)
    source.uns["rank_genes_groups_cov_all"] = {"A549_KLF1+ctrl_1+1": np.asarray(["ENSG1"])}
    made = converted(SCREEN, "gears", source, tmp_path, "norman")
    assert made.path.name == "norman2019.gears.h5ad"
    assert made.conditions == ["control", "KLF1", "KLF1", "CEBPA+KLF1", "RHOXF2", "control"]
    assert set(made.adata.obs["cell_type"]) == {"K562"}
    assert made.says("cell_type A549 is K562: corrected in 6 cells")
    assert list(made.adata.var_names) == [
        *(f"G{i}" for i in range(3)), "G3_ENSG3", *(f"G{i}" for i in range(4, 11)), "G3_ENSG11",
    ]  # fmt: skip
    assert made.adata.var["ensembl_id"].tolist() == genes
    assert same_cells(made.adata, source, range(6))
    assert made.says("left behind: uns/rank_genes_groups_cov_all, layers/counts")
    assert set(made.adata.uns) == {"public_screen"} and not made.adata.layers
    assert "--data.scale log1p_cp10k" in made.record.fit_line(made.path)
    assert made.says("genes were chosen on all cells")


def test_scperturbench(tmp_path: Path) -> None:
    source = miniature(["control", "CEBPA+KLF1", "KLF1", "KLF1+CEBPA"])
    counts = source.X.copy()
    source.layers["counts"] = counts
    source.layers["logNor"] = log_normalised(source).X.copy()
    made = converted(SCREEN, "scperturbench", source, tmp_path)
    assert made.conditions == ["control", "CEBPA+KLF1", "KLF1", "CEBPA+KLF1"]
    assert np.array_equal(made.adata.X.toarray(), counts.toarray())
    assert made.record.scale == "counts" and made.says("left behind: layers/logNor, X")


def test_pertpy_in_the_first_format_of_anndata(tmp_path: Path) -> None:
    """Tables are compound data sets there, categories are in uns, the matrix has no encoding."""
    labels = ["NegCtrl0_NegCtrl0__NegCtrl0_NegCtrl0", "KLF1_NegCtrl0__KLF1_NegCtrl0",
              "NegCtrl0_KLF1__NegCtrl0_KLF1", "KLF1_CEBPA__KLF1_CEBPA"]  # fmt: skip
    codes = [0, 1, 2, 3, -1]
    counts = sp.csr_matrix(np.random.default_rng(1).poisson(2.0, (5, 4)).astype(np.float32))
    path = downloads_of(tmp_path) / "norman_2019_raw.h5ad"
    path.parent.mkdir(parents=True)
    with h5py.File(tmp_path / "plain.h5ad", "w") as file:
        obs = np.asarray(
            [(f"c{i}".encode(), code) for i, code in enumerate(codes)],
            dtype=[("index", "S8"), ("guide_identity", "i1")],
        )
        file["obs"] = obs
        file["var"] = np.asarray([(f"G{i}".encode(),) for i in range(4)], dtype=[("index", "S8")])
        file["uns/guide_identity_categories"] = np.asarray(labels, dtype="S60")
        for part in ("data", "indices", "indptr"):
            file[f"X/{part}"] = getattr(counts, part)
        file["X"].attrs["h5sparse_format"] = b"csr"
        file["X"].attrs["h5sparse_shape"] = np.asarray(counts.shape)
    pack(tmp_path / "plain.h5ad", path)
    made = converted(SCREEN, "pertpy", None, tmp_path)
    assert made.conditions == ["control", "KLF1", "KLF1", "CEBPA+KLF1"]
    assert np.array_equal(made.adata.X.toarray(), counts[:4].toarray())
    assert made.says("1 cells have no condition and are left out: 1 without a label")
