"""``Evaluation``: predictions and measured cells to one table of metrics."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from scbig.conditions import targets_of
from scbig.data_spec import DataSpec
from scbig.errors import listed
from scbig.metrics.comparison import Comparison
from scbig.metrics.condition_metric import ConditionMetric
from scbig.metrics.discovery import find_metrics
from scbig.metrics.effect_table import EffectTable
from scbig.metrics.interpolated_duplicate import INTERPOLATED
from scbig.metrics.referee import Referee
from scbig.metrics.replicate import FEWEST_CELLS, REPLICATE
from scbig.metrics.scoreboard import Scoreboard
from scbig.metrics.scored_truth import ScoredTruth, mark_of
from scbig.metrics.stated_errors import StatedErrors, stated_errors_table
from scbig.metrics.strata import By
from scbig.metrics.truth import Truth
from scbig.predictor import Prediction, Trial

#: Predictors that a method must beat before anything else is said about it.
#: The context mean only stands where a screen has several contexts: there it is the one to beat.
TRIVIAL = ("no_change", "train_mean", "matching", "additive", "bilinear", "context_mean")
#: What a repeat of the experiment would score: predictors that no model can be.
CEILINGS = (INTERPOLATED, REPLICATE)
#: Random halvings that ceilings are averaged over.
HALVINGS = 5


class Evaluation:
    """Scores predictors on held-out conditions, all with the same metrics.

    What belongs to the truth (gene order, weights, tests of genes) is computed once and shared by
    the predictors that are scored on it one after the other: go trial by trial. Cells are not kept:
    memory grows with conditions x genes, not with cells.

    Args:
        spec: what is known of the training cells: principal axes, modules, the mean effect.
        seed: of the halvings and of the bootstrap.
        metrics: classes; by default every metric of the package.

    Attributes:
        validation: table of trivial baselines on validation conditions, by which the best of them
            is chosen; ``None`` when there is none.
    """

    def __init__(
        self,
        spec: DataSpec,
        seed: int = 0,
        metrics: Sequence[type[ConditionMetric]] | None = None,
    ) -> None:
        self.spec = spec
        self.seed = seed
        self.metrics = tuple(metrics) if metrics is not None else find_metrics()
        self._scores: dict[str, list[ConditionMetric]] = {}
        self._halvings: dict[str, list[list[ConditionMetric]]] = {
            ceiling: [self._new_metrics() for _ in range(HALVINGS)] for ceiling in CEILINGS
        }
        self.validation: pd.DataFrame | None = None
        self._truths: dict[str, ScoredTruth] = {}
        self._last: tuple[str, Truth] | None = None
        self._effects: dict[str, dict[str, Tensor]] = {}
        self._fallback: dict[str, dict[str, str]] = {}
        self._stated: dict[str, dict[str, StatedErrors]] = {}
        self._replicated: set[str] = set()
        self._referee = Referee(spec, seed, tests=not all(m.quick for m in self.metrics))

    # -- adding ------------------------------------------------------------------------------

    @torch.no_grad()
    def add(self, predictor: str, trial: Trial, prediction: Prediction) -> None:
        """Score one prediction of one condition.

        Predicted means are clipped at 0, where expression ends, for every predictor alike, and so
        is the mean of perturbations.

        Raises:
            ValueError: this predictor was scored on the condition before, the truth is not the
                one other predictors were scored on, or the prediction is not finite.
        """
        condition = trial.query.condition
        if predictor in CEILINGS:
            raise ValueError(f"{predictor!r} is the name of a ceiling: use add_replicate")
        if condition in self._fallback.get(predictor, {}):
            raise ValueError(f"{predictor} was scored on {condition} before")
        truth, known = self._truth(trial)
        population = self._referee.predicted(prediction, trial.query.control)
        comparison = Comparison(truth, population, prediction.uncertainty)
        self._truths[condition] = known
        if predictor not in self._scores:
            self._scores[predictor] = self._new_metrics()
        for metric in self._scores[predictor]:
            metric.update(comparison)
        self._effects.setdefault(predictor, {})[condition] = comparison.predicted_delta
        self._fallback.setdefault(predictor, {})[condition] = prediction.fallback
        stated = StatedErrors.of(comparison)
        if stated is not None:
            self._stated.setdefault(predictor, {})[condition] = stated

    @torch.no_grad()
    def add_replicate(self, trial: Trial) -> bool:
        """Let one half of the condition's cells and controls predict the other, five times.

        Both as it is (the replicate) and where it is more than noise (``interpolated_duplicate``).

        Returns:
            Whether the condition has the 50 cells that this takes.
        """
        condition = trial.query.condition
        if condition in self._replicated:
            raise ValueError(f"the replicate was scored on {condition} before")
        if len(trial.truth) < FEWEST_CELLS or len(trial.control) < FEWEST_CELLS:
            return False
        for number in range(HALVINGS):
            halving = self._referee.halving(trial, number)
            interpolated = self._referee.interpolated(halving)
            for ceiling, comparison in ((INTERPOLATED, interpolated), (REPLICATE, halving)):
                for metric in self._halvings[ceiling][number]:
                    metric.update(comparison)
        self._replicated.add(condition)
        return True

    # -- results -----------------------------------------------------------------------------

    @property
    def predictors(self) -> list[str]:
        """Names in order of arrival, the ceilings last."""
        return [*self._scores, *(CEILINGS if self._replicated else ())]

    def per_condition(self) -> pd.DataFrame:
        """Tidy scores, a row for each predictor, condition and metric.

        Columns: predictor, condition, subgroup, metric, value, fallback, n_cells, n_significant,
        coverage. ``value`` is NaN where the metric is undefined; ``fallback`` says why a prediction
        is not the method's own; ``n_cells`` measured cells are behind the truth, in which
        ``n_significant`` genes are significant; ``coverage`` says whether all, part or none of the
        targets have an embedding.

        Raises:
            ValueError: nothing was scored, or predictors were scored on different conditions.
        """
        self._check_complete()
        rows = [
            (predictor, condition, metric, value)
            for predictor in self.predictors
            for metric, values in self._values(predictor).items()
            for condition, value in sorted(values.items())
        ]
        table = pd.DataFrame(rows, columns=["predictor", "condition", "metric", "value"])
        condition = table["condition"]
        known = self._truths
        table.insert(2, "subgroup", condition.map({c: self.spec.split.subgroup(c) for c in known}))
        table["fallback"] = [
            self._fallback.get(p, {}).get(c, "")
            for p, c in zip(table["predictor"], condition, strict=True)
        ]
        table["n_cells"] = condition.map({c: truth.n_cells for c, truth in known.items()})
        significant = {c: truth.n_significant for c, truth in known.items()}
        table["n_significant"] = condition.map(significant).astype(np.float64)
        table["coverage"] = condition.map({c: self._coverage(c) for c in known})
        return table

    def stated_errors(self) -> pd.DataFrame:
        """What predictors said of their errors beside the errors (``stated_errors_table``)."""
        return stated_errors_table(self._stated, self.per_condition())

    def halvings(self) -> pd.DataFrame:
        """Scores of each halving of the replicate: halving, condition, metric, value."""
        rows = [
            (number, condition, metric.name, value)
            for number, metrics in enumerate(self._halvings[REPLICATE])
            for metric in metrics
            for condition, value in sorted(metric.per_condition().items())
        ]
        return pd.DataFrame(rows, columns=["halving", "condition", "metric", "value"])

    def board(self, validation: pd.DataFrame | None = None) -> Scoreboard:
        """Means, differences and verdicts of what was scored.

        Args:
            validation: table of trivial baselines on the validation conditions, by which the best
                of them is chosen; the attribute of that name by default.
        """
        return Scoreboard(
            self.per_condition(),
            self.metrics,
            trivial=TRIVIAL,
            replicate=REPLICATE if self._replicated else None,
            validation=self.validation if validation is None else validation,
            halvings=self.halvings() if self._replicated else None,
            seed=self.seed,
        )

    def summary(self, draws: int = 2000) -> pd.DataFrame:
        """Means with 95 % intervals, of all conditions and of each subgroup (``Scoreboard``)."""
        return self.board().summary(draws=draws)

    def versus(
        self,
        model: str,
        metric: str | None = None,
        baselines: Sequence[str] | None = None,
        subgroups: bool = False,
        draws: int = 10_000,
    ) -> pd.DataFrame:
        """Paired differences of ``model`` minus each baseline, with a verdict (``Scoreboard``)."""
        by: By | None = "subgroup" if subgroups else None
        return self.board().versus(model, metric, baselines, by, draws=draws)

    def effects(self, predictor: str) -> EffectTable:
        """Predicted and true effects of every scored condition."""
        rows = sorted(self._effects[predictor])
        predicted = torch.stack([self._effects[predictor][c] for c in rows])
        true = torch.stack([self._truths[c].delta for c in rows])
        return EffectTable(tuple(rows), predicted.numpy(), true.numpy())

    def to_metrics_json(self) -> dict[str, Any]:
        """The summary in plain values, with what each metric means; NaN becomes ``None``."""
        scores: dict[str, Any] = {}
        for row in self.summary().to_dict("records"):
            of = scores.setdefault(row["predictor"], {}).setdefault(row["subgroup"], {})
            of[row["metric"]] = {
                "mean": _plain(row["mean"]),
                "ci": [_plain(row["ci_low"]), _plain(row["ci_high"])],
                "n": int(row["n"]),
                "n_undefined": int(row["n_undefined"]),
            }
        return {
            "format": 1,
            "n_conditions": len(self._truths),
            "split_sha256": self.spec.split.sha256,
            "seed": self.seed,
            "metrics": {m.name: m.describe() for m in self.metrics},
            "scores": scores,
        }

    # -- inside ------------------------------------------------------------------------------

    def _new_metrics(self) -> list[ConditionMetric]:
        # every process scores all conditions: there is nothing to gather, and nobody to wait for
        return [metric(distributed_available_fn=lambda: False) for metric in self.metrics]

    def _truth(self, trial: Trial) -> tuple[Truth, ScoredTruth]:
        """The truth of a trial, and what is kept of it; only the last truth is not made anew."""
        condition = trial.query.condition
        known, mark = self._truths.get(condition), mark_of(trial.truth)
        if known is not None and not known.is_of(mark):
            raise ValueError(
                f"{condition} is scored on other measured cells than before: "
                "predictors must be given the same trials"
            )
        if self._last is None or self._last[0] != condition or known is None:
            self._last = condition, self._referee.truth(trial)
        truth = self._last[1]
        return truth, ScoredTruth.of(truth, mark) if known is None else known

    def _coverage(self, condition: str) -> str:
        return self.spec.targets.coverage(targets_of(condition))

    def _values(self, predictor: str) -> dict[str, dict[str, float]]:
        if predictor not in CEILINGS:
            return {m.name: m.per_condition() for m in self._scores[predictor]}
        values = {}
        for i, metric in enumerate(self.metrics):
            halvings = [scores[i].per_condition() for scores in self._halvings[predictor]]
            values[metric.name] = {c: _mean([h[c] for h in halvings]) for c in halvings[0]}
        return values

    def _check_complete(self) -> None:
        if not self._scores:
            raise ValueError("nothing was scored: add predictions first")
        wanted = set(self._truths)
        for predictor, done in self._fallback.items():
            absent = sorted(wanted - set(done))
            if absent:
                raise ValueError(
                    f"{predictor} has no prediction of {listed(absent)}: "
                    "predictors must be scored on the same conditions"
                )


def _mean(values: list[float]) -> float:
    known = [v for v in values if not np.isnan(v)]
    return float(np.mean(known)) if known else float("nan")


def _plain(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
