"""The calibrated scale of one metric: 0 is the best trivial baseline, 1 a replicate."""

from collections.abc import Sequence

import numpy as np

from scbig.report.svg import Axis, figure, line, mark, text

WIDTH = 240
ROW = 24
#: Shares beyond are drawn at the end of the scale; the numbers beside it are not clipped.
ENDS = (-1.0, 2.0)


def scale_axis(shares: Sequence[float]) -> Axis:
    """Axis that holds 0, 1 and all ``shares`` that are not too far out."""
    known = [min(max(v, ENDS[0]), ENDS[1]) for v in shares if np.isfinite(v)]
    return Axis(min([-0.15, *known]) - 0.1, max([1.1, *known]) + 0.1, 6, WIDTH - 6)


def scale_head(axis: Axis) -> str:
    """What 0 and 1 are (SVG)."""
    parts = [
        text(axis.at(0.0), 14, "best trivial", "tick", "middle" if axis.at(0.0) > 34 else "start"),
        text(
            axis.at(1.0), 14, "replicate", "tick", "end" if axis.at(1.0) > WIDTH - 30 else "middle"
        ),
    ]
    return figure(WIDTH, 18, "scale from the best trivial baseline to the replicate", parts)


def scale_bar(axis: Axis, share: float, low: float, high: float, name: str) -> str:
    """One row of the scale (SVG); "" without a share.

    Args:
        axis: shared by the rows.
        share: the model's place.
        low: lower end of its interval, NaN when there is none.
        high: upper end.
        name: of the metric, for readers who do not see it.
    """
    if np.isnan(share):
        return ""
    middle = ROW / 2
    parts = [
        line(axis.at(0.0), 1, axis.at(0.0), ROW - 1, "ideal"),
        line(axis.at(1.0), 1, axis.at(1.0), ROW - 1, "ideal"),
        line(axis.start, middle, axis.end, middle, "grid"),
    ]
    if not np.isnan(low):
        ends = (_inside(axis, low), _inside(axis, high))
        parts.append(line(ends[0], middle, ends[1], middle, "interval model"))
    parts.append(mark(_inside(axis, share), middle, "model"))
    return figure(WIDTH, ROW, f"{name}: {share:.2f} of the way to the replicate", parts)


def _inside(axis: Axis, value: float) -> float:
    return axis.at(min(max(value, axis.low), axis.high))
