"""A screen in several cell lines: the same perturbation is a condition of its own in each."""

from pathlib import Path

import numpy as np
import pytest

from scbig.baselines.additive import Additive
from scbig.conditions import canonical, context_of, contexts, in_context, target_genes, targets_of
from scbig.data.schema import ScreenContract, read_screen
from scbig.data.splits.split_column import SplitColumn
from scbig.data.splits.split_file import SplitFile
from scbig.datamodule import PerturbationDataModule
from scbig.errors import UserError
from scbig.inference import LoadedModel
from scbig.models.fitted_baseline import FittedBaseline
from scbig.split import Split
from small_screen import make_small_adata

TEST = ("A+B@y", "D@y", "D@x")


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> PerturbationDataModule:
    folder = tmp_path_factory.mktemp("contexts")
    adata = make_small_adata()
    adata.write_h5ad(folder / "screen.h5ad")
    names = [f"{c}@{b}" for c in ("A", "B", "C", "D", "A+B", "B+C", "C+D") for b in "xy"]
    split = Split("hand", 0, tuple(sorted({*names} - {*TEST})), (), TEST)
    split.write(folder / "split.json")
    return PerturbationDataModule(
        path=str(folder / "screen.h5ad"),
        context="batch",
        split=SplitFile(str(folder / "split.json")),
        min_cells=5,
        stability_seeds=1,
    )


@pytest.fixture(scope="module")
def model(data: PerturbationDataModule) -> LoadedModel:
    made = FittedBaseline(Additive)
    made.build(data.spec)
    return LoadedModel(made.eval(), "0" * 64)


def test_names_carry_a_context():
    assert canonical("B+A@K562") == "A+B@K562"
    assert canonical("A+ctrl@K562") == "A@K562"
    assert canonical("ctrl@K562") == "control"
    assert targets_of("A+B@K562") == ("A", "B")
    assert (context_of("A@K562"), context_of("A")) == ("K562", "")
    assert in_context("A+B@K562", "RPE1") == "A+B@RPE1"
    assert in_context("A@K562", "") == "A"
    assert in_context("control", "RPE1") == "control"
    assert contexts(["A@y", "B@x", "C"]) == ["x", "y"]
    assert target_genes(["A+B@x", "C@y"]) == ["A", "B", "C"]
    with pytest.raises(UserError, match="no context follows"):
        canonical("A@")


def test_conditions_of_a_screen_are_split_by_the_context(data):
    screen = data.full_screen
    assert screen.context == "batch"
    assert list(screen.covariates) == ["batch"]
    assert len(screen.conditions) == 14
    for name in screen.conditions:
        rows = screen.rows_of([name])
        assert set(screen.covariate_codes[rows, 0].tolist()) == {"xy".index(context_of(name))}


def test_effects_are_against_control_cells_of_the_context(data):
    screen, effects = data.full_screen, data.spec.effects
    rows = screen.rows_of(["A@y"])
    level = screen.covariate_codes[:, 0] == 1
    control = screen.cells[(screen.condition == 0) & level].mean(0, dtype=np.float64)
    expected = np.asarray(screen.cells[rows].mean(0, dtype=np.float64) - control).ravel()
    row = effects.single("A", "y")
    assert row is not None
    np.testing.assert_allclose(effects.delta[row], expected, atol=1e-5)
    assert effects.single("D", "y") is None
    assert effects.single("A") is None
    of_y = [i for i, c in enumerate(effects.conditions) if context_of(c) == "y"]
    np.testing.assert_allclose(effects.mean_of("D@y"), effects.delta[of_y].mean(0))
    np.testing.assert_allclose(effects.mean_of("D@z"), effects.mean)


def test_subgroups_count_singles_of_the_same_context():
    split = Split("hand", 0, ("A@x", "A@y", "B@x", "C@y"), (), ("A+B@x", "A+B@y", "C@x", "D@x"))
    assert [split.subgroup(c) for c in split.test] == [
        "seen2",
        "seen1",
        "seen_elsewhere",
        "unseen_single",
    ]


def test_a_trained_model_predicts_in_a_context_it_knows(data, model):
    adata = make_small_adata(seed=1)
    contract = ScreenContract()
    out = model.predict(adata, ["D@y", "A+B@x"], n_cells=20, contract=contract)
    assert set(out.obs.loc[out.obs["condition"] == "D@y", "batch"]) == {"y"}
    sources = out.obs.loc[out.obs["condition"] == "A+B@x", "source_cell"]
    assert set(adata.obs.loc[sources, "batch"]) == {"x"}
    with pytest.raises(UserError, match=r"write e\.g\. D@x"):
        model.predict(adata, ["D"], contract=contract)
    with pytest.raises(UserError, match="names none of its 2"):
        model.predict(adata, ["D@z"], contract=contract)
    alone = adata[adata.obs["batch"] == "x"].copy()
    with pytest.raises(UserError, match="no control cells with batch y"):
        model.predict(alone, ["D@y"], contract=contract)


def test_a_spec_keeps_its_context(data):
    again = type(data.spec).from_dict(data.spec.to_dict())
    assert again.context == "batch"


def test_contexts_that_cannot_be_read():
    adata = make_small_adata()
    labels = adata.obs["condition"].astype(str)
    adata.obs["condition"] = labels.where(labels == "control", labels + "@K562")
    with pytest.raises(UserError, match="name that column as context"):
        read_screen(adata, ScreenContract())
    with pytest.raises(UserError, match="leave one of them out"):
        read_screen(adata, ScreenContract(context="batch"))
    adata = make_small_adata()
    adata.obs["line"] = adata.obs["batch"].astype(str) + "@1"
    with pytest.raises(UserError, match="rename them"):
        read_screen(adata, ScreenContract(context="line"))
    with pytest.raises(UserError, match="no obs column 'lines'"):
        read_screen(adata, ScreenContract(context="lines"))


def test_a_model_without_contexts_takes_none(tmp_path: Path):
    adata = make_small_adata()
    file = tmp_path / "screen.h5ad"
    adata.write_h5ad(file)
    data = PerturbationDataModule(path=str(file), split=SplitColumn("side"), stability_seeds=1)
    made = FittedBaseline(Additive)
    made.build(data.spec)
    with pytest.raises(UserError, match="trained without contexts"):
        LoadedModel(made.eval(), "").predict(adata, ["D@y"])
