"""The benchmark's page: self-contained HTML from tables, asks nothing of the network."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from boards import Board
from cell_tables import COSTS, cost_of, cost_rows, count, known, matrix_values, name_of
from effects import collapse_of, effects_of
from figures import collapse_chart, density_chart, effect_limits
from matrix import Plan
from scbig.metrics.metric_card import DE_RULE, GENE_SET, VERDICT_RULE
from scbig.report.glossary import subgroup_meaning
from scbig.report.interval_chart import interval_chart
from scbig.report.template import page_template

#: Metrics drawn for every subgroup: one of the mean, one of telling apart, one of the cells.
GROUP_METRICS = ("systema_pearson_delta", "perturbation_discrimination", "energy_distance")
POOLING = (
    "Model seeds and splits are averaged inside a condition before anything is drawn: a condition "
    "that recurs between splits is one unit of the bootstrap, not several. Where every seed is "
    "another screen, its conditions are units of their own. Holm's adjustment runs over the "
    "headline metrics of one model on one data and split."
)
PAGE = Path(__file__).parent / "page.html"


def write_page(path: Path, plan: Plan, boards: Sequence[Board], cells: pd.DataFrame) -> None:
    """Write the page.

    Args:
        path: of the page.
        plan: what was to be run, and what was left out.
        boards: results by data and split.
        cells: one row a cell of the matrix.
    """
    shown = [
        board_values(board, f"board{i}") | {"note": plan.notes.get(board.data, "")}
        for i, board in enumerate(boards)
    ]
    sections = [("matrix", "Matrix"), *((b["id"], b["title"]) for b in shown)]
    path.write_text(
        page_template(PAGE.read_text("utf-8")).render(
            title=f"Benchmark, profile {plan.profile}",
            subtitle=f"scbig {', '.join(known(cells, 'version')) or 'not run'}, commit "
            f"{', '.join(known(cells, 'commit')) or 'unknown'}, {len(boards)} data and splits",
            sections=[*sections, ("cost", "Cost"), ("rules", "Rules and versions")],
            cards=_cards(cells, boards, plan.skipped),
            matrix=matrix_values(cells),
            skipped=list(plan.skipped.items()),
            errors=[
                {"name": name_of(row), "said": row["error"], "log": row["log"]}
                for row in cells.to_dict("records")
                if row["error"]
            ],
            boards=shown,
            cost_heads=COSTS,
            costs=cost_rows(cells),
            rules=rules(cells),
        ),
        encoding="utf-8",
    )


def board_values(board: Board, anchor: str) -> dict[str, Any]:
    """What the template prints of one data and split."""
    grid = board.grid()
    drawn = effects_of(board)
    limit = effect_limits(drawn)
    spreads = collapse_of(grid)
    groups = []
    for name, n in board.subgroups():
        inside = board.grid(name)
        charts = [
            interval_chart(inside, column, metric.title)
            for column, metric in enumerate(inside.metrics)
            if metric.name in GROUP_METRICS
        ]
        groups.append({"name": name, "n": n, "meaning": subgroup_meaning(name), "charts": charts})
    return {
        "id": anchor,
        "title": board.title,
        "about": about(board),
        "grid": grid,
        "costs": {model: _cost_lines(board, model) for model in board.models},
        "verdicts": [
            {"name": m, "best": best, "strata": board.strata[m]}
            for m, best in board.best_trivial.items()
        ],
        "group_charts": groups,
        "effect_charts": [density_chart(effects, limit) for effects in drawn],
        "collapse": collapse_chart(spreads) if spreads else "",
        "card": card_of(board),
    }


def about(board: Board) -> str:
    """How many conditions, seeds and runs are behind a board."""
    done = board.cells[board.cells["status"] == "done"]
    conditions, seeds = board.table["condition"].nunique(), sorted(done["seed"].unique())
    said = f"{conditions} test conditions, seeds {', '.join(map(str, seeds))}"
    by_condition = board.table.groupby("condition")["seed"].nunique()
    recurring = int((by_condition > 1).sum())
    if recurring:
        said += f"; {recurring} conditions are tested in several splits and averaged over them"
    absent = len(board.cells) - len(done)
    return said + (f"; {absent} of {len(board.cells)} cells are missing." if absent else ".")


def card_of(board: Board) -> list[tuple[str, str]]:
    """What the scores of a board are scores of, as text."""
    card = board.scoreboard(board.models[0]).card()
    done = board.cells[board.cells["status"] == "done"]
    chosen = {key: value for key, value in card.items() if key not in ("conventions", "versions")}
    hashes = {
        f"{column} by seed": {
            str(seed): sorted(set(own[column])) for seed, own in done.groupby("seed")
        }
        for column in ("split_sha256", "data_sha256")
    }
    return [
        (key.replace("_", " "), value if isinstance(value, str) else json.dumps(value))
        for key, value in {**chosen, **hashes}.items()
    ]


def rules(cells: pd.DataFrame) -> list[tuple[str, str]]:
    """How scores are made, pooled and judged, and by what."""
    from importlib.metadata import version

    from scbig.metrics.table_card import PACKAGES

    return [
        ("pooling", POOLING),
        ("verdicts", VERDICT_RULE),
        ("genes", GENE_SET),
        ("differential expression", DE_RULE),
        ("code", _code(cells)),
        ("devices", ", ".join(known(cells, "device")) or "–"),
        ("versions", ", ".join(f"{name} {version(name)}" for name in PACKAGES)),
    ]


def _code(cells: pd.DataFrame) -> str:
    commits = known(cells, "commit")
    said = f"commit {', '.join(commits)}" if commits else "not run"
    if any(commit.endswith("+") for commit in commits):
        said += "; + is a commit with changes on top, which nobody can repeat"
    if len(commits) > 1:
        said += "; cells of several commits: run them anew (another --out) before this is cited"
    return said


def _cards(
    cells: pd.DataFrame, boards: Sequence[Board], skipped: dict[str, str]
) -> list[dict[str, str]]:
    done = cells[cells["status"] == "done"]
    seconds = done[["fit_seconds", "test_seconds"]].astype(float).to_numpy().sum()
    red = int(cells["status"].isin(["failed", "timeout"]).sum())
    waiting = len(cells) - len(done) - red
    return [
        {
            "what": "Cells finished",
            "value": f"{len(done)} of {len(cells)}",
            "beside": f"{red} red, {waiting} not run",
        },
        {
            "what": "Computed",
            "value": f"{seconds / 3600:.1f} h" if seconds > 5400 else f"{seconds / 60:.0f} min",
            "beside": f"peak memory {count(done['peak_mb'].astype(float).max())} MB",
        },
        {
            "what": "Data",
            "value": str(len(boards)),
            "beside": f"{len(skipped)} left out" if skipped else "none left out",
        },
        *(_win_card(board) for board in boards),
    ]


def _cost_lines(board: Board, model: str) -> list[str]:
    fit, test, peak, parameters = cost_of(board.cells, model)
    return [f"{fit} + {test} s", f"{peak} MB", f"{parameters} parameters"]


def _win_card(board: Board) -> dict[str, str]:
    """The first model's verdicts on the headline, counted."""
    model = board.models[0]
    said = [row["verdict"] for row in board.best_trivial[model]["rows"]]
    beats, ties, loses = (
        sum(verdict.endswith(word) for verdict in said) for word in ("beats", "ties", "loses")
    )
    judged = beats + ties + loses
    return {
        "what": f"{model} on {board.data}",
        "value": f"{beats} of {judged}" if judged else "–",
        "beside": "headline metrics on which it beats the best trivial baseline; "
        f"{ties} ties, {loses} losses"
        if judged
        else "too few conditions",
    }
