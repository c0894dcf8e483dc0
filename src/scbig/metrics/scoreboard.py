"""``Scoreboard``: from a tidy table of scores to means, differences, verdicts and a card."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from scbig.errors import listed
from scbig.metrics.best_trivial import best_trivial
from scbig.metrics.calibration import calibrate
from scbig.metrics.discriminative_range import discriminative_range
from scbig.metrics.paired_scores import Panels, paired_scores
from scbig.metrics.resampling import Resampling, Unit
from scbig.metrics.strata import By, levels_of, stratify
from scbig.metrics.summary import ALL, Metrics, summarise
from scbig.metrics.table_card import table_card
from scbig.metrics.verdict import compare, headline, judged, paired_differences

_NEEDED = ("predictor", "condition", "subgroup", "metric", "value")
VERDICTS = [
    "metric", "subgroup", "model_score", "best_trivial", "chosen_on", "baseline_score",
    "difference", "ci_low", "ci_high", "p", "p_holm", "calibrated", "calibrated_low",
    "calibrated_high", "withheld", "smallest", "verdict", "n",
]  # fmt: skip


class Scoreboard:
    """Results of predictors that were scored on the same conditions.

    The table may be pooled over seeds: rows of one predictor, condition and metric are averaged
    before anything is drawn, so that a condition stays one unit. Undefined scores count as their
    metric documents.

    Args:
        table: tidy, one row a predictor x condition x metric: predictor, condition, subgroup,
            metric, value, and for strata n_significant, coverage, n_cells, for the card fallback.
        metrics: their classes, in the order of tables.
        trivial: names of the trivial baselines; absent ones are ignored.
        replicate: name of the split-half replicate in the table, if it is there.
        validation: such a table of the trivial baselines on the validation conditions: the best
            baseline is chosen there. Without it the choice falls on the scored conditions.
        halvings: the replicate's scores by halving: halving, condition, metric, value. Without
            them no calibrated score is given.
        seed: of the bootstrap.

    Raises:
        ValueError: the table is empty or lacks a column.
    """

    def __init__(
        self,
        table: pd.DataFrame,
        metrics: Metrics,
        *,
        trivial: Sequence[str],
        replicate: str | None = None,
        validation: pd.DataFrame | None = None,
        halvings: pd.DataFrame | None = None,
        seed: int = 0,
    ) -> None:
        absent = [column for column in _NEEDED if column not in table]
        if absent or table.empty:
            what = f"lacks the column {listed(absent)}" if absent else "is empty"
            raise ValueError(f"the table of scores {what}")
        occur = set(table["metric"])
        self.table = table
        self.metrics = tuple(m for m in metrics if m.name in occur)
        self.trivial = tuple(trivial)
        self.replicate = replicate if replicate in set(table["predictor"]) else None
        self.validation = validation if validation is not None and len(validation) else None
        self.halvings = halvings if halvings is not None and len(halvings) else None
        self.seed = seed

    @property
    def predictors(self) -> list[str]:
        """Names in order of arrival."""
        return [str(name) for name in self.table["predictor"].unique()]

    @property
    def headline(self) -> tuple[str, ...]:
        """Names of the metrics that verdicts are given on."""
        return headline(self.metrics)

    def strata(self, by: By) -> list[str]:
        """Strata that occur, in order; empty when the table does not know."""
        try:
            return levels_of(stratify(self.table, by))
        except ValueError:
            return []

    def summary(self, by: By = "subgroup", draws: int = 2000) -> pd.DataFrame:
        """Means with 95 % intervals, of all conditions and of each stratum (``summarise``).

        The stratum is in the column ``subgroup`` whatever it is by.
        """
        return summarise(stratify(self.table, by), self.metrics, draws, self.seed)

    def versus(
        self,
        model: str,
        metric: str | None = None,
        baselines: Sequence[str] | None = None,
        by: By | None = None,
        *,
        family: Sequence[str] | None = None,
        resample: Unit = "conditions",
        draws: int = 10_000,
    ) -> pd.DataFrame:
        """Paired differences of ``model`` minus each baseline, with a verdict (``compare``).

        Args:
            model: name of a predictor.
            metric: show one metric; the adjustment still runs over the family.
            baselines: names; all other predictors by default.
            by: also within each stratum.
            family: names of the metrics adjusted together; by default the headline.
            resample: ``conditions``, or ``targets`` for the sensitivity analysis that draws target
                genes, which doubles share.
            draws: resamples.
        """
        self._check(model)
        names = [m.name for m in self.metrics]
        unknown = {*([metric] if metric else []), *(family or ())} - {*names}
        if unknown:
            raise ValueError(f"no metric {sorted(unknown)[0]!r}: {listed(names, 50)}")
        wanted = {metric} if metric else set(names)
        adjusted = set(self.headline if family is None else family)
        table = self.table if by is None else stratify(self.table, by)
        found = compare(
            table,
            [m for m in self.metrics if m.name in wanted | adjusted],
            model,
            [p for p in self.predictors if p != model] if baselines is None else list(baselines),
            subgroups=[ALL, *([] if by is None else levels_of(table))],
            trivial=self.trivial,
            replicate=self.replicate,
            validation=self._validation(by),
            family=sorted(adjusted),
            unit=resample,
            draws=draws,
            seed=self.seed,
        )
        return found[found["metric"].isin(wanted)].reset_index(drop=True)

    def verdicts(
        self,
        model: str,
        by: By | None = None,
        *,
        resample: Unit = "conditions",
        draws: int = 10_000,
    ) -> pd.DataFrame:
        """The model against the best trivial baseline, a row a headline metric and stratum.

        Holm's adjustment runs over all rows; metrics that span the panel have no strata.
        ``calibrated`` is the place between the baseline (0) and the replicate (1); where it is
        NaN, ``withheld`` says why.

        Args:
            model: name of a predictor.
            by: also within each stratum.
            resample: see ``versus``.
            draws: resamples.

        Returns:
            Columns metric, subgroup, model_score, best_trivial, chosen_on, baseline_score,
            difference, ci_low, ci_high, p, p_holm, calibrated, calibrated_low, calibrated_high,
            withheld, smallest, verdict, n. Scores of ratios are penalties |log2|. The verdict is
            ``beats``, ``ties``, ``loses``, ``too few``, or ``undefined`` where the model or every
            trivial baseline has no score.
        """
        self._check(model)
        table = self.table if by is None else stratify(self.table, by)
        metrics = [m for m in self.metrics if m.name in self.headline]
        scored = paired_scores(table, metrics, [ALL] if by is None else None)
        validation = self._validation(by)
        chosen: Panels = {} if validation is None else paired_scores(validation, metrics)
        halvings = self._halvings
        resampling = Resampling(draws, self.seed, resample)
        rows = []
        for place, scores in scored.items():
            best = best_trivial(place, scored, chosen, [t for t in self.trivial if t != model])
            found = {}
            if best.name and model in scores:
                found = paired_differences(scores, model, [best.name], resampling)
            scale = calibrate(
                scores, model, best.name, self.replicate, halvings.get((ALL, place[1])), resampling
            )
            rows.append(
                {
                    "metric": place[1],
                    "subgroup": place[0],
                    "best_trivial": best.name,
                    "chosen_on": best.chosen_on,
                    "calibrated": scale.share,
                    "calibrated_low": scale.low,
                    "calibrated_high": scale.high,
                    "withheld": scale.withheld,
                    "smallest": scale.smallest,
                }
                | found.get(best.name, {"p": np.nan, "difference": np.nan, "n": 0})
            )
        result = judged(pd.DataFrame(rows), self.metrics)
        result["verdict"] = result["verdict"].where(result["n"] > 0, "undefined")
        return result.reindex(columns=VERDICTS)

    def verdicts_json(self, model: str) -> list[dict[str, Any]]:
        """``verdicts`` on all conditions in plain values; NaN becomes ``None``."""
        table = self.verdicts(model).astype(object)
        rows = table.where(table.notna(), None).to_dict("records")
        return [{str(key): value for key, value in row.items()} for row in rows]

    def discriminative_range(self) -> pd.DataFrame:
        """Range of each metric between the mean and what the data allow; empty when unknown."""
        return discriminative_range(paired_scores(self.table, self.metrics, [ALL]))

    def card(self) -> dict[str, Any]:
        """What the table holds and how it is judged, in plain values."""
        known: dict[str, Any] = {
            "trivial_baselines": [name for name in self.trivial if name in self.predictors],
            "best_trivial_chosen_on": "validation"
            if self.validation is not None
            else "scored conditions, which favours the baseline",
            "headline_metrics": list(self.headline),
            "bootstrap_seed": self.seed,
        }
        ranges = self.discriminative_range().dropna()
        if len(ranges):
            known["discriminative_range"] = dict(
                zip(ranges["metric"], ranges["range"].round(4).tolist(), strict=True)
            )
        return table_card(self.table, self.metrics, self.replicate) | known

    # -- inside ------------------------------------------------------------------------------

    @cached_property
    def _halvings(self) -> Panels:
        if self.halvings is None:
            return {}
        table = self.halvings.rename(columns={"halving": "predictor"})
        table = table.assign(predictor=table["predictor"].astype(str), subgroup=ALL)
        return paired_scores(table, self.metrics, [ALL])

    def _validation(self, by: By | None) -> pd.DataFrame | None:
        if self.validation is None or by is None:
            return self.validation
        return stratify(self.validation, by)

    def _check(self, model: str) -> None:
        if model not in self.predictors:
            raise ValueError(f"no predictor {model!r}: {listed(self.predictors, 20)}")
