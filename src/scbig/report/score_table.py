"""The score table for the terminal."""

from collections import Counter

from scbig.metrics.summary import ALL
from scbig.report.score_grid import ScoreGrid, arrow, score_grid, shown_number
from scbig.report.scored import Scored


def score_table(evaluation: Scored, model: str) -> str:
    """Model, baselines and replicate by metric, as plain text; a star marks the best predictor.

    Below it the first metric by subgroup, and how often the model beats, ties with and loses to
    the baselines.

    Args:
        evaluation: scored predictors.
        model: name of the predictor that the table is about.
    """
    summary = evaluation.summary()
    whole = score_grid(summary, evaluation.metrics, model)
    lines = [*_grid_lines(whole), ""]
    groups = [g for g in summary["subgroup"].unique() if g != ALL]
    if len(groups) > 1:
        grids = {group: score_grid(summary, evaluation.metrics, model, group) for group in groups}
        first = whole.metrics[0]
        lines += [f"{first.title} by subgroup {arrow(first)}", *_group_lines(grids), ""]
    lines.append(
        "* best predictor; – undefined (the predictor has no cells, or too few conditions)"
    )
    if any(row.kind == "replicate" for row in whole.rows):
        lines.append("replicate: one half of the measured cells predicts the other half")
    versus = evaluation.versus(model)
    versus = versus[versus["baseline"] != "replicate"]
    for metric in whole.metrics[:1]:
        counts = Counter(versus.loc[versus["metric"] == metric.name, "verdict"])
        said = ", ".join(f"{word} {counts[word]}" for word in ("beats", "ties", "loses"))
        if counts["too few"] == counts.total():
            said = "too few conditions for a verdict"
        lines.append(f"{model} against {counts.total()} baselines on {metric.title}: {said}")
    return "\n".join(lines)


def _grid_lines(grid: ScoreGrid) -> list[str]:
    heads = [f"{metric.short} {arrow(metric)}" for metric in grid.metrics]
    cells = [[_cell(score.mean, score.best) for score in row.scores] for row in grid.rows]
    return _aligned([row.predictor for row in grid.rows], heads, cells, _rules(grid))


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
    return _aligned(names, heads, cells, _rules(first))


def _rules(grid: ScoreGrid) -> set[int]:
    """Rows that begin a new kind of predictor."""
    kinds = [row.kind for row in grid.rows]
    return {i for i in range(1, len(kinds)) if kinds[i] != kinds[i - 1]}


def _cell(mean: float, best: bool) -> str:
    return shown_number(mean) + ("*" if best else " ")


def _aligned(
    names: list[str], heads: list[str], cells: list[list[str]], rules: set[int]
) -> list[str]:
    widths = [max(map(len, column)) for column in zip(heads, *cells, strict=True)]
    first = max(map(len, names))
    rule = "-" * (first + sum(widths) + 2 * len(widths))
    lines = [" " * first + "".join(f"  {h:>{w}}" for h, w in zip(heads, widths, strict=True)), rule]
    for i, (name, row) in enumerate(zip(names, cells, strict=True)):
        if i in rules:
            lines.append(rule)
        numbers = "".join(f"  {c:>{w}}" for c, w in zip(row, widths, strict=True))
        lines.append(f"{name:<{first}}{numbers}")
    return lines
