import hashlib
import json

import anndata
import numpy as np
import pytest
import yaml

from command_line import command_in
from other_labs import GENES, LABS
from scbig.data.schema import ScreenContract, read_screen


@pytest.fixture
def scbig(tmp_path):
    return command_in(tmp_path)


def contract_of(overlay):
    settings = yaml.safe_load(overlay.read_text())["data"]
    kept = {k: v for k, v in settings.items() if k not in ("path", "split", "n_hvg")}
    return ScreenContract(**kept)


@pytest.mark.parametrize("name", LABS)
def test_a_file_of_another_lab_is_checked_imported_and_read(name, scbig, tmp_path, capsys):
    lab = LABS[name]()
    lab.adata.write_h5ad(tmp_path / "lab.h5ad")
    assert scbig("data", "check", "lab.h5ad") == 0
    printed = capsys.readouterr().out
    assert ("import it first" in printed) == lab.needs_import
    assert max(map(len, printed.splitlines())) <= 100 and len(printed.splitlines()) <= 50

    assert scbig("data", "import", "lab.h5ad", "--out", "S.h5ad") == 0
    imported = anndata.read_h5ad(tmp_path / "S.h5ad")
    known = lab.names != ""
    assert imported.obs["condition"].astype(str).tolist() == lab.names[known].tolist()
    assert imported.obs_names.tolist() == lab.adata.obs_names[known].tolist()
    for column in set(lab.adata.obs) - {"condition"}:
        before = lab.adata.obs[column][known].astype(str).tolist()
        assert imported.obs[column].astype(str).tolist() == before
    # a copy in the package's own unit tells the values apart from any unit of the file
    screen = read_screen(tmp_path / "S.h5ad", contract_of(tmp_path / "S.yaml"))
    counts = lab.counts[known].astype(np.float64)
    if screen.counts is not None:
        np.testing.assert_array_equal(screen.counts.toarray(), counts)
    elif lab.adata.X.dtype == imported.X.dtype and not lab.needs_import:
        np.testing.assert_array_equal(imported.X.toarray(), lab.adata.X.toarray()[known])
    else:
        expected = np.log1p(1e4 * counts / counts.sum(1, keepdims=True))
        np.testing.assert_allclose(screen.cells.toarray(), expected, rtol=1e-5)
    if name != "replogle":
        assert screen.genes == GENES
    assert json.loads(imported.uns["scbig_import"]["reported"]) is not None


def test_counts_of_genes_that_share_a_name_are_summed_on_demand(scbig, tmp_path):
    lab = LABS["replogle"]()
    lab.adata.write_h5ad(tmp_path / "lab.h5ad")
    given = ("data", "import", "lab.h5ad", "--out", "S.h5ad", "--duplicate_genes")
    assert scbig(*given, "sum") == 0
    names = lab.adata.var["gene_name"].to_numpy()
    imported = anndata.read_h5ad(tmp_path / "S.h5ad")
    expected = lab.adata.X[:, names == "GENE2"].sum(1)
    np.testing.assert_array_equal(imported[:, "GENE2"].X.toarray().ravel(), expected)
    assert imported.n_vars == len(GENES) - 1
    assert scbig(*given, "first") == 0
    first = anndata.read_h5ad(tmp_path / "S.h5ad")[:, "GENE2"].X.toarray().ravel()
    np.testing.assert_array_equal(first, lab.adata.X[:, names == "GENE2"][:, 0])


def test_the_import_says_where_it_came_from_and_what_it_changed(scbig, tmp_path, capsys):
    lab = LABS["adamson_guides"]()
    lab.adata.obsm["X_pca"] = np.zeros((lab.adata.n_obs, 2))
    lab.adata.write_h5ad(tmp_path / "lab.h5ad")
    assert scbig("data", "import", "lab.h5ad", "--out", "S.h5ad") == 0
    imported = anndata.read_h5ad(tmp_path / "S.h5ad")
    written = imported.uns["scbig_import"]
    digest = hashlib.sha256((tmp_path / "lab.h5ad").read_bytes()).hexdigest()
    assert (written["source"], written["sha256"]) == ("lab.h5ad", digest)
    reported = json.loads(written["reported"])
    printed = " ".join(capsys.readouterr().out.split())
    overlay = (tmp_path / "S.yaml").read_text()
    for line in reported:
        assert line in printed and line in overlay
    assert "4 cells labelled '*' are dropped" in reported
    assert "not in the imported file: obsm['X_pca']" in reported


def test_imports_that_are_refused_leave_nothing(scbig, tmp_path, capsys):
    LABS["plain"]().adata.write_h5ad(tmp_path / "lab.h5ad")
    before = (tmp_path / "lab.h5ad").read_bytes()
    for out, says in (
        ("S.zarr", "written as .h5ad"),
        ("no/S.h5ad", "the folder no does not exist"),
        ("lab.h5ad", "is the file that is imported"),
    ):
        assert scbig("data", "import", "lab.h5ad", "--out", out) == 2
        assert says in capsys.readouterr().err
    given = ("--data.condition_key", "nothing")
    assert scbig("data", "import", "lab.h5ad", "--out", "S.h5ad", *given) == 2
    assert [p.name for p in tmp_path.iterdir()] == ["lab.h5ad"]
    assert (tmp_path / "lab.h5ad").read_bytes() == before
