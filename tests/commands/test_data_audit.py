"""``scbig data audit`` as a user runs it: on files, with planted leaks, and on a run."""

import json

import anndata
import numpy as np
import pytest

from command_line import TINY, command_in, make_screen_files
from scbig.split import Split
from small_screen import SPLIT, make_small_adata


@pytest.fixture(scope="module")
def audit_place(tmp_path_factory):
    return tmp_path_factory.mktemp("audit")


@pytest.fixture(scope="module")
def scbig(audit_place):
    return command_in(audit_place)


@pytest.fixture(scope="module")
def run_folder(scbig, audit_place):
    make_screen_files(scbig)
    data = ("--data.path", "files/screen.h5ad", "--data.embeddings", "[files/embedding.npz]",
            "--data.covariates", "[batch]")  # fmt: skip
    assert scbig("fit", *TINY, "--run_dir", "run", "--data.n_hvg", 50, *data) == 0
    return audit_place / "run"


@pytest.fixture
def file(scbig, tmp_path):
    path = tmp_path / "screen.h5ad"
    make_small_adata().write_h5ad(path)
    SPLIT.write(tmp_path / "S.json")
    return path


def test_a_clean_split(scbig, file, tmp_path, capsys):
    assert scbig("data", "audit", file, "--split", tmp_path / "S.json") == 0
    assert "clean: hand" in capsys.readouterr().out
    assert scbig("data", "audit", "--data.path", file, "--split_column", "side") == 0
    table = tmp_path / "S.csv"
    rows = [f"{c},{side}" for side in ("train", "val", "test") for c in getattr(SPLIT, side)]
    table.write_text("\n".join(["condition,split", *rows]))
    assert scbig("data", "audit", file, "--split", table) == 0


def test_twins_in_a_file_and_a_changed_hash(scbig, file, tmp_path, capsys):
    values = {**SPLIT.to_dict(), "train": [*SPLIT.train, "D+C"]}
    (tmp_path / "S.json").write_text(json.dumps(values))
    assert scbig("data", "audit", file, "--split", tmp_path / "S.json") == 2
    out, err = capsys.readouterr()
    assert "LEAK     sides" in out and "D+C in train and C+D in test" in out
    assert "changed after it was written" in out
    assert "2 leaks, 0 unproven" in err and len(err.splitlines()) == 1


def test_cells_of_one_name_on_two_sides(scbig, file, tmp_path, capsys):
    adata = make_small_adata()
    more = adata[adata.obs["condition"] == "D"][:3].copy()
    more.obs["condition"] = "A"
    with pytest.warns(UserWarning, match="not unique"):
        anndata.concat([adata, more], merge="same").write_h5ad(tmp_path / "twice.h5ad")
    assert scbig("data", "audit", tmp_path / "twice.h5ad", "--split", tmp_path / "S.json") == 2
    out = capsys.readouterr().out
    assert "3 cell names are there more than once" in out
    assert "3 pairs of cells have equal expression on two sides" in out


def test_a_run(scbig, run_folder, capsys):
    assert scbig("data", "audit", "files/screen.h5ad", "--run", "run") == 0
    out = capsys.readouterr().out
    assert "the statistics of the run are those of its training cells" in out
    assert "modules.json was fitted on the training cells" in out
    assert "kinship with tested effects" in out


def test_the_metric_card_of_a_run_says_what_its_audit_found(scbig, run_folder):
    assert scbig("test", "--config", "run/config.yaml", "--ckpt_path", "best") == 0
    audit = json.loads((run_folder / "metrics.json").read_text())["card"]["audit"]
    assert audit["status"] == "clean" and "spec" in audit["checks"]
    assert any("control cells are shared" in line for line in audit["note"])


def test_modules_of_all_conditions_and_of_a_split(scbig, run_folder, capsys):
    made = ("modules", "files/screen.h5ad", "--data.covariates", "[batch]", "--stability_seeds", 1)
    split = run_folder / "split.json"
    assert scbig(*made, "--out", "all.json") == 0
    assert scbig(*made, "--out", "train.json", "--split", split) == 0
    audit = ("data", "audit", "files/screen.h5ad", "--data.covariates", "[batch]", "--split", split)
    capsys.readouterr()
    assert scbig(*audit, "--modules", "[all.json]") == 2
    assert "all.json was fitted on" in capsys.readouterr().out
    assert scbig(*audit, "--modules", "[train.json]") == 0
    assert "train.json was fitted on the training cells" in capsys.readouterr().out


def test_an_embedding_that_says_what_it_was_fitted_on(scbig, file, tmp_path, capsys):
    vectors = {"genes": np.array(list("ABCD")), "emb": np.eye(4)}
    np.savez(tmp_path / "E.npz", **vectors, fitted_on="0" * 64)
    given = ("--split", tmp_path / "S.json", "--embeddings", f"[{tmp_path / 'E.npz'}]")
    assert scbig("data", "audit", file, *given) == 2
    assert "E.npz was fitted on other cells" in capsys.readouterr().out
    np.savez(tmp_path / "E.npz", **vectors)
    assert scbig("data", "audit", file, *given) == 0


def test_what_cannot_be_audited(scbig, file, tmp_path, capsys):
    for given, says in (
        ((), "name the split to audit"),
        (("--split", "absent.json"), "no split file at absent.json"),
        (("--split", tmp_path / "S.json", "--modules", "[absent.json]"), "no file of modules"),
        (("--run", tmp_path), "not a run folder"),
        (("--split_column", "nope"), "nope"),
    ):
        assert scbig("data", "audit", file, *given) == 2
        assert says in capsys.readouterr().err
    (tmp_path / "M.json").write_text("[]")
    given = ("--split", tmp_path / "S.json", "--modules", f"[{tmp_path / 'M.json'}]")
    assert scbig("data", "audit", file, *given) == 2


def test_a_split_of_another_run_is_found(scbig, run_folder, tmp_path, capsys):
    values = json.loads((run_folder / "split.json").read_text())
    moved = values["test"][0]
    other = Split("other", 0, (*values["train"],), (*values["val"], moved), (*values["test"][1:],))
    other.write(tmp_path / "S.json")
    given = ("--run", "run", "--split", tmp_path / "S.json")
    assert scbig("data", "audit", "files/screen.h5ad", *given) == 2
    assert "trained under another split" in capsys.readouterr().out
