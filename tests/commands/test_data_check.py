from typing import get_args

import numpy as np
import pytest
import yaml

from command_line import command_in
from other_labs import LABS
from scbig.commands.inspected_file import Style
from scbig.data.inspection.label_reading import JOININGS
from scbig.data.schema import ScreenContract, read_screen
from small_screen import make_small_adata


@pytest.fixture
def scbig(tmp_path):
    return command_in(tmp_path)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "screen.h5ad"
    make_small_adata().write_h5ad(path)
    return path


def pasted(printed):
    """The block that is to be pasted."""
    lines = printed.split("# fit reads the file as it is")[1].splitlines()[1:]
    end = lines.index("")
    return yaml.safe_load("\n".join(lines[:end]))["data"]


def test_one_screen_says_what_is_in_a_file(file, scbig, capsys):
    assert scbig("data", "check", file) == 0
    printed = capsys.readouterr().out
    for words in (
        "400 cells x 30 genes",
        "X: raw counts: whole numbers only, 1 to",
        "obs condition: 4 singles, 3 combinations; targets joined by '+'",
        "120 cells: control (120 cells)",
        "40 █ 40, median 40",
        "3 of 4 target genes are measured; not D",
        "obs batch: 2 levels, control cells x",
        "obs total could be the total counts",
        "scbig fit --config conf/base.yaml --config screen.yaml",
    ):
        assert words in printed
    settings = pasted(printed)
    assert settings["covariates"] == ["batch"] and settings["scale"] == "counts"


def test_declared_options_win_and_are_verified(file, scbig, capsys):
    given = ("--data.library_key", "total", "--data.covariates", "[]", "--data.min_cells", 20)
    assert scbig("data", "check", file, *given) == 0
    settings = pasted(capsys.readouterr().out)
    assert settings["library_key"] == "total" and "covariates" not in settings
    assert settings["min_cells"] == 20
    for option, value, says in (
        ("scale", "log1p_cp10k", "not log1p_cp10k, as declared: whole numbers only"),
        ("layer", "counts", "no layer 'counts': it has none"),
        ("condition_key", "guide", "no obs column 'guide'"),
        ("condition_key", "batch", "obs batch has no control cell among its 2 labels"),
        ("covariates", "[lane]", "no obs column 'lane'"),
        ("context", "lane", "no obs column 'lane'"),
        ("library_key", "umi", "no obs column 'umi'"),
        ("library_key", "side", "no positive number"),
        ("gene_key", "symbol", "no var column 'symbol'"),
        ("min_cells", 0, "must be at least 1"),
        ("min_cells", 130, "there are 120 control cells"),
        ("min_cells", 100, "none of 7 perturbed conditions has 100 cells"),
    ):
        assert scbig("data", "check", file, f"--data.{option}", value) == 2
        said = capsys.readouterr().err
        assert says in said and len(said.splitlines()) == 1


def test_what_is_open_is_named_with_its_option(tmp_path, scbig, capsys):
    adata = make_small_adata()
    adata.obs["target"] = np.roll(adata.obs["condition"].astype(str), 9)
    adata.write_h5ad(tmp_path / "two.h5ad")
    assert scbig("data", "check", "two.h5ad") == 2
    said = capsys.readouterr()
    assert "--data.condition_key condition" in said.err
    assert "possible: obs target, 7 conditions" in said.out
    assert scbig("data", "import", "two.h5ad", "--out", "S.h5ad") == 2
    assert scbig("data", "check", "two.h5ad", "--data.condition_key", "condition") == 0


def test_every_sign_can_be_declared():
    assert [joining.name for joining in JOININGS] == list(get_args(Style))


def test_levels_without_control_are_left_out_on_demand(tmp_path, scbig, capsys):
    adata = make_small_adata()
    alone = (adata.obs["condition"] == "A").to_numpy() & (np.arange(adata.n_obs) % 2 == 0)
    adata.obs["cell_line"] = np.where(alone, "RPE1", np.where(np.arange(400) % 3, "K562", "HEK"))
    adata.write_h5ad(tmp_path / "lines.h5ad")
    assert scbig("data", "check", "lines.h5ad") == 2
    assert "RPE1" in capsys.readouterr().err
    option = ("--data.drop_levels_without_control", "true")
    assert scbig("data", "check", "lines.h5ad", *option) == 0
    printed = capsys.readouterr().out
    assert f"{alone.sum()} cells of cell_line RPE1, without control" in printed
    assert "--data.drop_levels_without_control True" in printed
    assert scbig("data", "import", "lines.h5ad", "--out", "S.h5ad", *option) == 0
    screen = read_screen(tmp_path / "S.h5ad", ScreenContract(context="cell_line", min_cells=1))
    assert screen.covariates["cell_line"] == ("HEK", "K562")
    assert len(screen.condition) == 400 - alone.sum()


def test_small_conditions_and_embeddings_are_counted(tmp_path, scbig, capsys):
    lab = LABS["plain"]()
    keep = (lab.names != "MYC") | (np.cumsum(lab.names == "MYC") <= 3)
    lab.adata[keep].copy().write_h5ad(tmp_path / "lab.h5ad")
    vectors = np.random.default_rng(0).normal(size=(19, 4)).astype(np.float32)
    targets = sorted({t for n in lab.names for t in n.split("+")} - {"control", "ETS2"})
    np.savez(tmp_path / "e.npz", genes=np.asarray(targets), emb=vectors)
    assert scbig("data", "check", "lab.h5ad", "--embeddings", "[e.npz]") == 0
    printed = capsys.readouterr().out
    assert (
        "1 conditions have fewer than 10 cells and will be left out with their 3 cells" in printed
    )
    assert "19 of 20 targets in e.npz" in printed and "in none: ETS2" in printed
    assert pasted(printed)["embeddings"] == ["e.npz"]


@pytest.mark.real
@pytest.mark.parametrize(
    ("panel", "settings"),
    [
        ("norman2019_subset", {"layer": "counts", "library_key": "ncounts", "scale": "counts"}),
        ("papalexi2021_subset", {"covariates": ["bio_rep"], "scale": "counts"}),
        ("adamson2016_mini", {"scale": "log1p_cp10k"}),
    ],
)
def test_real_panels_without_any_option(panel, settings, real_data, scbig, tmp_path, capsys):
    path = real_data / panel / f"{panel}.h5ad"
    assert scbig("data", "check", path) == 0
    printed = capsys.readouterr().out
    assert len(printed.splitlines()) < 45
    found = pasted(printed)
    assert {k: v for k, v in found.items() if k not in ("path", "split")} == settings
    contract = ScreenContract(**settings)
    assert scbig("data", "import", path, "--out", "S.h5ad") == 0
    overlay = yaml.safe_load((tmp_path / "S.yaml").read_text())["data"]
    kept = {k: v for k, v in overlay.items() if k not in ("path", "split")}
    before = read_screen(path, contract)
    after = read_screen(tmp_path / "S.h5ad", ScreenContract(**kept))
    assert before.condition_names == after.condition_names
    assert (before.cells != after.cells).nnz == 0


@pytest.mark.real
@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("norman2019_pseudobulk", "no obs column names conditions"),
        ("replogle2020exp6_moments", "no obs column names conditions"),
    ],
)
def test_real_files_without_cells_are_refused(name, says, real_data, scbig, capsys):
    assert scbig("data", "check", real_data / name / f"{name}.h5ad") == 2
    said = capsys.readouterr()
    assert says in said.err and "no matrix holds counts" in " ".join(said.out.split())
