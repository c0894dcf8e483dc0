"""What ``scbig evaluate`` refuses: one line, exit code 2, nothing written."""

import json
import warnings
from collections.abc import Callable
from pathlib import Path

import anndata as ad
import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

import scbig as package
from command_line import Command


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
    command: Command, tested_run: Path, place: Path, capsys: pytest.CaptureFixture[str]
) -> Callable[..., str]:
    def call(*arguments: object) -> str:
        capsys.readouterr()
        out = place / "refused"
        assert command("evaluate", *arguments, "--run", tested_run, "--out", out) == 2
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
    refused: Callable[..., str], predicted: ad.AnnData, tested_run: Path, place: Path
) -> None:
    file = place / "foreign.h5ad"
    _foreign(predicted.copy()).write_h5ad(file)
    error = refused("--predicted", file, "--truth", "files/screen.h5ad", "--strict", "true")
    assert "NEVER+SEEN" in error
    truth = place / "files" / "screen.h5ad"
    table = package.evaluate(file, truth, run=tested_run, baselines=["additive"], replicate=False)
    assert {"predicted", "additive"} <= set(table["predictor"])
    assert "train_mean" not in set(table["predictor"])
    assert any("NEVER+SEEN" in line for line in table.attrs["reported"])


def test_the_truth_is_not_a_prediction_of_itself(
    refused: Callable[..., str], tested_run: Path, place: Path
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
    test = json.loads((tested_run / "split.json").read_text())["test"]
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


def test_other_splits_than_the_run_s_are_refused(
    refused: Callable[..., str], tested_run: Path, place: Path
) -> None:
    split = json.loads((tested_run / "split.json").read_text())
    split["test"], split["val"] = split["val"], split["test"]
    del split["sha256"]
    (place / "swapped.json").write_text(json.dumps(split))
    error = refused(
        "--predicted", "run/predictions.h5ad", "--truth", "files/screen.h5ad",
        "--split", place / "swapped.json",
    )  # fmt: skip
    assert "not the split of the run" in error
