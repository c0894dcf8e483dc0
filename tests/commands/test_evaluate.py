"""``scbig evaluate``: the numbers of ``scbig test``, and refusal of what is not a prediction."""

import json
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import anndata as ad
import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

import scbig as package
from scbig.cli import main, with_paths

ROOT = Path(__file__).parents[2]
TINY = ["--config", str(ROOT / "conf" / "base.yaml"), "--config", str(ROOT / "tests" / "tiny.yaml")]
Command = Callable[..., int]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("evaluate")


@pytest.fixture(scope="module")
def scbig(place: Path) -> Command:
    def run(*arguments: object) -> int:
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(place)
            patch.setenv("SCBIG_RUN_DIR", "")
            patch.setattr(sys, "argv", ["scbig", *map(str, arguments)])
            try:
                main()
            except SystemExit as stop:
                return int(stop.code or 0)
            return 0

    return run


@pytest.fixture(scope="module")
def run_folder(scbig: Command, place: Path) -> Path:
    """A tested run on a screen in a file."""
    sizes = ("--n_genes", 60, "--n_targets", 14, "--n_pairs", 16, "--seed", 3)
    assert scbig("data", "make", "--out", "files", *sizes) == 0
    data = ("--data.path", "files/screen.h5ad", "--data.embeddings", "[files/embedding.npz]",
            "--data.covariates", "[batch]", "--data.seed", 5, "--evaluate.seed", 2)  # fmt: skip
    assert scbig("fit", *TINY, "--run_dir", "run", "--trainer.max_epochs", 2, *data) == 0
    assert scbig("test", "--config", "run/config.yaml", "--ckpt_path", "best") == 0
    return place / "run"


@pytest.fixture(scope="module")
def predicted(run_folder: Path) -> ad.AnnData:
    return ad.read_h5ad(run_folder / "predictions.h5ad")


def scores(folder: Path) -> pd.DataFrame:
    table = pd.read_csv(folder / "metrics_per_condition.csv", keep_default_na=True)
    table["predictor"] = table["predictor"].replace({"predicted": "ScBIG"})
    return table.sort_values(["predictor", "condition", "metric"], ignore_index=True)


def test_numbers_are_those_of_the_test_command(
    scbig: Command, run_folder: Path, place: Path
) -> None:
    file, out = run_folder / "predictions.h5ad", place / "same"
    asked = ("--run", run_folder, "--out", out)
    assert scbig("evaluate", "--predicted", file, "--truth", "files/screen.h5ad", *asked) == 0
    theirs, ours = scores(run_folder), scores(out)
    keys = ["predictor", "condition", "metric", "fallback", "n_cells"]
    pd.testing.assert_frame_equal(ours[keys], theirs[keys])
    assert {"ScBIG", "additive", "gp_shift", "replicate"} <= set(ours["predictor"])
    np.testing.assert_array_equal(ours["value"].isna(), theirs["value"].isna())
    np.testing.assert_allclose(ours["value"], theirs["value"], rtol=0, atol=1e-9)
    assert (out / "report.html").exists()


def test_a_split_file_is_enough(scbig: Command, run_folder: Path, place: Path) -> None:
    """The same options give the same yardsticks; gene modules are made from what is at hand."""
    assert scbig("evaluate", "--predicted", run_folder / "predictions.h5ad", "--truth",
                 "files/screen.h5ad", "--truth.covariates", "[batch]", "--split",
                 run_folder / "split.json", "--seed", 5, "--evaluation_cells", 32,
                 "--embeddings", "[files/embedding.npz]", "--baselines",
                 "[additive,bilinear,no_change]", "--replicate", "false") == 0  # fmt: skip
    ours, theirs = (
        scores(folder).set_index(["predictor", "metric", "condition"])["value"].sort_index()
        for folder in (place / "evaluation" / "predicted", run_folder)
    )
    for metric in ("mse", "pearson_delta", "systema_pearson_delta", "perturbation_discrimination"):
        for predictor in ("ScBIG", "additive", "bilinear", "no_change"):
            np.testing.assert_allclose(
                ours.loc[predictor, metric], theirs.loc[predictor, metric], atol=1e-9
            )
    card = json.loads((place / "evaluation" / "predicted" / "metrics.json").read_text())
    assert card["model"] == "predicted" and card["side"] == "test"


def test_the_referee_agrees(run_folder: Path, place: Path) -> None:
    pytest.importorskip("cell_eval", reason="cell-eval is not installed: scbig[referee]")
    truth, out = place / "files" / "screen.h5ad", place / "refereed"
    table = package.evaluate(
        run_folder / "predictions.h5ad",
        truth,
        run=run_folder,
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


def test_python_says_the_same(run_folder: Path, predicted: ad.AnnData, place: Path) -> None:
    truth = place / "files" / "screen.h5ad"
    shuffled = predicted[:, np.random.default_rng(0).permutation(predicted.n_vars)].copy()
    table = package.evaluate(shuffled, truth, run=run_folder, baselines=[], replicate=False)
    wide = table[table["predictor"] == "predicted"].sort_values(["condition", "metric"])
    theirs = scores(run_folder)
    theirs = theirs[theirs["predictor"] == "ScBIG"].sort_values(["condition", "metric"])
    # the columns were moved, so means come from the float32 cells
    np.testing.assert_allclose(wide["value"], theirs["value"], atol=1e-5)
    assert any("changed" in line for line in table.attrs["reported"])


def test_the_validation_side(run_folder: Path, predicted: ad.AnnData, place: Path) -> None:
    val = json.loads((run_folder / "split.json").read_text())["val"]
    made = predicted[: 20 * len(val)].copy()
    made.obs["condition"] = np.repeat(val, 20)
    truth = place / "files" / "screen.h5ad"
    table = package.evaluate(
        made, truth, run=run_folder, side="val", baselines=["no_change"], replicate=False
    )
    assert set(table["condition"]) == set(val)


def test_predicted_pseudobulks(run_folder: Path, predicted: ad.AnnData, place: Path) -> None:
    conditions = predicted.obs["condition"].astype(str)
    names = sorted(set(conditions))
    means = np.vstack([predicted.X[(conditions == c).to_numpy()].mean(0) for c in names])
    bulk = ad.AnnData(np.asarray(means), obs=pd.DataFrame({"condition": names}, index=names))
    bulk.var_names = predicted.var_names
    truth = place / "files" / "screen.h5ad"
    table = package.evaluate(bulk, truth, run=run_folder, baselines=[], replicate=False)
    wide = table[table["predictor"] == "predicted"].pivot_table(
        index="condition", columns="metric", values="value", dropna=False
    )
    theirs = scores(run_folder)
    theirs = theirs[theirs["predictor"] == "ScBIG"].pivot_table(
        index="condition", columns="metric", values="value", dropna=False
    )
    for metric in ("mse", "pearson_delta", "systema_pearson_delta"):
        np.testing.assert_allclose(wide[metric], theirs[metric], atol=1e-5)
    assert wide["energy_distance"].isna().all()


def _dense(adata: ad.AnnData) -> np.ndarray:
    return np.asarray(adata.X.toarray(), dtype=np.float64)


def _values(change: Callable[[np.ndarray], np.ndarray]) -> Callable[[ad.AnnData], ad.AnnData]:
    def spoil(adata: ad.AnnData) -> ad.AnnData:
        adata.X = sp.csr_matrix(change(_dense(adata)).astype(np.float32))
        return adata

    return spoil


def _one(value: float) -> Callable[[np.ndarray], np.ndarray]:
    def change(x: np.ndarray) -> np.ndarray:
        x[3, 7] = value
        return x

    return change


def _renamed(adata: ad.AnnData) -> ad.AnnData:
    adata.var_names = np.random.default_rng(1).permutation(adata.var_names)
    return adata


def _twice(adata: ad.AnnData) -> ad.AnnData:
    adata.var_names = [adata.var_names[1], *adata.var_names[1:]]
    return adata


def _without_one(adata: ad.AnnData) -> ad.AnnData:
    return adata[adata.obs["condition"] != adata.obs["condition"].iloc[0]].copy()


def _foreign(adata: ad.AnnData) -> ad.AnnData:
    other = adata[:5].copy()
    other.obs["condition"] = "NEVER+SEEN"
    other.obs_names = [f"n{i}" for i in range(5)]
    return ad.concat([adata, other])


def _with_false_controls(adata: ad.AnnData) -> ad.AnnData:
    other = adata[:5].copy()
    other.obs["condition"] = "ctrl"
    other.obs_names = [f"n{i}" for i in range(5)]
    return ad.concat([adata, other])


def _empty(adata: ad.AnnData) -> ad.AnnData:
    first = (adata.obs["condition"] == adata.obs["condition"].iloc[0]).to_numpy()
    return _values(lambda x: np.where(first[:, None], 0.0, x))(adata)


def _unlabelled(adata: ad.AnnData) -> ad.AnnData:
    adata.obs = adata.obs.drop(columns="condition")
    return adata


def _elsewhere(adata: ad.AnnData) -> ad.AnnData:
    adata.obs["condition"] = "NEVER+SEEN"
    return adata


POISON: dict[str, tuple[Callable[[ad.AnnData], ad.AnnData], str]] = {
    "genes missing": (lambda a: a[:, 4:].copy(), "4 of the 60 genes"),
    "names twice": (_twice, "gene names are not unique"),
    "permuted names": (_renamed, "does not fit its gene names"),
    "counts per 10,000": (_values(lambda x: np.expm1(x) * 1.001), "not log-transformed"),
    "log2": (_values(lambda x: x / np.log(2)), "another unit"),
    "log10": (_values(lambda x: x / np.log(10)), "another unit"),
    "counts per million": (_values(lambda x: np.log1p(np.expm1(x) * 30)), "another unit"),
    "integers": (_values(lambda x: np.round(np.expm1(x) / 50) + 1), "whole numbers"),
    "too large": (_values(_one(15.5)), "not log-transformed"),
    "z-scores": (_values(lambda x: (x - x.mean(0)) / x.std(0)), "z-scores"),
    "effects": (_values(lambda x: x - x.mean(0)), "effects"),
    "sizes of effects": (_values(lambda x: np.abs(x - x.mean(0))), "not effects"),
    "NaN": (_values(_one(np.nan)), "NaN"),
    "infinite": (_values(_one(np.inf)), "infinite"),
    "slightly negative": (_values(_one(-0.01)), "--predicted.clip true"),
    "a condition missing": (_without_one, "no prediction of 1 of the"),
    "altered controls": (_with_false_controls, "not control cells of the truth"),
    "an empty condition": (_empty, "only zeros"),
    "no labels": (_unlabelled, "no obs column 'condition'"),
    "other conditions": (_elsewhere, "no prediction of"),
}


@pytest.fixture
def refused(
    scbig: Command, run_folder: Path, place: Path, capsys: pytest.CaptureFixture[str]
) -> Callable[..., str]:
    def call(*arguments: object) -> str:
        capsys.readouterr()
        out = place / "refused"
        assert scbig("evaluate", *arguments, "--run", run_folder, "--out", out) == 2
        error = capsys.readouterr().err
        assert error.count("\n") == 1 and "Traceback" not in error
        assert not out.exists()
        return error

    return call


@pytest.mark.parametrize("kind", POISON)
def test_poison_is_refused(
    kind: str, refused: Callable[..., str], predicted: ad.AnnData, place: Path
) -> None:
    spoil, says = POISON[kind]
    file = place / "spoiled.h5ad"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # anndata warns of what is spoiled on purpose
        spoil(predicted.copy()).write_h5ad(file)
    assert says in refused("--predicted", file, "--truth", "files/screen.h5ad")


def test_unknown_conditions_are_refused_when_strict(
    refused: Callable[..., str], predicted: ad.AnnData, run_folder: Path, place: Path
) -> None:
    file = place / "foreign.h5ad"
    _foreign(predicted.copy()).write_h5ad(file)
    error = refused("--predicted", file, "--truth", "files/screen.h5ad", "--strict", "true")
    assert "NEVER+SEEN" in error
    truth = place / "files" / "screen.h5ad"
    table = package.evaluate(file, truth, run=run_folder, baselines=["additive"], replicate=False)
    assert {"predicted", "additive"} <= set(table["predictor"])
    assert "train_mean" not in set(table["predictor"])
    assert any("NEVER+SEEN" in line for line in table.attrs["reported"])


def test_the_truth_is_not_a_prediction_of_itself(
    refused: Callable[..., str], run_folder: Path, place: Path
) -> None:
    truth = "files/screen.h5ad"
    assert "same file" in refused("--predicted", truth, "--truth", truth)
    copied = ad.read_h5ad(place / truth)
    file = place / "copied.h5ad"
    copied.write_h5ad(file)
    counts = ("--predicted.path", file, "--predicted.scale", "counts", "--truth", truth)
    assert "not a prediction" in refused(*counts)
    from scbig.data.schema import ScreenContract, read_screen

    screen = read_screen(place / truth, ScreenContract())
    test = json.loads((run_folder / "split.json").read_text())["test"]
    rows = [screen.cells[screen.rows_of([c])].mean(0, dtype=np.float64) for c in test]
    bulk = ad.AnnData(np.vstack([np.asarray(r) for r in rows]).astype(np.float32))
    bulk.obs = pd.DataFrame({"condition": test}, index=test)
    bulk.var_names = list(screen.genes)
    bulk.write_h5ad(file)
    assert "not a prediction" in refused("--predicted", file, "--truth", truth)


def test_files_that_cannot_be_read(refused: Callable[..., str], place: Path) -> None:
    (place / "broken.h5ad").write_bytes(b"not an h5ad")
    truth = ("--truth", "files/screen.h5ad")
    assert "broken.h5ad" in refused("--predicted", place / "broken.h5ad", *truth)
    assert "absent.h5ad" in refused("--predicted", "absent.h5ad", *truth)
    assert "absent.h5ad" in refused("--predicted", "run/predictions.h5ad", "--truth", "absent.h5ad")


def test_what_is_harmless_is_accepted(run_folder: Path, predicted: ad.AnnData, place: Path) -> None:
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
    plain = package.evaluate(predicted, truth, run=run_folder, baselines=[], replicate=False)
    table = package.evaluate(wide, truth, run=run_folder, baselines=[], replicate=False)
    assert any("2 predicted genes" in line for line in table.attrs["reported"])
    np.testing.assert_allclose(table["value"], plain["value"], atol=1e-5)

    slipped = _values(lambda x: np.where(x == 0, -1e-4, x))(predicted.copy())
    allowed = PredictionContract(clip=True, drop_controls=True)
    table = package.evaluate(
        slipped,
        truth,
        run=run_folder,
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


def test_genes_that_were_predicted(run_folder: Path, predicted: ad.AnnData, place: Path) -> None:
    """A tool that predicts a part of the genes is scored on that part."""
    some = predicted[:, :50].copy()
    table = package.evaluate(
        some,
        place / "files" / "screen.h5ad",
        split=run_folder / "split.json",
        genes="predicted",
        baselines=["train_mean"],
        replicate=False,
    )
    assert any("x 50 genes" in line for line in table.attrs["reported"])


def test_other_splits_than_the_run_s_are_refused(
    refused: Callable[..., str], run_folder: Path, place: Path
) -> None:
    split = json.loads((run_folder / "split.json").read_text())
    split["test"], split["val"] = split["val"], split["test"]
    del split["sha256"]
    (place / "swapped.json").write_text(json.dumps(split))
    error = refused(
        "--predicted", "run/predictions.h5ad", "--truth", "files/screen.h5ad",
        "--split", place / "swapped.json",
    )  # fmt: skip
    assert "not the split of the run" in error


def test_short_forms() -> None:
    given = ["evaluate", "--truth", "T", "--predicted=P", "--truth.scale", "counts", "--out=a=b"]
    assert with_paths(given) == [
        "evaluate", "--truth.path", "T", "--predicted.path=P", "--truth.scale", "counts",
        "--out=a=b",
    ]  # fmt: skip
