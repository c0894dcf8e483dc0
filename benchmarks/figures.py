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

    Predictors of means, which have no cells, stand in a strip below.
    """
    width, height, left, strip = 560, 430, 60, 52
    low, high = (float(np.log2(end)) for end in RATIOS)
    x_axis = Axis(low - 0.3, high + 0.3, left, width - 14)
    y_axis = Axis(low - 0.3, high + 0.3, height - 44 - strip, 20)
    floor = height - 44
    parts = [line(x_axis.at(0), 20, x_axis.at(0), floor, "ideal")]
    parts.append(line(left, y_axis.at(0), width - 14, y_axis.at(0), "ideal"))
    for power in range(int(low), int(high) + 1):
        label = tick_label(2.0**power) if power >= 0 else f"1/{2**-power}"
        parts += [
            line(x_axis.at(power), 20, x_axis.at(power), floor, "grid"),
            text(x_axis.at(power), floor + 14, label, "tick", "middle"),
            line(left, y_axis.at(power), width - 14, y_axis.at(power), "grid"),
            text(left - 6, y_axis.at(power) + 4, label, "tick", "end"),
        ]
    parts += [
        text(left - 6, floor - strip / 2 + 4, "no cells", "tick", "end"),
        text(
            (left + width) / 2, height - 8, "dispersion ratio: between conditions", "tick", "middle"
        ),
        '<text class="tick" text-anchor="middle" '
        f'transform="translate(12 {(20 + floor - strip) / 2}) rotate(-90)">'
        "variance ratio: between cells</text>",
    ]
    taken: list[tuple[float, float, float]] = []
    for spread in sorted(spreads, key=lambda s: (s.kind != "model", s.dispersion)):
        if np.isnan(spread.dispersion):
            continue
        x = x_axis.at(_log2(spread.dispersion))
        cells = not np.isnan(spread.variance)
        y = y_axis.at(_log2(spread.variance)) if cells else floor - strip / 2
        note = f"{spread.predictor}: dispersion {spread.dispersion:.3f}"
        note += f", variance {spread.variance:.3f}" if cells else ", no cells"
        parts.append(mark(x, y, spread.kind, note))
        parts.append(_placed(spread, x, y, taken, width))
    return figure(width, height, "collapse: spread between conditions and between cells", parts)


def _placed(
    spread: Spread, x: float, y: float, taken: list[tuple[float, float, float]], width: float
) -> str:
    """The name beside its mark, where it covers no other name."""
    size = 6.4 * len(spread.predictor)
    right = x + 10 + size > width - 8
    start = x - 10 - size if right else x + 10
    offsets = (4, 17, -9, 30, -22, 43, -35)
    y_text = next((y + d for d in offsets if _free(start, y + d, size, taken)), y + 4)
    taken.append((start, y_text, size))
    css = f"label {spread.kind}"
    return text(
        x - 10 if right else x + 10, y_text, spread.predictor, css, "end" if right else "start"
    )


def _free(x: float, y: float, size: float, taken: list[tuple[float, float, float]]) -> bool:
    return all(abs(y - b) > 11 or x + size < a or a + w < x for a, b, w in taken)


def _log2(ratio: float) -> float:
    return float(np.log2(np.clip(ratio, *RATIOS)))
