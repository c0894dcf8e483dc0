from scored_example import make_scored

from scbig.report.interval_chart import interval_chart
from scbig.report.score_grid import score_grid


def test_draws_who_has_a_score():
    evaluation = make_scored()
    grid = score_grid(evaluation.summary(), evaluation.metrics, "Model")
    column = [m.name for m in grid.metrics].index("energy_distance")
    svg = interval_chart(grid, column)
    # additive predicts means only: it is not on the chart
    assert "no_change" in svg and "replicate" in svg and "additive" not in svg
    assert svg.count('class="mark model"') == 1
    assert svg.count('class="interval') == 3


def test_ratios_show_where_one_is():
    evaluation = make_scored()
    grid = score_grid(evaluation.summary(), evaluation.metrics, "Model")
    ratio = [m.name for m in grid.metrics].index("variance_ratio")
    assert 'class="ideal"' in interval_chart(grid, ratio)
    assert 'class="ideal"' not in interval_chart(grid, 0)
