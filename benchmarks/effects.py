"""Predicted and measured effects of a board, read from the run folders, for its figures."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from boards import Board
from figures import Effects, Spread
from scbig.evaluation import TRIVIAL
from scbig.metrics.condition_metric import ConditionMetric
from scbig.report.score_grid import ScoreGrid, loss

#: The metric that the baselines to be drawn are chosen by.
CHOSEN_BY = "systema_pearson_delta"
#: Models drawn at most.
MOST = 4


def effects_of(board: Board) -> list[Effects]:
    """Effects of the models, the best trivial baseline and the best of the others."""
    rivals = _rivals(board)
    done = board.cells[board.cells["status"] == "done"]
    found = []
    for name in [*board.models[:MOST], *rivals]:
        runs = done[done["model"] == (name if name in board.models else board.models[0])]
        files = [Path(folder) / "run" / "effects.npz" for folder in runs["folder"]]
        own = None if name in board.models else name
        kind = "baseline" if own else "model"
        flat = [_flat(file, own) for file in files if file.exists()]
        if flat:
            predicted, true = (np.concatenate(side) for side in zip(*flat, strict=True))
            found.append(Effects(name, kind, predicted, true))
    return found


def _flat(file: Path, predictor: str | None) -> tuple[np.ndarray, np.ndarray]:
    """Predicted and true effects of one run; ``None`` is the model, which is scored first."""
    with np.load(file) as stored:
        names = stored["predictors"].tolist()
        place = 0 if predictor is None else names.index(predictor)
        return stored["predicted"][place].ravel(), stored["true"].ravel()


def _rivals(board: Board) -> list[str]:
    """The best trivial baseline, and the best baseline that is not trivial."""
    grid = board.grid()
    trivial = [name for name in board.baselines if name in TRIVIAL]
    others = [name for name in board.baselines if name not in TRIVIAL]
    best = [_best(grid, names) for names in (trivial, others)]
    return [name for name in best if name]


def _best(grid: ScoreGrid, names: Sequence[str]) -> str:
    column = next((i for i, m in enumerate(grid.metrics) if m.name == CHOSEN_BY), 0)
    metric: type[ConditionMetric] = grid.metrics[column]
    losses = {r.predictor: loss(metric, r.scores[column].mean) for r in grid.rows}
    known = [name for name in names if not np.isnan(losses.get(name, np.nan))]
    return min(known, key=lambda name: losses[name]) if known else ""


def collapse_of(grid: ScoreGrid) -> list[Spread]:
    """Spread ratios of every predictor; empty when they were not scored."""
    places = {metric.name: column for column, metric in enumerate(grid.metrics)}
    if "dispersion_ratio" not in places:
        return []
    cells = places.get("variance_ratio")
    return [
        Spread(
            row.predictor,
            row.kind,
            row.scores[places["dispersion_ratio"]].mean,
            float("nan") if cells is None else row.scores[cells].mean,
        )
        for row in grid.rows
    ]
