import pandas as pd
import pytest
from scored_example import make_scored

from scbig.report.verdict_table import best_trivial_table, signed, spanned, strata_sections


@pytest.fixture(scope="module")
def board():
    return make_scored().board()


def test_a_row_a_headline_metric(board):
    found = best_trivial_table(board, "Model")
    assert [row["title"].split("\N{NO-BREAK SPACE}")[0] for row in found["rows"]] == [
        m.title if m.higher_is_better is not None else f"{m.title}, |log₂|\N{WORD JOINER}"
        for m in board.metrics
        if m.name in board.headline
    ]
    first = found["rows"][0]
    assert first["best"] == "additive" and first["css"] == "beats"
    assert first["verdict"] == "▲ beats"
    # either a bar or the reason why there is none
    assert all(bool(row["bar"]) != bool(row["withheld"]) for row in found["rows"])
    assert "best trivial" in found["head"]


def test_says_where_the_baseline_was_chosen_and_what_shared_genes_do(board):
    chosen, genes = best_trivial_table(board, "Model")["notes"]
    assert "favours the baseline" in chosen and "target genes" in genes
    scored = make_scored()
    table = board.table[board.table["predictor"].isin(["no_change", "additive"])]
    notes = best_trivial_table(scored.board(pd.DataFrame(table)), "Model")["notes"]
    assert (
        notes[0] == "The best trivial baseline of each metric was chosen on validation conditions."
    )


def test_strata_need_two_and_partition_the_conditions(board):
    sections = {part["id"]: part for part in strata_sections(board, "Model")}
    assert {"subgroup", "coverage"} <= set(sections)
    assert "cells" not in sections  # every condition has 60
    for part in sections.values():
        whole, *strata = part["rows"]
        assert whole["name"] == "all" and whole["n"] == sum(row["n"] for row in strata)
        assert [d["name"] for d in part["details"]] == [row["name"] for row in strata]
        assert all(len(row["cells"]) == len(part["metrics"]) for row in part["rows"])
    assert sections["coverage"]["rows"][1]["name"] == "all targets have an embedding"
    alone = {row["name"]: row for row in sections["subgroup"]["rows"]}["unseen_single"]
    assert {cell["css"] for cell in alone["cells"]} == {"few"}


def test_numbers_with_signs():
    assert [signed(v) for v in (0.1, -0.1, 0.0)] == ["+0.100", "-0.100", "0.000"]
    assert spanned(float("nan"), 1.0) == "" and spanned(0.5, 1.0) == "0.500 to 1.000"
