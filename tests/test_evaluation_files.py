import gc
import json
import weakref
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from scbig.baselines.unchanged_cells import UnchangedCells
from scbig.data_spec import DataSpec
from scbig.evaluation import Evaluation
from scbig.evaluation_files import score_trials, write_evaluation
from scbig.predictor import Prediction, Query, Trial
from tiny_trials import CONDITIONS, make_trials


class Half:
    """Half the source cells."""

    def predict(self, query: Query) -> Prediction:
        return Prediction.of_cells(query.control * 0.5)


@pytest.fixture
def scored(tiny_spec: DataSpec) -> Evaluation:
    predictors = {"Half": Half(), "no_change": UnchangedCells()}
    return score_trials(tiny_spec, make_trials(tiny_spec), predictors, seed=0)


def test_every_predictor_and_the_replicate_are_scored(scored):
    assert scored.predictors == ["Half", "no_change", "interp_dup", "replicate"]
    table = scored.per_condition()
    assert set(table["condition"]) == set(CONDITIONS)
    halvings = scored.halvings()
    assert set(halvings["halving"]) == set(range(5))
    mean = halvings.groupby(["condition", "metric"])["value"].mean()
    of_replicate = table[table["predictor"] == "replicate"].set_index(["condition", "metric"])
    pd.testing.assert_series_equal(
        of_replicate["value"].sort_index(), mean.sort_index(), check_names=False, rtol=1e-12
    )


def test_metrics_can_be_chosen_and_the_replicate_left_out(tiny_spec):
    metrics = [m for m in Evaluation(tiny_spec).metrics if m.name == "mse"]
    trials = make_trials(tiny_spec)
    scored = score_trials(tiny_spec, trials, {"Half": Half()}, metrics=metrics, replicate=False)
    assert scored.predictors == ["Half"]
    assert set(scored.per_condition()["metric"]) == {"mse"}


def test_cells_of_scored_trials_are_let_go(tiny_spec):
    alive: list[weakref.ref[torch.Tensor]] = []

    def passing() -> Iterator[Trial]:
        for trial in make_trials(tiny_spec):
            own = Trial(trial.query, trial.truth.clone(), trial.control)
            alive.append(weakref.ref(own.truth))
            yield own

    evaluation = score_trials(tiny_spec, passing(), {"Half": Half()})
    gc.collect()
    # the last truth is kept, in case another predictor is scored on it
    assert sum(ref() is not None for ref in alive) <= 1
    assert len(evaluation.predictors) == 3


def test_files_are_written(scored, tmp_path: Path, capsys):
    folder = tmp_path / "new" / "run"
    extra = {"reconstruction_mse": {}}
    write_evaluation(folder, scored, model="Half", side="test", card={"seed": 3}, extra=extra)
    names = {path.name for path in folder.iterdir()}
    pooled = {"replicate_halvings.csv", "effects.npz"}
    assert names == {"metrics.json", "metrics_per_condition.csv", "report.html"} | pooled
    values = json.loads((folder / "metrics.json").read_text())
    assert values["side"] == "test" and values["model"] == "Half"
    assert values["reconstruction_mse"] == {}
    assert values["card"]["split"]["sha256"] == scored.spec.split.sha256
    assert values["card"]["audit"] == "not given"
    assert {row["metric"] for row in values["verdicts"]} == set(scored.board().headline)
    table = pd.read_csv(folder / "metrics_per_condition.csv", keep_default_na=True)
    assert len(table) == len(scored.per_condition())
    assert {"n_significant", "coverage"} <= set(table)
    assert "no_change" in capsys.readouterr().out
    assert len(pd.read_csv(folder / "replicate_halvings.csv")) == len(scored.halvings())
    with np.load(folder / "effects.npz") as effects:
        assert effects["predictors"].tolist() == ["Half", "no_change"]
        assert effects["predicted"].dtype == effects["true"].dtype == np.float32
        half, true = effects["predicted"][0], effects["true"]
    known = scored.effects("Half")
    np.testing.assert_allclose(half, known.predicted, atol=1e-6)
    np.testing.assert_allclose(true, known.true, atol=1e-6)


def test_scores_on_validation_conditions_are_kept_for_pooling(scored, tmp_path: Path):
    chosen = scored.per_condition()
    write_evaluation(tmp_path, scored, model="Half", side="test", validation=chosen)
    assert len(pd.read_csv(tmp_path / "validation_per_condition.csv")) == len(chosen)
