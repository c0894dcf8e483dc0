from scbig.report.template import page_template, resource


def test_a_page_stands_in_the_frame_and_values_are_escaped() -> None:
    page = page_template(
        '{% extends "frame.html" %}{% block body %}<p>{{ said }}{{ svg(drawn) }}</p>{% endblock %}'
    ).render(title="A & B", said="<b>", drawn="<svg></svg>")
    assert "<p>&lt;b&gt;<svg></svg></p>" in page and "<title>A &amp; B</title>" in page
    assert resource("page.css") in page
    assert page.startswith("<!doctype html>") and page.rstrip().endswith("</html>")


def test_costs_stand_beside_scores_only_where_they_are_given() -> None:
    source = '{% from "tables.html" import score_table %}{{ score_table(grid, costs) }}'
    grid = {"metrics": [], "rows": [{"kind": "model", "predictor": "M", "scores": []}]}
    assert "cost" not in page_template(source).render(grid=grid, costs=None)
    page = page_template(source).render(grid=grid, costs={"M": ["3 s"]})
    assert '<th scope="col" class="group">cost</th>' in page and "<span>3 s</span>" in page
