import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from scbig.baselines.standard import standard_baselines
from scbig.data_spec import DataSpec
from scbig.evaluation import Evaluation
from scbig.metrics.correlation import pearson
from scbig.metrics.referee import Referee
from scbig.metrics.replicate import split_half
from scbig.metrics.systema_pearson_delta import systema_pearson_delta
from scbig.predictor import Prediction, Trial
from tiny_trials import CONDITIONS, make_trials


@pytest.fixture
def spec(tiny_spec: DataSpec) -> DataSpec:
    return tiny_spec


def oracle(trial: Trial) -> Prediction:
    return Prediction.of_cells(trial.truth)


def nothing(trial: Trial) -> Prediction:
    return Prediction(trial.query.control_mean, trial.query.control)


def scored(spec: DataSpec, trials: list[Trial] | None = None) -> Evaluation:
    evaluation = Evaluation(spec)
    for trial in trials or make_trials(spec):
        evaluation.add("Model", trial, oracle(trial))
        evaluation.add("no_change", trial, nothing(trial))
        mean = trial.truth.mean(0) * 0.5 + trial.query.control_mean * 0.5
        evaluation.add("means", trial, Prediction(mean, None, "half"))
        evaluation.add_replicate(trial)
    return evaluation


def test_the_table_is_tidy_and_complete(spec):
    table = scored(spec).per_condition()
    assert list(table.columns) == [
        "predictor", "condition", "subgroup", "metric", "value", "fallback", "n_cells",
        "n_significant", "coverage",
    ]  # fmt: skip
    assert len(table) == 5 * len(CONDITIONS) * len(Evaluation(spec).metrics)
    assert not table.duplicated(["predictor", "condition", "metric"]).any()
    subgroups = dict(zip(table["condition"], table["subgroup"], strict=True))
    assert subgroups == {c: spec.split.subgroup(c) for c in CONDITIONS}
    assert set(table["n_cells"]) == {60 + i for i in range(len(CONDITIONS))}


def test_values_are_those_of_the_functions(spec):
    trials = make_trials(spec)
    table = scored(spec, trials).per_condition()
    means = table[table["predictor"] == "means"].set_index(["metric", "condition"])["value"]
    effect = torch.from_numpy(spec.effects.delta.mean(0))
    for trial in trials:
        c, truth = trial.query.control_mean, trial.truth.double().mean(0)
        predicted = trial.truth.mean(0) * 0.5 + c * 0.5
        name = trial.query.condition
        expected = pearson(predicted.double() - c, truth - c)
        assert means["pearson_delta", name] == pytest.approx(float(expected), abs=1e-9)
        m = (c.double() + effect).clamp_min(0)
        expected = systema_pearson_delta(predicted, truth, m)
        assert means["systema_pearson_delta", name] == pytest.approx(float(expected), abs=1e-9)


def test_summary_orders_oracle_and_nothing(spec):
    summary = scored(spec).summary()
    whole = summary[summary["subgroup"] == "all"].set_index(["predictor", "metric"])["mean"]
    assert whole["Model", "pearson_delta"] == pytest.approx(1.0)
    assert whole["Model", "mse"] == pytest.approx(0.0, abs=1e-12)
    assert whole["no_change", "pearson_delta"] == 0.0
    assert whole["no_change", "perturbation_discrimination"] == 0.5
    assert np.isnan(whole["means", "energy_distance"])
    assert set(summary["subgroup"]) == {"all", *(spec.split.subgroup(c) for c in CONDITIONS)}


def test_every_baseline_can_be_scored(spec):
    evaluation = Evaluation(spec)
    for trial in make_trials(spec):
        for name, baseline in standard_baselines(spec).items():
            evaluation.add(name, trial, baseline.predict(trial.query))
    whole = evaluation.summary().query("subgroup == 'all'").set_index(["predictor", "metric"])
    assert whole.loc[("train_mean", "systema_pearson_delta"), "mean"] == 0.0
    assert whole.loc[("no_change", "pearson_delta"), "mean"] == 0.0
    assert np.isfinite(whole.loc["gp_shift", "mean"]).all()
    fallbacks = evaluation.per_condition().query("predictor == 'additive' and condition == 'X+Y'")
    assert (fallbacks["fallback"] != "").all()


def test_the_replicate_is_the_mean_of_five_halvings(spec):
    trials = make_trials(spec)
    got = scored(spec, trials).per_condition()
    got = got.query("predictor == 'replicate' and metric == 'mse'").set_index("condition")["value"]
    for trial in trials:
        errors = []
        for seed in range(5):
            cells = split_half(trial.truth, seed, trial.query.condition)
            control = split_half(trial.control, seed)
            ours = cells.predicting.double().mean(0) - control.predicting.double().mean(0)
            theirs = cells.measured.double().mean(0) - control.measured.double().mean(0)
            errors.append(float((ours - theirs).square().mean()))
        assert got[trial.query.condition] == pytest.approx(np.mean(errors), rel=1e-9)


def test_few_cells_have_no_replicate(spec):
    evaluation = Evaluation(spec)
    trials = make_trials(spec, cells=47)  # 47, 48, 49, then enough
    done = []
    for trial in trials:
        evaluation.add("Model", trial, oracle(trial))
        done.append(evaluation.add_replicate(trial))
    assert done == [False] * 3 + [True] * 4
    table = evaluation.per_condition()
    assert table.query("predictor == 'replicate'")["condition"].nunique() == 4
    assert table.query("predictor == 'Model'")["condition"].nunique() == 7


def test_altered_predicted_controls_change_nothing(spec):
    """Effects are against the real controls, so source cells matter only through predictions."""
    trials = make_trials(spec)
    spoiled = [
        replace(t, query=replace(t.query, control=t.query.control * 0 + 7.0)) for t in trials
    ]
    tables = []
    for some in (trials, spoiled):
        evaluation = Evaluation(spec)
        for trial in some:
            evaluation.add("Model", trial, Prediction.of_cells(trial.truth * 0.9))
        tables.append(evaluation.per_condition())
    assert tables[0].equals(tables[1])


def test_negative_means_are_clipped_for_everyone(spec):
    trial = make_trials(spec)[0]
    evaluation = Evaluation(spec)
    negative = trial.truth.mean(0)
    negative[:3] -= 50.0
    evaluation.add("a", trial, Prediction(negative, None))
    evaluation.add("b", trial, Prediction(negative.clamp_min(0), None))
    table = evaluation.per_condition().set_index("metric")
    a, b = (table.loc[table["predictor"] == p, "value"] for p in ("a", "b"))
    assert a.equals(b)


def test_a_missing_condition_is_an_error(spec):
    trials = make_trials(spec)
    evaluation = scored(spec, trials)
    evaluation.add("short", trials[0], oracle(trials[0]))
    with pytest.raises(ValueError, match=r"short has no prediction of .*same conditions"):
        evaluation.summary()


def test_mistakes_are_refused(spec):
    trials = make_trials(spec)
    evaluation = Evaluation(spec)
    with pytest.raises(ValueError, match="nothing was scored"):
        evaluation.per_condition()
    evaluation.add("Model", trials[0], oracle(trials[0]))
    with pytest.raises(ValueError, match="before"):
        evaluation.add("Model", trials[0], oracle(trials[0]))
    other = replace(trials[0], truth=trials[0].truth[1:])
    with pytest.raises(ValueError, match="other measured cells"):
        evaluation.add("other", other, oracle(other))
    broken = Prediction(trials[1].truth.mean(0) * float("nan"), None)
    with pytest.raises(ValueError, match="not finite"):
        evaluation.add("Model", trials[1], broken)
    with pytest.raises(ValueError, match="add_replicate"):
        evaluation.add("replicate", trials[1], oracle(trials[1]))
    with pytest.raises(ValueError, match="no predictor 'absent'"):
        evaluation.versus("absent")


def test_a_refused_prediction_leaves_no_trace(spec):
    trials = make_trials(spec)
    evaluation = Evaluation(spec)
    for trial in trials[:2]:
        evaluation.add("Model", trial, oracle(trial))
    with pytest.raises(ValueError):
        evaluation.add("bad", trials[0], Prediction(torch.full((24,), float("inf")), None))
    assert evaluation.predictors == ["Model"]


def test_versus_says_who_wins(spec):
    evaluation = scored(spec)
    table = evaluation.versus("Model", metric="weighted_mse", draws=1000)
    assert set(table["baseline"]) == {"no_change", "means", "interp_dup", "replicate"}
    assert set(table["verdict"]) == {"beats"}
    back = evaluation.versus("no_change", baselines=["Model"], draws=1000)
    rows = back.set_index("metric")
    assert rows.loc["perturbation_discrimination", "verdict"] == "loses"
    both = evaluation.versus("Model", metric="mse", subgroups=True, draws=100)
    assert {"all", "seen1"} <= set(both["subgroup"])


def test_effects_are_predicted_beside_true(spec):
    trials = make_trials(spec)
    effects = scored(spec, trials).effects("no_change")
    assert effects.conditions == tuple(sorted(CONDITIONS))
    assert not effects.predicted.any()
    i = effects.conditions.index(trials[2].query.condition)
    expected = trials[2].truth.double().mean(0) - trials[2].query.control_mean
    np.testing.assert_allclose(effects.true[i], expected)


def test_the_json_form_is_plain(spec):
    values = json.loads(json.dumps(scored(spec).to_metrics_json(), allow_nan=False))
    score = values["scores"]["Model"]["all"]["pearson_delta"]
    assert score["mean"] == pytest.approx(1.0) and score["n"] == len(CONDITIONS)
    assert values["scores"]["means"]["all"]["energy_distance"]["mean"] is None
    assert values["metrics"]["variance_ratio"]["direction"] == "1 is best"
    assert values["n_conditions"] == len(CONDITIONS)


def test_equal_seeds_repeat_and_the_order_of_trials_does_not_matter(spec):
    trials = make_trials(spec)
    a = scored(spec, trials).summary()
    b = scored(spec, trials[::-1]).summary()
    columns = ["mean", "ci_low", "ci_high"]
    np.testing.assert_allclose(a[columns], b[columns], atol=1e-12)


def test_cells_are_not_kept(spec):
    trials = make_trials(spec)
    evaluation = scored(spec, trials)
    largest = max(
        x.numel()
        for scores in evaluation._scores.values()
        for metric in scores
        for state in metric.metric_state.values()
        for x in state
    )
    assert largest <= 256  # a row of genes, or a name


def test_the_table_says_how_much_changed_and_what_is_known_of_targets(spec):
    trials = make_trials(spec)
    table = scored(spec, trials).per_condition()
    known = table.drop_duplicates("condition").set_index("condition")
    # T9 and X have no embedding
    expected = {"T8": "all", "T0+T2": "all", "T3+X": "part", "X+Y": "none"}
    assert {c: known.loc[c, "coverage"] for c in expected} == expected
    trial = trials[0]
    changed = Referee(spec).truth(trial).significant.sum()
    assert known.loc[trial.query.condition, "n_significant"] == int(changed)


def test_quick_metrics_alone_test_no_gene(spec):
    quick = [m for m in Evaluation(spec).metrics if m.quick]
    assert {m.name for m in quick} >= {"energy_distance", "module_correlation_error"}
    assert not {"de_overlap", "wasserstein", "coverage_error"} & {m.name for m in quick}
    trial = make_trials(spec)[0]
    tables = []
    for metrics in (quick, None):
        evaluation = Evaluation(spec, metrics=metrics)
        evaluation.add("Model", trial, nothing(trial))
        tables.append(evaluation.per_condition().set_index("metric"))
    assert tables[0]["n_significant"].isna().all() and tables[1]["n_significant"].notna().all()
    same = [m.name for m in quick if m.name != "pearson_delta_significant"]
    np.testing.assert_array_equal(*(table.loc[same, "value"] for table in tables))


def test_the_board_chooses_the_best_trivial_baseline_on_validation(spec):
    evaluation = scored(spec)
    assert set(evaluation.board().verdicts("Model", draws=100)["chosen_on"]) == {
        "scored conditions"
    }
    table = evaluation.per_condition()
    evaluation.validation = table[table["predictor"] == "no_change"]
    chosen = evaluation.board().verdicts("Model", draws=100).query("best_trivial == 'no_change'")
    assert "validation" in set(chosen["chosen_on"])


def test_truths_come_back_when_another_predictor_follows(spec):
    """Predictor by predictor instead of trial by trial: slower, and the same."""
    trials = make_trials(spec)
    streamed, other = Evaluation(spec), Evaluation(spec)
    for trial in trials:
        streamed.add("a", trial, oracle(trial))
        streamed.add("b", trial, nothing(trial))
    for name, answer in (("a", oracle), ("b", nothing)):
        for trial in trials:
            other.add(name, trial, answer(trial))
    assert streamed.per_condition().equals(other.per_condition())
