"""``Board``: the results of one data and split, pooled over seeds, for all its models."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import pandas as pd

from scbig.evaluation import TRIVIAL
from scbig.metrics.condition_metric import ConditionMetric
from scbig.metrics.discovery import find_metrics
from scbig.metrics.replicate import REPLICATE
from scbig.metrics.scoreboard import Scoreboard
from scbig.metrics.summary import ALL
from scbig.report.score_grid import CEILINGS, ScoreGrid, ScoreRow, score_grid
from scbig.report.verdict_table import best_trivial_table, strata_sections
from tables import Tables, apart

#: Shown beside the headline because every paper has them, without a verdict.
COMPARABILITY = ("pearson_delta", "mse")
RANKS = {"model": 0, "baseline": 1, "ceiling": 2}


@dataclass(frozen=True)
class Board:
    """Scores of one data and split.

    Attributes:
        models: names in the matrix with finished cells, in its order.
        table: tidy scores of all runs, conditions fit for pooling.
        validation, halvings: see ``Tables``.
        cells: rows of the matrix.
    """

    data: str
    split: str
    models: tuple[str, ...]
    table: pd.DataFrame
    validation: pd.DataFrame
    halvings: pd.DataFrame
    cells: pd.DataFrame

    @property
    def title(self) -> str:
        """For people."""
        return f"{self.data}, split {self.split}"

    @property
    def baselines(self) -> list[str]:
        """Predictors that are neither a model of the matrix nor a ceiling."""
        known = (*self.models, *CEILINGS)
        return [name for name in map(str, self.table["predictor"].unique()) if name not in known]

    @property
    def shown(self) -> list[type[ConditionMetric]]:
        """Metrics of the leaderboard, in order."""
        occur = set(self.table["metric"])
        found = [m for m in find_metrics() if m.name in occur]
        return [m for m in found if m.headline or m.name in COMPARABILITY] or found

    def scoreboard(self, model: str) -> Scoreboard:
        """A model beside the baselines as its own runs scored them.

        Module metrics are taken on the modules of the run, so another run's baselines would be
        measured by another yardstick.
        """
        own = self.table[self.table["model"] == model]
        return Scoreboard(
            own,
            find_metrics(),
            trivial=TRIVIAL,
            replicate=REPLICATE,
            validation=self.validation[self.validation["model"] == model],
            halvings=self.halvings[self.halvings["model"] == model],
        )

    @cached_property
    def best_trivial(self) -> dict[str, dict[str, Any]]:
        """Each model against the best trivial baselines, as a table to print."""
        return {m: best_trivial_table(self.scoreboard(m), m) for m in self.models}

    @cached_property
    def strata(self) -> dict[str, list[dict[str, Any]]]:
        """The same verdicts by subgroup, effect size, coverage and number of cells."""
        return {m: strata_sections(self.scoreboard(m), m) for m in self.models}

    @cached_property
    def summary(self) -> pd.DataFrame:
        """Means with intervals of all predictors and subgroups; baselines over all runs."""
        names = {m.name for m in self.shown}
        table = self.table[self.table["metric"].isin(names)]
        return Scoreboard(table, self.shown, trivial=TRIVIAL, replicate=REPLICATE).summary()

    def grid(self, subgroup: str = ALL) -> ScoreGrid:
        """The leaderboard of a subgroup: models, baselines, ceilings."""
        grid = score_grid(self.summary, self.shown, self.models[0], subgroup)
        rows = [self._as_model(row) for row in grid.rows]
        return replace(grid, rows=tuple(sorted(rows, key=lambda row: RANKS[row.kind])))

    def subgroups(self) -> list[tuple[str, int]]:
        """Subgroups with their numbers of conditions; empty when there is but one."""
        sizes = self.table.groupby("subgroup")["condition"].nunique()
        return [(str(name), int(n)) for name, n in sizes.items()] if len(sizes) > 1 else []

    def _as_model(self, row: ScoreRow) -> ScoreRow:
        return replace(row, kind="model") if row.predictor in self.models else row


def boards_of(tables: Tables) -> Iterator[Board]:
    """A board for each data and split with a finished cell, in the order of the matrix."""
    for (data, split), cells in tables.cells.groupby(["data", "split"], sort=False):
        parts = [
            apart(t[(t["data"] == data) & (t["split"] == split)], cells)
            for t in (tables.scores, tables.validation, tables.halvings)
        ]
        if parts[0].empty:
            continue
        finished = cells.loc[cells["status"] == "done", "model"].unique()
        models = tuple(str(name) for name in finished)
        yield Board(str(data), str(split), models, *parts, cells)
