"""Our scores and those of cell-eval agree wherever they are meant to be the same number."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from scbig.baselines.standard import standard_baselines
from scbig.cell_eval_referee import SHARED, TOLERANCE, referee_table, require_cell_eval
from scbig.datamodule import PerturbationDataModule
from scbig.errors import UserError
from scbig.evaluation_files import score_trials
from scbig.gene_modules.one_module import OneModule
from small_run import small_data

pytest.importorskip("cell_eval", reason="cell-eval is not installed: pip install 'scbig[referee]'")

OF_MEANS = {"pearson_delta", "mse", "mae", "mse_delta", "mae_delta"}
OF_PANELS = {f"discrimination_score_{d}" for d in ("l1", "l2", "cosine")}
OF_GENES = set(SHARED) - OF_MEANS - OF_PANELS


def judged(data: PerturbationDataModule, make: str) -> pd.DataFrame:
    spec = data.spec
    predictor = {make: standard_baselines(spec)[make]}
    own = score_trials(spec, data.trials("test"), predictor, replicate=False).per_condition()
    controls = data.screen.cells[data.screen.control_rows]
    return referee_table(spec, data.trials("test"), predictor[make], own, controls)


@pytest.fixture(scope="module")
def small() -> PerturbationDataModule:
    return small_data(cells_per_condition=16)


@pytest.mark.parametrize("make", ["train_mean", "gp_shift"])
def test_every_shared_metric_agrees(small: PerturbationDataModule, make: str) -> None:
    table = judged(small, make)
    assert set(table["metric"]) == set(SHARED)
    defined = table[table["ours"].notna() & table["theirs"].notna()]
    gap = (defined["ours"] - defined["theirs"]).abs()
    assert set(defined["metric"]) == set(SHARED)
    assert gap.max() <= TOLERANCE, defined[gap > TOLERANCE].to_string()
    assert not (table["why"] == "unexplained").any()
    apart = table[~table["agree"]]
    assert set(apart["metric"]) <= OF_GENES and apart["why"].str.contains("undefined").all()


def test_means_have_no_tests_of_genes(small: PerturbationDataModule) -> None:
    table = judged(small, "additive")
    assert set(table["metric"]) == OF_MEANS | OF_PANELS
    assert table["agree"].all()


def test_matched_controls_are_a_documented_difference() -> None:
    """With covariates each condition has its own control mean; cell-eval pools the controls."""
    table = judged(small_data(covariates=["batch"]), "gp_shift")
    apart = table[~table["agree"]]
    assert set(apart["metric"]) & {"pearson_delta"} and (apart["why"] != "").all()
    assert table[table["metric"].isin(["mse", "mae", "mse_delta"])]["agree"].all()


def test_without_cell_eval_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(UserError, match=r"pip install 'scbig\[referee\]'"):
        require_cell_eval()


@pytest.mark.real
def test_every_shared_metric_agrees_on_a_real_panel(real_data: Path) -> None:
    data = PerturbationDataModule(
        path=str(real_data / "norman2019_subset" / "norman2019_subset.h5ad"),
        layer="counts",
        library_key="ncounts",
        clusterer=OneModule(),
        stability_seeds=1,
    )
    for make in ("train_mean", "gp_shift"):
        table = judged(data, make)
        defined = table[np.isfinite(table["ours"]) & np.isfinite(table["theirs"])]
        apart = defined[(defined["ours"] - defined["theirs"]).abs() > TOLERANCE]
        assert not len(apart), apart.to_string()
        assert not (table["why"] == "unexplained").any()
