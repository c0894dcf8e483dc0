"""Means with intervals, one predictor a line."""

import numpy as np

from scbig.report.score_grid import ScoreGrid, arrow, shown_number
from scbig.report.svg import axis_of, bottom_axis, figure, line, mark, text

WIDTH = 400
LABELS = 140
ROW = 21
TOP = 26


def interval_chart(grid: ScoreGrid, column: int, title: str | None = None) -> str:
    """Dots with 95 % intervals of one metric, (SVG); ``""`` when no predictor has a score.

    Args:
        grid: predictors by metrics.
        column: metric of the grid.
        title: above the chart; the metric's own by default.
    """
    metric = grid.metrics[column]
    rows = [(r.predictor, r.kind, r.scores[column]) for r in grid.rows]
    rows = [row for row in rows if not np.isnan(row[2].mean)]
    if not rows:
        return ""
    ends = [v for _, _, s in rows for v in (s.mean, s.low, s.high)]
    ideal = 1.0 if metric.higher_is_better is None else None
    axis = axis_of([*ends, *([ideal] if ideal is not None else [])], LABELS + 6, WIDTH - 14)
    bottom = TOP + ROW * len(rows)
    shown = f"{title or metric.title} {arrow(metric)}"
    parts = [text(0, 14, shown, "title"), bottom_axis(axis, TOP, bottom)]
    if ideal is not None:
        parts.append(line(axis.at(ideal), TOP, axis.at(ideal), bottom, "ideal"))
    for i, (name, kind, score) in enumerate(rows):
        y = TOP + ROW * (i + 0.5)
        parts.append(text(LABELS - 4, y + 4, _short(name), f"label {kind}", "end"))
        if not np.isnan(score.low):
            ends_x = axis.at(score.low), axis.at(score.high)
            parts.append(line(ends_x[0], y, ends_x[1], y, f"interval {kind}"))
        note = f"{name}: {shown_number(score.mean)}"
        if not np.isnan(score.low):
            note += f" [{shown_number(score.low)}, {shown_number(score.high)}]"
        parts.append(mark(axis.at(score.mean), y, kind, note))
    return figure(WIDTH, bottom + 22, shown, parts)


def _short(name: str) -> str:
    return name if len(name) <= 20 else name[:19] + "…"
