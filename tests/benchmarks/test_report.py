import json
import re
from pathlib import Path

import pandas as pd
import pytest

from fake_benchmark import finish, make_cell
from matrix import Plan
from page import rules
from report import write_report


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("benchmark")
    cells = [
        finish(make_cell(out, name, seed), skill)
        for name, skill in (("scbig", 0.6), ("pca_flow", 0.1))
        for seed in (1, 2)
    ]
    red = make_cell(out, "scbig", 3)
    red.folder.mkdir(parents=True)
    failed = {"status": "failed", "sha256": red.sha256, "error": "fit ended with exit code 1",
              "log": ["ValueError: <b>no such gene</b>"]}  # fmt: skip
    (red.folder / "failed.json").write_text(json.dumps(failed))
    cells += [red, make_cell(out, "pca_flow", 3)]
    asked = Plan(
        "real", tuple(cells), {"twin": "not at hand"}, {"screen": "Half of it is <drawn>."}
    )
    page = write_report(asked, out / "reports")
    assert page == out / "reports" / "report.html"
    return page.parent


def test_the_page_asks_nothing_of_the_network(folder: Path) -> None:
    page = (folder / "report.html").read_text()
    assert not re.search(r"https?://|<script|<link|@import|url\(", page)
    assert "prefers-color-scheme: dark" in page and "@media print" in page


def test_the_page_says_what_there_is(folder: Path) -> None:
    page = (folder / "report.html").read_text()
    for said in (
        "Benchmark, profile real", "4 of 6", "1 red, 1 not run", "screen, split simulation",
        "scbig against the best trivial baseline", "pca_flow against the best trivial baseline",
        "12 test conditions, seeds 1, 2; 4 conditions are tested in several splits",
        "Half of it is &lt;drawn&gt;.", "variance ratio: between cells",
        "slope 0.60", "1,234", "not at hand", "abc1234",
    ):  # fmt: skip
        assert said in page, said
    assert page.count('<th scope="row">screen, simulation</th>') == 1
    assert page.count('class="failed"') == 1 and page.count('class="done"') == 4


def test_what_a_crash_printed_is_text(folder: Path) -> None:
    page = (folder / "report.html").read_text()
    assert "&lt;b&gt;no such gene" in page and "<b>no such" not in page


def test_the_text_says_the_same(folder: Path) -> None:
    text = (folder / "report.md").read_text()
    for said in (
        "# Benchmark, profile real", "| scbig |", "Half of it is <drawn>.",
        "beats", "- twin was left out: not at hand",
        "screen/simulation/seed_3/scbig: fit ended with exit code 1", "one unit of the bootstrap",
    ):  # fmt: skip
        assert said in text, said


def test_tables_stand_beside(folder: Path) -> None:
    assert set(pd.read_parquet(folder / "scores.parquet")["seed"]) == {1, 2}
    assert len(pd.read_parquet(folder / "cells.parquet")) == 6
    assert len(pd.read_csv(folder / "cells.csv")) == 6


def test_nothing_finished_is_a_report_too(tmp_path: Path) -> None:
    cells = (make_cell(tmp_path),)
    page = write_report(Plan("real", cells), tmp_path / "reports").read_text()
    assert "0 of 1" in page


def test_cells_of_several_commits_are_pointed_out() -> None:
    assert "several" not in rules_of("a", "a") and "several commits" in rules_of("a", "b")
    assert "nobody can repeat" in rules_of("a+") and rules_of("") == "not run"


def rules_of(*commits: str) -> str:
    return dict(rules(pd.DataFrame({"commit": commits, "device": "CPU"})))["code"]
