import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from scored_example import CONDITIONS, make_scored

from scbig.report.page import write_report

VOID = {"meta", "link", "br", "img", "hr", "input"}
CARD = {
    "model": "Model",
    "coverage": {"prior": 0.9},
    "reported": ["2 conditions below 10 cells were dropped"],
    "versions": {"torch": "2.x"},
}


class Page(HTMLParser):
    """Checks that tags close in order, and gathers text, links and identifiers."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.feed(html)
        assert not self.open, f"not closed: {self.open}"

    def handle_starttag(self, tag, attrs):
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-3:]}"
        self.open.pop()

    def handle_data(self, data):
        self.text.append(data)

    def values(self, name: str) -> list[str]:
        return [value for _, key, value in self.attributes if key == name]


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("run")
    rows = [f"{i},{1 / (i + 1)},{2 / (i + 1) if i % 10 == 0 else ''}" for i in range(50)]
    (folder / "metrics.csv").write_text("step,train/loss,val/mse\n" + "\n".join(rows) + "\n")
    write_report(folder / "report.html", make_scored(), "Model", CARD)
    return folder


@pytest.fixture(scope="module")
def html(folder) -> str:
    return (folder / "report.html").read_text()


@pytest.fixture(scope="module")
def page(html) -> Page:
    return Page(html)


def test_asks_nothing_of_the_network(html, page):
    assert not page.values("src")
    assert all(target.startswith("#") for target in page.values("href"))
    assert not re.search(r"https?://|//cdn|@import|url\(|<script|<link", html)


def test_links_lead_somewhere(page):
    assert {target[1:] for target in page.values("href")} <= set(page.values("id"))


def test_every_predictor_and_metric_is_there(page):
    text = " ".join(page.text)
    evaluation = make_scored()
    for name in ("Model", "no_change", "additive", "replicate"):
        assert name in text
    for metric in evaluation.metrics:
        assert metric.title in text
        assert metric.describe()["definition"].split(".")[0] in text
    for condition in CONDITIONS:
        assert condition in text


def test_fallbacks_coverage_and_card_are_said(page):
    text = " ".join(page.text)
    assert "no single <X>" in text
    n = len(CONDITIONS)
    assert f"1 of {n} predictions of Model are not its own: mean effect for Y" in text
    assert "Coverage, prior: 0.9" in text
    assert "2 conditions below 10 cells were dropped" in text
    assert "torch 2.x" in text


def test_the_metric_card_is_there(page):
    text = " ".join(page.text)
    scored = make_scored()
    assert scored.spec.split.sha256 in text and "Mann-Whitney" in text
    assert "audit" in text and "not given" in text


def test_verdicts_and_strata_come_before_everything_else(page):
    ids = page.values("id")
    order = ["scores", "verdicts", "intervals", "strata", "effects", "others", "metric-card"]
    places = [ids.index(name) for name in order]
    assert places == sorted(places)
    text = " ".join(page.text)
    assert "▲ beats" in text and "withheld:" in text
    assert "all targets have an embedding" in text and "measured cells" not in ids


def test_figures_have_names_and_numbers(page):
    labels = [value for tag, key, value in page.attributes if (tag, key) == ("svg", "aria-label")]
    assert len(labels) == len([t for t, k, v in page.attributes if (t, k) == ("svg", "role")])
    assert any("train/loss" in label for label in labels)
    assert sum("predicted against measured" in label for label in labels) == 6
    numbers = [v for _, key, v in page.attributes if key in ("points", "d", "cx", "x1", "y2")]
    assert numbers and not any("nan" in v or "inf" in v for v in numbers)


def test_subgroups_have_their_own_tables(page):
    text = " ".join(page.text)
    assert "seen1: two genes, one perturbed alone in training (5 conditions)" in text
    assert "seen2: two genes, both perturbed alone in training" in text


def test_follows_the_theme_of_the_reader(html):
    assert "prefers-color-scheme: dark" in html and "color-scheme: light dark" in html


def test_names_cannot_inject_markup(tmp_path):
    evil = '<script>alert("x")</script>'
    scored = make_scored((*CONDITIONS[:5], "<img src=x>"), model=evil)
    write_report(tmp_path / "r.html", scored, evil, {"note": evil}, title=evil)
    html = (tmp_path / "r.html").read_text()
    assert "<script" not in html and "<img" not in html
    Page(html)


def test_one_condition_and_no_card_still_make_a_page(tmp_path):
    write_report(tmp_path / "r.html", make_scored(("T0+T2",)), "Model")
    text = " ".join(Page((tmp_path / "r.html").read_text()).text)
    assert "Run card" not in text and "Strata" not in text and "Training" not in text
    assert "Metric card" in text and "too few" in text
    assert "–" in text
