"""``scbig evaluate``: the numbers of ``scbig test``, from a file."""

import json
from pathlib import Path

import anndata as ad
import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

import scbig as package
from command_line import Command
from scbig.cli import with_paths


def scores(folder: Path) -> pd.DataFrame:
    table = pd.read_csv(folder / "metrics_per_condition.csv", keep_default_na=True)
    table["predictor"] = table["predictor"].replace({"predicted": "ScBIG"})
    return table.sort_values(["predictor", "condition", "metric"], ignore_index=True)


def without_stated_means(predicted: ad.AnnData) -> ad.AnnData:
    """Scored by the cells alone: the mean of counts is the stated one up to a count a gene."""
    cells = predicted.copy()
    del cells.varm["stated_means"]
    return cells


def test_numbers_are_those_of_the_test_command(
    command: Command, tested_run: Path, place: Path
) -> None:
    file, out = tested_run / "predictions.h5ad", place / "same"
    asked = ("--run", tested_run, "--out", out)
    assert command("evaluate", "--predicted", file, "--truth", "files/screen.h5ad", *asked) == 0
    theirs, ours = scores(tested_run), scores(out)
    keys = ["predictor", "condition", "metric", "fallback", "n_cells"]
    pd.testing.assert_frame_equal(ours[keys], theirs[keys])
    assert {"ScBIG", "additive", "gp_shift", "replicate"} <= set(ours["predictor"])
    np.testing.assert_array_equal(ours["value"].isna(), theirs["value"].isna())
    np.testing.assert_allclose(ours["value"], theirs["value"], rtol=0, atol=1e-9)
    assert (out / "report.html").exists()


def test_a_split_file_is_enough(command: Command, tested_run: Path, place: Path) -> None:
    """The same options give the same yardsticks; gene modules are made from what is at hand."""
    assert command("evaluate", "--predicted", tested_run / "predictions.h5ad", "--truth",
                 "files/screen.h5ad", "--truth.covariates", "[batch]", "--split",
                 tested_run / "split.json", "--seed", 5, "--evaluation_cells", 32,
                 "--embeddings", "[files/embedding.npz]", "--baselines",
                 "[additive,bilinear,no_change]", "--replicate", "false") == 0  # fmt: skip
    ours, theirs = (
        scores(folder).set_index(["predictor", "metric", "condition"])["value"].sort_index()
        for folder in (place / "evaluation" / "predicted", tested_run)
    )
    for metric in ("mse", "pearson_delta", "systema_pearson_delta", "perturbation_discrimination"):
        for predictor in ("ScBIG", "additive", "bilinear", "no_change"):
            np.testing.assert_allclose(
                ours.loc[predictor, metric], theirs.loc[predictor, metric], atol=1e-9
            )
    card = json.loads((place / "evaluation" / "predicted" / "metrics.json").read_text())
    assert card["model"] == "predicted" and card["side"] == "test"
    assert card["card"]["audit"]["status"] == "clean"


def test_the_referee_agrees(tested_run: Path, place: Path) -> None:
    pytest.importorskip("cell_eval", reason="cell-eval is not installed: scbig[referee]")
    truth, out = place / "files" / "screen.h5ad", place / "refereed"
    table = package.evaluate(
        tested_run / "predictions.h5ad",
        truth,
        run=tested_run,
        out=out,
        baselines=[],
        replicate=False,
        referee=True,
    )
    judged = pd.read_csv(out / "referee.csv", keep_default_na=True)
    assert list(judged) == [
        "condition", "metric", "our_metric", "ours", "theirs", "agree", "why",
    ]  # fmt: skip
    same = judged[judged["metric"].isin(["mse", "mae", "mse_delta", "mae_delta"])]
    assert same["agree"].all() and len(same) == 4 * table["condition"].nunique()
    assert any(line.startswith("referee: cell-eval") for line in table.attrs["reported"])


def test_python_says_the_same(tested_run: Path, predicted: ad.AnnData, place: Path) -> None:
    truth = place / "files" / "screen.h5ad"
    shuffled = predicted[:, np.random.default_rng(0).permutation(predicted.n_vars)].copy()
    table = package.evaluate(shuffled, truth, run=tested_run, baselines=[], replicate=False)
    wide = table[table["predictor"] == "predicted"].sort_values(["condition", "metric"])
    theirs = scores(tested_run)
    theirs = theirs[theirs["predictor"] == "ScBIG"].sort_values(["condition", "metric"])
    np.testing.assert_allclose(wide["value"], theirs["value"], atol=1e-5)
    assert not any("changed" in line for line in table.attrs["reported"])


def test_changed_cells_lose_their_stated_means(
    tested_run: Path, predicted: ad.AnnData, place: Path
) -> None:
    changed = predicted.copy()
    changed.X[0, int(changed.X[0].argmax())] += 0.01
    table = package.evaluate(
        changed, place / "files" / "screen.h5ad", run=tested_run, baselines=[], replicate=False
    )
    assert any("changed" in line for line in table.attrs["reported"])


def test_the_validation_side(tested_run: Path, predicted: ad.AnnData, place: Path) -> None:
    val = json.loads((tested_run / "split.json").read_text())["val"]
    made = predicted[: 20 * len(val)].copy()
    made.obs["condition"] = np.repeat(val, 20)
    truth = place / "files" / "screen.h5ad"
    table = package.evaluate(
        made, truth, run=tested_run, side="val", baselines=["no_change"], replicate=False
    )
    assert set(table["condition"]) == set(val)


def test_predicted_pseudobulks(tested_run: Path, predicted: ad.AnnData, place: Path) -> None:
    conditions = predicted.obs["condition"].astype(str)
    names = sorted(set(conditions))
    means = np.vstack([predicted.X[(conditions == c).to_numpy()].mean(0) for c in names])
    bulk = ad.AnnData(np.asarray(means), obs=pd.DataFrame({"condition": names}, index=names))
    bulk.var_names = predicted.var_names
    truth = place / "files" / "screen.h5ad"
    table = package.evaluate(bulk, truth, run=tested_run, baselines=[], replicate=False)
    wide = table.pivot_table(index="condition", columns="metric", values="value", dropna=False)
    cells = without_stated_means(predicted)
    table = package.evaluate(cells, truth, run=tested_run, baselines=[], replicate=False)
    theirs = table.pivot_table(index="condition", columns="metric", values="value", dropna=False)
    for metric in ("mse", "pearson_delta", "systema_pearson_delta"):
        np.testing.assert_allclose(wide[metric], theirs[metric], atol=1e-5)
    assert wide["energy_distance"].isna().all()


def test_what_is_harmless_is_accepted(tested_run: Path, predicted: ad.AnnData, place: Path) -> None:
    """Real controls, extra genes and a slip below zero, if it is allowed: the scores stay."""
    from scbig.data.prediction_file import PredictionContract
    from scbig.data.schema import ScreenContract, read_screen

    truth = place / "files" / "screen.h5ad"
    screen = read_screen(truth, ScreenContract())
    control = ad.AnnData(screen.cells[screen.control_rows[:9]])
    control.obs = pd.DataFrame({"condition": "non-targeting"}, index=[f"r{i}" for i in range(9)])
    control.var_names = list(screen.genes)
    both = ad.concat([predicted, control], join="outer")
    extra = ad.AnnData(sp.csr_matrix((both.n_obs, 2), dtype=np.float32), obs=both.obs)
    extra.var_names = ["more", "still more"]
    wide = ad.concat([both, extra], axis=1, merge="same")
    plain = without_stated_means(predicted)
    plain = package.evaluate(plain, truth, run=tested_run, baselines=[], replicate=False)
    table = package.evaluate(wide, truth, run=tested_run, baselines=[], replicate=False)
    assert any("2 predicted genes" in line for line in table.attrs["reported"])
    # cells that are put together with others lose what was stated of their means
    intervals = plain["metric"].str.startswith("interval_coverage")
    assert plain["value"][intervals].notna().any() and table["value"][intervals].isna().all()
    kept = ~intervals & (plain["metric"] != "perturbation_discrimination_retrieval")
    np.testing.assert_allclose(table["value"][kept], plain["value"][kept], atol=1e-5)

    slipped = predicted.copy()
    dense = np.where(slipped.X.toarray() == 0, -1e-4, slipped.X.toarray())
    slipped.X = sp.csr_matrix(dense.astype(np.float32))
    allowed = PredictionContract(clip=True, drop_controls=True)
    table = package.evaluate(
        slipped,
        truth,
        run=tested_run,
        prediction_contract=allowed,
        baselines=[],
        replicate=False,
    )
    assert any("negative values" in line for line in table.attrs["reported"])
    np.testing.assert_allclose(table["value"], plain["value"], atol=1e-5)


def test_a_truth_without_training_conditions(predicted: ad.AnnData, place: Path) -> None:
    """Metrics that need other perturbations are NaN, and it is said."""
    screen = ad.read_h5ad(place / "files" / "screen.h5ad")
    tested = set(predicted.obs["condition"])
    small = screen[screen.obs["condition"].isin([*tested, "control"])].copy()
    table = package.evaluate(predicted, small)
    assert set(table["predictor"]) == {"predicted", "no_change", "interp_dup", "replicate"}
    own = table[table["predictor"] == "predicted"].pivot_table(
        index="condition", columns="metric", values="value", dropna=False
    )
    assert own["systema_pearson_delta"].isna().all() and own["weighted_mse"].isna().all()
    assert own["pearson_delta"].notna().all() and own["energy_distance"].notna().all()
    assert any("no training condition" in line for line in table.attrs["reported"])


def test_genes_that_were_predicted(tested_run: Path, predicted: ad.AnnData, place: Path) -> None:
    """A tool that predicts a part of the genes is scored on that part."""
    some = predicted[:, :50].copy()
    table = package.evaluate(
        some,
        place / "files" / "screen.h5ad",
        split=tested_run / "split.json",
        genes="predicted",
        baselines=["train_mean"],
        replicate=False,
    )
    assert any("x 50 genes" in line for line in table.attrs["reported"])


def test_short_forms() -> None:
    given = ["evaluate", "--truth", "T", "--predicted=P", "--truth.scale", "counts", "--out=a=b"]
    assert with_paths(given) == [
        "evaluate", "--truth.path", "T", "--predicted.path=P", "--truth.scale", "counts",
        "--out=a=b",
    ]  # fmt: skip
