"""Trials to scores, and scores to files: one path for every model, baseline and foreign tool."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from scbig.data_spec import DataSpec
from scbig.evaluation import CEILINGS, Evaluation
from scbig.metrics.condition_metric import ConditionMetric
from scbig.metrics.metric_card import metric_card
from scbig.predictor import Prediction, Predictor, Trial
from scbig.report.page import write_report
from scbig.report.score_table import score_table
from scbig.report.tables import fallback_note


def score_trials(
    spec: DataSpec,
    trials: Iterable[Trial],
    predictors: Mapping[str, Predictor],
    *,
    seed: int = 0,
    metrics: Sequence[type[ConditionMetric]] | None = None,
    replicate: bool = True,
) -> Evaluation:
    """Score predictors trial by trial: what is kept does not grow with cells.

    Args:
        spec: what is known of the training cells.
        trials: held-out conditions, each made when it is asked for.
        predictors: by the name that they are scored under.
        seed: of the halvings, of subsamples and of the bootstrap.
        metrics: classes; by default every metric of the package.
        replicate: whether the split-half replicate is scored too.
    """
    evaluation = Evaluation(spec, seed=seed, metrics=metrics)
    for trial in trials:
        score_trial(evaluation, trial, {}, predictors, replicate=replicate)
    return evaluation


def score_trial(
    evaluation: Evaluation,
    trial: Trial,
    answers: Mapping[str, Prediction],
    predictors: Mapping[str, Predictor],
    *,
    replicate: bool = True,
) -> None:
    """Score one trial: answers that were given already, then those of ``predictors``."""
    for name, answer in answers.items():
        evaluation.add(name, trial, answer)
    for name, predictor in predictors.items():
        evaluation.add(name, trial, predictor.predict(trial.query))
    if replicate:
        evaluation.add_replicate(trial)


def write_evaluation(
    folder: Path,
    evaluation: Evaluation,
    *,
    model: str,
    side: str,
    card: Mapping[str, Any] | None = None,
    curves: Path | None = None,
    validation: pd.DataFrame | None = None,
    audit: Mapping[str, Any] | None = None,
    extra: Mapping[str, Any] | None = None,
) -> None:
    """Write metrics.json, metrics_per_condition.csv and report.html; print the score table.

    Beside them goes what results pooled over runs need: replicate_halvings.csv,
    validation_per_condition.csv (with ``validation``) and effects.npz, and, where a predictor
    states how far off it will be, stated_errors.csv (``stated_errors_table``).

    Args:
        folder: where to; made if need be.
        evaluation: scored predictors.
        model: predictor that the files are about.
        side: which conditions were scored: ``test``, ``validation`` or a word of the caller.
        card: what was trained on what; shown in the report.
        curves: training curves (CSV), for the report.
        validation: table of trivial baselines on validation conditions, by which the best of them
            is chosen.
        audit: result of the audit of data and split, for the metric card.
        extra: further plain values for metrics.json.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if validation is not None:
        evaluation.validation = validation
    board = evaluation.board()
    head = {
        "side": side,
        "model": model,
        "verdicts": board.verdicts_json(model),
        "card": metric_card(evaluation.spec, board, None if audit is None else dict(audit)),
        **(extra or {}),
    }
    scores = evaluation.to_metrics_json() | head
    (folder / "metrics.json").write_text(json.dumps(scores, indent=1) + "\n", encoding="utf-8")
    board.table.to_csv(folder / "metrics_per_condition.csv", index=False)
    evaluation.halvings().to_csv(folder / "replicate_halvings.csv", index=False)
    if validation is not None:
        validation.to_csv(folder / "validation_per_condition.csv", index=False)
    stated = evaluation.stated_errors()
    if len(stated):
        stated.to_csv(folder / "stated_errors.csv", index=False)
    write_effects(folder / "effects.npz", evaluation)
    write_report(
        folder / "report.html",
        evaluation,
        model=model,
        card=dict(card or {}),
        curves=curves,
        board=board,
        audit=None if audit is None else dict(audit),
    )
    said = (score_table(evaluation, model, board), fallback_note(board.table, model))
    sys.stdout.write("".join(f"{text}\n" for text in said if text))


def write_effects(path: Path, evaluation: Evaluation) -> None:
    """Write effects as arrays: predictors, conditions, genes, ``predicted`` and ``true``.

    ``true`` is (conditions, genes), ``predicted`` (predictors, conditions, genes), float32, log1p
    of counts per 10,000.
    """
    names = [name for name in evaluation.predictors if name not in CEILINGS]
    tables = [evaluation.effects(name) for name in names]
    np.savez_compressed(
        path,
        predictors=np.asarray(names),
        conditions=np.asarray(tables[0].conditions),
        genes=np.asarray(evaluation.spec.genes),
        predicted=np.stack([table.predicted for table in tables]).astype(np.float32),
        true=tables[0].true.astype(np.float32),
    )
