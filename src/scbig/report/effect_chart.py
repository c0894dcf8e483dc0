"""Predicted against true effects of one condition, one dot a gene."""

import numpy as np
import numpy.typing as npt

from scbig.report.svg import Axis, axis_of, bottom_axis, figure, left_axis, line, text

SIZE = 300
LEFT, TOP, BOTTOM, RIGHT = 44, 40, 36, 10
#: Dots drawn at most: the strongest genes and a sample of the others.
MOST_DOTS = 1500
NAMED = 3

Vector = npt.NDArray[np.float64]


def effect_chart(
    predicted: Vector, true: Vector, genes: tuple[str, ...], title: str, note: str
) -> str:
    """Scatter of effects in log1p CP10k with the diagonal and the strongest genes named (SVG).

    Args:
        predicted: (genes,).
        true: (genes,).
        genes: their names.
        title: first line.
        note: second line.
    """
    strength = np.maximum(np.abs(predicted), np.abs(true))
    chosen = np.argsort(-strength, kind="stable")
    if len(chosen) > MOST_DOTS:
        rest = np.random.default_rng(0).permutation(chosen[MOST_DOTS // 2 :])
        chosen = np.r_[chosen[: MOST_DOTS // 2], rest[: MOST_DOTS - MOST_DOTS // 2]]
    ends = [*predicted.tolist(), *true.tolist(), 0.0]
    x_axis = axis_of(ends, LEFT, SIZE - RIGHT)
    y_axis = axis_of(ends, SIZE - BOTTOM, TOP)
    # zero-length strokes with round ends: the shortest dots there are
    dots = "".join(f"M{x_axis.at(true[g])} {y_axis.at(predicted[g])}h0" for g in chosen)
    middle = (TOP + SIZE - BOTTOM) / 2
    parts = [
        text(0, 13, title, "title"),
        text(0, 29, note, "tick"),
        bottom_axis(x_axis, TOP, SIZE - BOTTOM),
        left_axis(y_axis, LEFT, SIZE - RIGHT),
        line(
            x_axis.at(x_axis.low), y_axis.at(y_axis.low),
            x_axis.at(x_axis.high), y_axis.at(y_axis.high), "ideal",
        ),
        f'<path d="{dots}" class="dots"/>',
        text((LEFT + SIZE - RIGHT) / 2, SIZE - 4, "measured effect", "tick", "middle"),
        f'<text class="tick" text-anchor="middle" transform="translate(10 {middle}) rotate(-90)">'
        "predicted effect</text>",
    ]  # fmt: skip
    parts += _names(predicted, true, genes, x_axis, y_axis)
    return figure(SIZE, SIZE, f"predicted against measured effect, {title}", parts)


def _names(
    predicted: Vector, true: Vector, genes: tuple[str, ...], x_axis: Axis, y_axis: Axis
) -> list[str]:
    """Names of the strongest true effects, where they do not cover each other."""
    taken: list[tuple[float, float]] = []
    parts = []
    for g in np.argsort(-np.abs(true), kind="stable")[: 4 * NAMED]:
        x, y = x_axis.at(true[g]), y_axis.at(predicted[g])
        free = all(abs(y - b) > 13 or abs(x - a) > 90 for a, b in taken)
        if free and len(taken) < NAMED:
            right = x > SIZE / 2
            parts.append(
                text(
                    x - 6 if right else x + 6, y + 4, genes[g], "gene", "end" if right else "start"
                )
            )
            taken.append((x, y))
    return parts
