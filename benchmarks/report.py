"""The benchmark's report: tidy tables, Markdown and HTML of the cells that are finished."""

from pathlib import Path
from typing import Any

import pandas as pd

from boards import Board, boards_of
from cell_tables import COSTS, cost_of, cost_rows
from matrix import Plan
from page import POOLING, about, rules, write_page
from scbig.report.score_grid import arrow, shown_number
from tables import read_tables


def write_report(plan: Plan, folder: Path) -> Path:
    """Write scores, validation and halvings (parquet), cells (parquet, CSV), report.md and .html.

    Args:
        plan: cells of a profile; those that are not finished are shown as such.
        folder: where to.

    Returns:
        Path of the page.
    """
    tables = read_tables(plan.cells)
    tables.write(folder)
    boards = list(boards_of(tables))
    page = folder / "report.html"
    write_page(page, plan, boards, tables.cells)
    text = _text(plan, boards, tables.cells)
    (folder / "report.md").write_text(text, encoding="utf-8")
    return page


def _text(plan: Plan, boards: list[Board], cells: pd.DataFrame) -> str:
    lines = [f"# Benchmark, profile {plan.profile}", "", POOLING, ""]
    lines += [f"- {data} was left out: {why}" for data, why in plan.skipped.items()]
    for board in boards:
        lines += ["", f"## {board.title}", "", about(board), ""]
        lines += [plan.notes[board.data], ""] if plan.notes.get(board.data) else []
        lines += _leaderboard(board)
        for model in board.models:
            lines += ["", f"### {model} against the best trivial baseline", ""]
            lines += _verdicts(board.best_trivial[model])
            for section in board.strata[model]:
                lines += ["", *_strata(section)]
    lines += ["", "## Cells", "", *markdown(COSTS, cost_rows(cells))]
    for row in cells[cells["error"] != ""].to_dict("records"):
        name = f"{row['data']}/{row['split']}/seed_{row['seed']}/{row['model']}"
        lines += ["", f"{name}: {row['error']}", "", "```", row["log"], "```"]
    lines += ["", "## Rules and versions", "", *(f"- {k}: {v}" for k, v in rules(cells)), ""]
    return "\n".join(lines)


def _leaderboard(board: Board) -> list[str]:
    grid = board.grid()
    heads = ["predictor", *(f"{m.title} {arrow(m)}" for m in grid.metrics)]
    rows = []
    for row in grid.rows:
        cells = []
        for score in row.scores:
            shown = shown_number(score.mean)
            if score.low == score.low:
                shown += f" ({shown_number(score.low)} to {shown_number(score.high)})"
            cells.append(f"**{shown}**" if score.best else shown)
        cost = cost_of(board.cells, row.predictor) if row.kind == "model" else ["–"] * 4
        rows.append([row.predictor, *cells, *cost])
    return markdown([*heads, "fit, s", "test, s", "peak, MB", "parameters"], rows)


def _verdicts(table: dict[str, Any]) -> list[str]:
    heads = ["metric", "model", "best trivial", "difference", "p (Holm)", "verdict", "calibrated"]
    rows = [
        [
            row["title"],
            row["model"],
            f"{row['baseline']} ({row['best']})",
            row["difference"] + (f" ({row['interval']})" if row["interval"] else ""),
            row["p"],
            row["verdict"] or "–",
            row["share"] or f"withheld: {row['withheld']}",
        ]
        for row in table["rows"]
    ]
    return [*markdown(heads, rows), "", *table["notes"]]


def _strata(section: dict[str, Any]) -> list[str]:
    rows = [
        [
            row["name"],
            str(row["n"]),
            *(f"{c['sign']} {c['shown']} {c['beside']}".strip() for c in row["cells"]),
        ]
        for row in section["rows"]
    ]
    return markdown([section["title"], "n", *section["metrics"]], rows)


def markdown(heads: list[str], rows: list[list[str]]) -> list[str]:
    """A table in Markdown."""
    return [
        "| " + " | ".join(heads) + " |",
        "|" + "---|" * len(heads),
        *("| " + " | ".join(text.replace("|", "\\|") for text in row) + " |" for row in rows),
    ]
