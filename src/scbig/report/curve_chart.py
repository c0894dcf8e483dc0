"""Training curves from ``metrics.csv``."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from scbig.report.svg import axis_of, bottom_axis, figure, left_axis, text

WIDTH, HEIGHT = 300, 150
LEFT, TOP, BOTTOM, RIGHT = 52, 24, 22, 8
MOST_POINTS = 300

Vector = npt.NDArray[np.float64]


def curve_charts(path: Path) -> list[str]:
    """One chart (SVG) a logged number that has at least two finite values; training first."""
    if not path.exists():
        return []
    table = pd.read_csv(path)
    if "step" not in table:
        return []
    names = [c for c in table.columns if c not in ("step", "epoch") and not c.startswith("lr-")]
    groups = ("train/", "val/", "gradient_share/")
    names.sort(
        key=lambda c: next((i for i, g in enumerate(groups) if c.startswith(g)), len(groups))
    )
    charts = []
    for name in names:
        values = pd.to_numeric(table[name], errors="coerce").to_numpy(dtype=np.float64)
        finite = np.isfinite(values)
        if finite.sum() >= 2:
            steps = table["step"].to_numpy(dtype=np.float64)[finite]
            charts.append(_curve(name, steps, values[finite]))
    return charts


def _curve(name: str, steps: Vector, values: Vector) -> str:
    if len(steps) > MOST_POINTS:  # means of equal blocks: single steps are noisy
        blocks = np.array_split(np.arange(len(steps)), MOST_POINTS)
        steps = np.array([steps[b].mean() for b in blocks])
        values = np.array([values[b].mean() for b in blocks])
    x_axis = axis_of([steps.min(), steps.max()], LEFT, WIDTH - RIGHT, margin=0.0)
    y_axis = axis_of([values.min(), values.max()], HEIGHT - BOTTOM, TOP)
    points = " ".join(f"{x_axis.at(x)},{y_axis.at(y)}" for x, y in zip(steps, values, strict=True))
    parts = [
        text(0, 13, name, "title"),
        bottom_axis(x_axis, TOP, HEIGHT - BOTTOM),
        left_axis(y_axis, LEFT, WIDTH - RIGHT),
        f'<polyline points="{points}" class="curve"/>',
    ]
    return figure(WIDTH, HEIGHT, f"training curve of {name}", parts)
