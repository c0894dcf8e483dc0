import re
from xml.etree import ElementTree

import numpy as np
import pytest

from figures import SQUARES, Effects, Spread, collapse_chart, density_chart, effect_limits


def effects(n: int, slope: float = 0.5) -> Effects:
    true = np.random.default_rng(0).normal(size=n).astype(np.float32)
    return Effects("A & B", "model", slope * true, true)


def test_the_chart_does_not_grow_with_effects() -> None:
    drawn = [effects(200_000)]
    chart = density_chart(drawn[0], effect_limits(drawn))
    ElementTree.fromstring(chart)
    assert chart.count("h0") <= SQUARES**2 and len(chart) < 250_000
    assert "slope 0.50, r 1.00" in chart and "n 200,000" in chart and "beyond" in chart


def test_every_effect_is_drawn_and_those_beyond_the_frame_at_its_edge() -> None:
    few = Effects("m", "baseline", np.float32([0, 5, 0]), np.float32([0, 0, -5]))
    chart = density_chart(few, 1.0)
    assert chart.count("h0") == 3 and "2 beyond" in chart


def test_no_change_has_no_correlation() -> None:
    chart = density_chart(effects(100, slope=0.0), 1.0)
    assert "slope 0.00" in chart and ", r" not in chart


def test_the_frame_is_never_empty() -> None:
    assert effect_limits([effects(10, 0.0)]) > 0
    assert effect_limits([Effects("m", "model", np.zeros(3), np.zeros(3))]) > 0


def test_collapse_marks_stand_where_ratios_say() -> None:
    spreads = [
        Spread("good", "model", 1.0, 1.0),
        Spread("flat", "baseline", 0.0, 0.5),
        Spread("mean", "baseline", 0.5, float("nan")),
        Spread("unknown", "baseline", float("nan"), 1.0),
        Spread("ceiling", "ceiling", 1.0, 1.0),
    ]
    chart = collapse_chart(spreads)
    ElementTree.fromstring(chart)
    assert chart.count("<title>") == 4 and "unknown" not in chart
    marks = {
        name: (float(x), float(y))
        for x, y, name in re.findall(
            r'<circle cx="([\d.]+)" cy="([\d.]+)"[^>]*><title>(\w+)', chart
        )
    }
    assert marks["flat"][0] < marks["mean"][0] < marks["good"][0]
    assert marks["good"][1] < marks["flat"][1] < marks["mean"][1]


def test_names_do_not_cover_each_other() -> None:
    chart = collapse_chart([Spread(f"model{i}", "baseline", 0.5, 0.5) for i in range(5)])
    heights = [float(y) for y in re.findall(r'y="([\d.]+)"[^>]*>model\d', chart)]
    assert len(set(heights)) == len(heights) == 5


@pytest.mark.parametrize("kind", ["model", "baseline", "ceiling"])
def test_colours_come_from_the_page(kind: str) -> None:
    chart = collapse_chart([Spread("m", kind, 0.5, 0.5)])
    assert f"mark {kind}" in chart and "#" not in chart
