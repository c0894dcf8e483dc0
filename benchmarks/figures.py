"""Figures of the benchmark report: effects as a density of dots, and the collapse plane."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
import numpy.typing as npt

from scbig.report.score_grid import Kind
from scbig.report.svg import Axis, bottom_axis, figure, left_axis, line, mark, text, tick_label

Vector = npt.NDArray[np.float32]

SIZE = 320
LEFT, TOP, BOTTOM, RIGHT = 46, 44, 38, 10
#: Squares of the density on a side; one dot stands for all effects inside.
SQUARES = 90
#: Least share of the fullest square's logarithm, and how dark its dots are.
SHADES = ((0.0, 0.22), (0.25, 0.42), (0.5, 0.68), (0.75, 1.0))
#: Ratios beyond are drawn at the edge.
RATIOS = (1 / 32, 8.0)
#: Collapse plane: width, left end of the plane, its floor, and a row below it.
WIDE, FROM, PLANE, ROW = 640, 74, 300, 19


@dataclass(frozen=True)
class Effects:
    """Effects of one predictor over all test conditions, genes and runs, flat.

    Attributes:
        predicted, true: (effects,), log1p of counts per 10,000.
    """

    predictor: str
    kind: Kind
    predicted: Vector
    true: Vector


def effect_limits(drawn: Sequence[Effects]) -> float:
    """Half the side of a square frame that holds all but one in a thousand effects."""
    ends = [np.quantile(np.abs(e.true), 0.999) for e in drawn]
    ends += [np.quantile(np.abs(e.predicted), 0.999) for e in drawn]
    return max(float(max(ends, default=1.0)), 1e-3) * 1.05


def density_chart(effects: Effects, limit: float) -> str:
    """Predicted against measured effects, one dot where any falls, darker where many do (SVG)."""
    x_axis = Axis(-limit, limit, LEFT, SIZE - RIGHT)
    y_axis = Axis(-limit, limit, SIZE - BOTTOM, TOP)
    edges = np.linspace(-limit, limit, SQUARES + 1)
    inside = [np.clip(v, -limit, limit) for v in (effects.true, effects.predicted)]
    counts = np.histogram2d(*inside, bins=[edges, edges])[0]
    beyond = int(((np.abs(effects.true) > limit) | (np.abs(effects.predicted) > limit)).sum())
    centres = (edges[:-1] + edges[1:]) / 2
    share = np.log1p(counts) / np.log1p(counts.max())
    parts = [
        text(0, 13, effects.predictor, f"label {effects.kind} title"),
        text(0, 30, _agreement(effects, beyond), "tick"),
        bottom_axis(x_axis, TOP, SIZE - BOTTOM),
        left_axis(y_axis, LEFT, SIZE - RIGHT),
        line(x_axis.start, y_axis.start, x_axis.end, y_axis.end, "ideal"),
    ]
    tops = [low for low, _ in SHADES[1:]] + [np.inf]
    for (low, opacity), high in zip(SHADES, tops, strict=True):
        of_shade = np.argwhere((counts > 0) & (share >= low) & (share < high))
        dots = "".join(f"M{x_axis.at(centres[i])} {y_axis.at(centres[j])}h0" for i, j in of_shade)
        if dots:
            parts.append(f'<path d="{dots}" class="density" opacity="{opacity}"/>')
    parts += _names("measured effect", "predicted effect")
    return figure(SIZE, SIZE, f"predicted against measured effects, {effects.predictor}", parts)


def _agreement(effects: Effects, beyond: int) -> str:
    true, predicted = (v.astype(np.float64) for v in (effects.true, effects.predicted))
    slope = float(true @ predicted / max(float(true @ true), 1e-12))
    spread = predicted.std() * true.std()
    said = f"n {len(true):,}, slope {slope:.2f}"
    if spread > 1e-12:
        said += f", r {np.corrcoef(true, predicted)[0, 1]:.2f}"
    return said + (f", {beyond:,} beyond" if beyond else "")


def _names(below: str, beside: str) -> list[str]:
    middle = (TOP + SIZE - BOTTOM) / 2
    return [
        text((LEFT + SIZE - RIGHT) / 2, SIZE - 4, below, "tick", "middle"),
        f'<text class="tick" text-anchor="middle" transform="translate(10 {middle}) rotate(-90)">'
        f"{escape(beside)}</text>",
    ]


@dataclass(frozen=True)
class Spread:
    """Ratios of predicted to measured spread; NaN where a predictor has none."""

    predictor: str
    kind: Kind
    dispersion: float
    variance: float


def collapse_chart(spreads: Sequence[Spread]) -> str:
    """Spread between conditions against spread between cells, both on a log scale (SVG).

    Predictors of means, which have no cells, have a row each below.
    """
    shown = [s for s in spreads if not np.isnan(s.dispersion)]
    with_cells = [s for s in shown if not np.isnan(s.variance)]
    means = sorted((s for s in shown if np.isnan(s.variance)), key=lambda s: s.dispersion)
    floor = PLANE + (len(means) + 1) * ROW if means else PLANE
    x_axis = _ratio_axis([s.dispersion for s in shown], FROM, WIDE - 14)
    y_axis = _ratio_axis([s.variance for s in with_cells], PLANE, 14)
    middle = (FROM + WIDE) / 2
    parts = [
        *(_grid_x(x_axis, power, floor) for power in _powers(x_axis)),
        *(_grid_y(y_axis, power) for power in _powers(y_axis)),
        line(x_axis.at(0), 14, x_axis.at(0), floor, "ideal"),
        line(FROM, y_axis.at(0), WIDE - 14, y_axis.at(0), "ideal"),
        text(middle, floor + 32, "dispersion ratio: between conditions", "tick", "middle"),
        f'<text class="tick" text-anchor="middle" transform="translate(12 {PLANE / 2}) '
        'rotate(-90)">variance ratio: between cells</text>',
    ]
    # models come last: a baseline must not cover them
    order = sorted(with_cells, key=lambda s: (s.kind == "model", s.dispersion))
    places = [(x_axis.at(_log2(s.dispersion)), y_axis.at(_log2(s.variance))) for s in order]
    taken = [(x - 5, y, 10.0) for x, y in places]
    for spread, (x, y) in zip(order, places, strict=True):
        said = f"dispersion {spread.dispersion:.3f}, variance {spread.variance:.3f}"
        parts.append(mark(x, y, spread.kind, f"{spread.predictor}: {said}"))
        parts.append(_placed(spread, x, y, taken))
    if means:
        parts.append(text(FROM - 6, PLANE + ROW * 1.25, "means only", "tick", "end"))
    for i, spread in enumerate(means):
        x, y = x_axis.at(_log2(spread.dispersion)), PLANE + ROW * (i + 1)
        parts.append(
            mark(x, y, spread.kind, f"{spread.predictor}: dispersion {spread.dispersion:.3f}")
        )
        parts.append(text(x + 10, y + 4, spread.predictor, f"label {spread.kind}"))
    label = "collapse: spread between conditions and between cells"
    return figure(WIDE, floor + 40, label, parts)


def _ratio_axis(ratios: Sequence[float], start: float, end: float) -> Axis:
    """Logarithmic: a quarter to four times at least, all ratios that are not beyond."""
    logs = [-2.0, 2.0, *map(_log2, ratios)]
    return Axis(min(logs) - 0.3, max(logs) + 0.3, start, end)


def _powers(axis: Axis) -> range:
    return range(int(np.ceil(axis.low)), int(np.floor(axis.high)) + 1)


def _label(power: int) -> str:
    return tick_label(2.0**power) if power >= 0 else f"1/{2**-power}"


def _grid_x(axis: Axis, power: int, floor: float) -> str:
    x = axis.at(power)
    return line(x, 14, x, floor, "grid") + text(x, floor + 14, _label(power), "tick", "middle")


def _grid_y(axis: Axis, power: int) -> str:
    y = axis.at(power)
    return line(FROM, y, WIDE - 14, y, "grid") + text(FROM - 6, y + 4, _label(power), "tick", "end")


def _placed(spread: Spread, x: float, y: float, taken: list[tuple[float, float, float]]) -> str:
    """The name beside its mark, where it covers no other name and no mark."""
    size = 7.0 * len(spread.predictor)
    left = x + 10 + size > WIDE
    start = x - 10 - size if left else x + 10
    heights = [y + side * step for step in range(0, 90, 7) for side in (1, -1)]
    found = next((h for h in heights if _free(start, h, size, taken)), y)
    taken.append((start, found, size))
    css, anchor = f"label {spread.kind}", "end" if left else "start"
    return text(x - 10 if left else x + 10, round(found + 4, 1), spread.predictor, css, anchor)


def _free(x: float, y: float, size: float, taken: list[tuple[float, float, float]]) -> bool:
    return all(abs(y - b) >= 14 or x + size < a or a + w < x for a, b, w in taken)


def _log2(ratio: float) -> float:
    return float(np.log2(np.clip(ratio, *RATIOS)))
