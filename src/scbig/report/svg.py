"""A little SVG: axes, text, marks. Colours come from the page's style sheet, by class."""

from dataclasses import dataclass
from html import escape

import numpy as np


@dataclass(frozen=True)
class Axis:
    """Linear map from values to pixels."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """Pixel of a value, one decimal."""
        share = (value - self.low) / (self.high - self.low)
        return round(self.start + share * (self.end - self.start), 1)

    @property
    def ticks(self) -> list[float]:
        """Three to six round values inside."""
        rough = (self.high - self.low) / 4
        power = 10.0 ** np.floor(np.log10(rough))
        step = power * min((1, 2, 5, 10), key=lambda m: abs(m * power - rough))
        first = np.ceil(self.low / step - 1e-9) * step
        count = int(np.floor((self.high - first) / step + 1e-9)) + 1
        return [float(round(first + i * step, 12)) for i in range(count)]


def axis_of(values: list[float], start: float, end: float, margin: float = 0.06) -> Axis:
    """Axis that holds all finite values with some air; never of length 0."""
    known = [v for v in values if np.isfinite(v)] or [0.0, 1.0]
    low, high = min(known), max(known)
    air = (high - low) * margin or max(abs(high) * 0.1, 1e-3)
    return Axis(low - air, high + air, start, end)


def text(x: float, y: float, content: str, css: str = "", anchor: str = "start") -> str:
    """A text element."""
    kind = f' class="{css}"' if css else ""
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}"{kind}>{escape(content)}</text>'


def line(x1: float, y1: float, x2: float, y2: float, css: str) -> str:
    """A straight line."""
    return f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" class="{css}"/>'


def mark(x: float, y: float, kind: str, note: str = "") -> str:
    """The mark of a kind of predictor: filled circle, hollow circle, diamond; told by shape too."""
    title = f"<title>{escape(note)}</title>" if note else ""
    if kind == "ceiling":
        shape = f"M{x} {y - 5}l5 5l-5 5l-5 -5z"
        return f'<path d="{shape}" class="mark {kind}">{title}</path>'
    return f'<circle cx="{x}" cy="{y}" r="4.5" class="mark {kind}">{title}</circle>'


def tick_label(value: float) -> str:
    """A tick without needless zeros."""
    return f"{value:.6g}".replace("-", "−")


def bottom_axis(axis: Axis, top: float, bottom: float) -> str:
    """Vertical grid lines with labels below."""
    parts = []
    for tick in axis.ticks:
        x = axis.at(tick)
        parts += [
            line(x, top, x, bottom, "grid"),
            text(x, bottom + 14, tick_label(tick), "tick", "middle"),
        ]
    return "".join(parts)


def left_axis(axis: Axis, left: float, right: float) -> str:
    """Horizontal grid lines with labels at the left."""
    parts = []
    for tick in axis.ticks:
        y = axis.at(tick)
        parts += [
            line(left, y, right, y, "grid"),
            text(left - 5, y + 4, tick_label(tick), "tick", "end"),
        ]
    return "".join(parts)


def figure(width: float, height: float, label: str, parts: list[str]) -> str:
    """An SVG element that scales with the page and says what it shows."""
    return (
        f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{escape(label)}">'
        f"{''.join(parts)}</svg>"
    )
