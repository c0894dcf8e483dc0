import re

import numpy as np

from scbig.report.scale_bar import ENDS, ROW, WIDTH, scale_axis, scale_bar, scale_head


def test_the_mark_lies_between_the_ends_in_proportion():
    axis = scale_axis([0.2, 0.8])
    svg = scale_bar(axis, 0.5, 0.2, 0.8, "PDS")
    at = float(re.search(r'cx="([\d.]+)"', svg)[1])
    assert abs(at - (axis.at(0.0) + axis.at(1.0)) / 2) < 0.1
    assert "PDS: 0.50 of the way" in svg and 'class="interval model"' in svg


def test_far_shares_are_drawn_at_the_edge():
    axis = scale_axis([-30.0, 40.0, np.nan])
    assert (axis.low, axis.high) == (ENDS[0] - 0.1, ENDS[1] + 0.1)
    svg = scale_bar(axis, 40.0, -30.0, 50.0, "MSE")
    places = [float(x) for x in re.findall(r'(?:cx|x1|x2)="([\d.]+)"', svg)]
    assert min(places) >= 0 and max(places) <= WIDTH
    assert f'viewBox="0 0 {WIDTH} {ROW}"' in svg


def test_withheld_is_no_figure_and_a_share_needs_no_interval():
    axis = scale_axis([])
    assert scale_bar(axis, np.nan, np.nan, np.nan, "PDS") == ""
    assert "interval" not in scale_bar(axis, 0.5, np.nan, np.nan, "PDS")
    assert "best trivial" in scale_head(axis) and "replicate" in scale_head(axis)
