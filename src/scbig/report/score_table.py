"""The score table for the terminal."""

import textwrap

import numpy as np

from scbig.metrics.scoreboard import Scoreboard
from scbig.metrics.summary import ALL
from scbig.report.score_grid import ScoreGrid, ScoreRow, arrow, score_grid, shown_number
from scbig.report.scored import Scored
from scbig.report.verdict_table import signed

#: Columns of a terminal that the table fits.
WIDTH = 120
#: Names of predictors are cut to it.
LONGEST = 24


def score_table(evaluation: Scored, model: str, board: Scoreboard | None = None) -> str:
    """Model, baselines and ceilings by headline metric, as plain text of 120 columns.

    A star marks the best predictor. Below it the first metric by subgroup, and the model against
    the best trivial baseline of each metric.

    Args:
        evaluation: scored predictors.
        model: name of the predictor that the table is about.
        board: the scores; by default those of ``evaluation``.
    """
    board = evaluation.board() if board is None else board
    summary = board.summary()
    shown = [m for m in board.metrics if m.name in board.headline]
    whole = score_grid(summary, shown, model)
    lines = [*_grid_lines(whole), ""]
    groups = [g for g in summary["subgroup"].unique() if g != ALL]
    if len(groups) > 1:
        grids = {group: score_grid(summary, shown, model, group) for group in groups}
        first = whole.metrics[0]
        lines += [f"{first.title} by subgroup {arrow(first)}", *_group_lines(grids), ""]
    lines.append(
        "* best predictor; – undefined (the predictor has no cells, or too few conditions)"
    )
    if any(row.predictor == "replicate" for row in whole.rows):
        lines.append("replicate: one half of the measured cells predicts the other half")
    lines += ["", *_verdict_lines(board, model)]
    return "\n".join(lines)


def _grid_lines(grid: ScoreGrid) -> list[str]:
    heads = [f"{metric.short}{arrow(metric)}" for metric in grid.metrics]
    cells = [[_cell(score.mean, score.best) for score in row.scores] for row in grid.rows]
    return _aligned([row.predictor for row in grid.rows], heads, cells, _rules(grid.rows))


def _group_lines(grids: dict[str, ScoreGrid]) -> list[str]:
    first = next(iter(grids.values()))
    names = [row.predictor for row in first.rows]
    heads = [f"{group} ({grid.rows[0].scores[0].n})" for group, grid in grids.items()]
    cells = []
    for name in names:
        scores = []
        for grid in grids.values():
            found = [row.scores[0] for row in grid.rows if row.predictor == name]
            scores.append(_cell(found[0].mean, found[0].best) if found else "– ")
        cells.append(scores)
    return _aligned(names, heads, cells, _rules(first.rows))


def _verdict_lines(board: Scoreboard, model: str) -> list[str]:
    """A line a headline metric: what the model is held to, by how much, and the verdict."""
    table = board.verdicts(model)
    titles = {metric.name: metric.title for metric in board.metrics}
    rows = []
    for row in table.to_dict("records"):
        interval = share = ""
        if not np.isnan(row["ci_low"]):
            interval = f"[{shown_number(row['ci_low'])}, {shown_number(row['ci_high'])}]"
        if not np.isnan(row["calibrated"]):
            share = f"{row['calibrated']:.2f}"
        cells = [signed(row["difference"]), interval, share, str(row["verdict"])]
        rows.append([titles[str(row["metric"])], str(row["best_trivial"])[:LONGEST], *cells])
    heads = ["best trivial", "difference", "95 % interval", "scale", "verdict"]
    names = [row[0] for row in rows]
    lines = _aligned(names, heads, [row[1:] for row in rows], set(), names=WIDTH)
    where = table["chosen_on"].str.startswith("validation")
    chosen = "validation" if where.all() else "the scored conditions, which favours it"
    chosen = chosen if where.all() or not where.any() else "validation where it could be"
    note = (
        f"{model} minus the best trivial baseline, chosen on {chosen}; ratios are compared by "
        "|log2|. Scale: 0 is that baseline, 1 the replicate; empty where it does not clearly lead."
    )
    return [*lines, *textwrap.wrap(note, WIDTH)]


def _rules(rows: tuple[ScoreRow, ...]) -> set[int]:
    """Rows that begin a new kind of predictor."""
    kinds = [row.kind for row in rows]
    return {i for i in range(1, len(kinds)) if kinds[i] != kinds[i - 1]}


def _cell(mean: float, best: bool) -> str:
    return shown_number(mean) + ("*" if best else " ")


def _aligned(
    rows: list[str],
    heads: list[str],
    cells: list[list[str]],
    rules: set[int],
    names: int = LONGEST,
) -> list[str]:
    """Lines of a table; columns that do not fit go into a second table below."""
    widths = [max(map(len, column)) for column in zip(heads, *cells, strict=True)]
    rows = [row if len(row) <= names else row[: names - 1] + "…" for row in rows]
    first = max(map(len, rows))
    blocks: list[list[int]] = [[]]
    for column, width in enumerate(widths):
        used = first + sum(2 + widths[c] for c in blocks[-1])
        if blocks[-1] and used + 2 + width > WIDTH:
            blocks.append([])
        blocks[-1].append(column)
    lines: list[str] = []
    for block in blocks:
        rule = "-" * (first + sum(2 + widths[c] for c in block))
        lines += [*([""] if lines else []), _line("", first, heads, widths, block), rule]
        for i, row in enumerate(rows):
            lines += [rule] if i in rules else []
            lines.append(_line(row, first, cells[i], widths, block))
    return lines


def _line(name: str, first: int, cells: list[str], widths: list[int], block: list[int]) -> str:
    return f"{name:<{first}}" + "".join(f"  {cells[c]:>{widths[c]}}" for c in block)
