"""``write_report``: one self-contained page about one model, beside everything it is held to."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from scbig.metrics.metric_card import metric_card
from scbig.metrics.replicate import REPLICATE
from scbig.metrics.scoreboard import Scoreboard
from scbig.report.curve_chart import curve_charts
from scbig.report.effect_chart import MOST_DOTS, effect_chart
from scbig.report.glossary import PREDICTORS
from scbig.report.interval_chart import interval_chart
from scbig.report.metric_groups import grouped
from scbig.report.score_grid import ScoreGrid, arrow, loss, score_grid, shown_number
from scbig.report.scored import Scored
from scbig.report.stated_table import stated_section
from scbig.report.tables import (
    card_rows,
    conditions,
    fallback_note,
    fallbacks,
    metric_text,
    notes,
    range_note,
    replicate_note,
    verdicts,
)
from scbig.report.template import page_template, resource
from scbig.report.verdict_table import best_trivial_table, strata_sections

#: Scatters of effects, from the best to the worst predicted condition.
SCATTERS = 6
#: Metrics shown as large numbers at the top.
CARDS = 4


def write_report(
    path: Path,
    evaluation: Scored,
    model: str,
    card: dict[str, Any] | None = None,
    title: str | None = None,
    curves: Path | None = None,
    board: Scoreboard | None = None,
    audit: dict[str, Any] | None = None,
) -> None:
    """Write the report as HTML that asks nothing of the network.

    Args:
        path: of the page.
        evaluation: scored predictors.
        model: predictor that the page is about.
        card: what was trained on what, shown as it is.
        title: of the page.
        curves: training curves; by default ``metrics.csv`` beside the page, if there is one.
        board: the scores; by default those of ``evaluation``.
        audit: result of the audit of data and split, for the metric card.
    """
    board = evaluation.board() if board is None else board
    summary, table = board.summary(), board.table
    first = [m for m in board.metrics if m.name in board.headline]
    grid = score_grid(summary, first, model)
    own = table[table["predictor"] == model]
    n_conditions = own["condition"].nunique()
    strata = strata_sections(board, model)
    stated = stated_section(evaluation.stated_errors(), model)
    drawn = curve_charts(path.parent / "metrics.csv" if curves is None else curves)
    split = evaluation.spec.split
    collapse = [c for c, m in enumerate(grid.metrics) if m.higher_is_better is None]
    charted = [c for c in range(len(grid.metrics)) if c not in collapse]
    others = [
        (name, score_grid(summary, members, model))
        for name, members in grouped([m for m in board.metrics if m.name not in board.headline])
    ]
    sections = [
        ("scores", "Scores"),
        ("verdicts", "Verdicts"),
        ("intervals", "Intervals"),
        *([("strata", "Strata")] if strata else []),
        *([("stated", "Does it know when it is wrong")] if stated else []),
        ("effects", "Effects"),
        *([("collapse", "Collapse")] if collapse else []),
        *([("training", "Training")] if drawn else []),
        *([("others", "Other metrics")] if others else []),
        ("notes", "Fallbacks and coverage"),
        ("conditions", "Conditions"),
        ("read", "How to read this"),
        ("metric-card", "Metric card"),
        *([("card", "Run card")] if card else []),
    ]
    path.write_text(
        page_template(resource("page.html")).render(
            title=title or f"{model}: held-out perturbations",
            subtitle=f"{n_conditions} conditions, {evaluation.spec.n_genes} genes, split "
            f"{split.name} (seed {split.seed}), {len(grid.rows) - 1} predictors beside it",
            sections=sections,
            cards=_cards(grid, model),
            model=model,
            n_conditions=n_conditions,
            grid=grid,
            replicate=replicate_note(table),
            ranges=range_note(board),
            best=best_trivial_table(board, model),
            verdicts=verdicts(board, first, model),
            interval_charts=[interval_chart(grid, c) for c in charted],
            strata=strata,
            stated=stated,
            effect_charts=_effect_charts(evaluation, own, model),
            dots_note=_dots_note(evaluation.spec.n_genes),
            collapse_charts=[interval_chart(grid, c) for c in collapse],
            curves=drawn,
            others=others,
            fallback_note=fallback_note(table, model),
            fallbacks=fallbacks(table),
            notes=notes(table, card or {}),
            conditions=conditions(own, grid),
            metrics=[
                (name, [metric_text(m.name, m.describe()) for m in members])
                for name, members in grouped(board.metrics)
            ],
            glossary=[(p, PREDICTORS[p]) for p in board.predictors if p in PREDICTORS],
            metric_card=card_rows(metric_card(evaluation.spec, board, audit)),
            card=card_rows(card or {}),
        ),
        encoding="utf-8",
    )


def _cards(grid: ScoreGrid, model: str) -> list[dict[str, str]]:
    """The model's first scores beside the best other predictor and the replicate."""
    cards = []
    rows = {row.predictor: row for row in grid.rows}
    for column, metric in list(enumerate(grid.metrics))[:CARDS]:
        rivals = [
            (row.scores[column].mean, row.predictor)
            for row in grid.rows
            if row.kind == "baseline" and not np.isnan(row.scores[column].mean)
        ]
        beside = []
        if rivals:
            best = min(rivals, key=lambda rival: loss(metric, rival[0]))
            beside.append(f"best baseline {shown_number(best[0])} ({best[1]})")
        if REPLICATE in rows:
            beside.append(f"replicate {shown_number(rows[REPLICATE].scores[column].mean)}")
        cards.append(
            {
                "what": f"{metric.title} {arrow(metric)}",
                "value": shown_number(rows[model].scores[column].mean),
                "beside": " · ".join(beside),
            }
        )
    return cards


def _effect_charts(evaluation: Scored, own: pd.DataFrame, model: str) -> list[str]:
    effects = evaluation.effects(model)
    ranked = own[own["metric"] == "pearson_delta"].sort_values("value", ascending=False)
    if ranked.empty:
        return []
    places = np.unique(np.linspace(0, len(ranked) - 1, SCATTERS).round().astype(int))
    charts = []
    for row in ranked.iloc[places].to_dict("records"):
        i = effects.conditions.index(row["condition"])
        charts.append(
            effect_chart(
                effects.predicted[i],
                effects.true[i],
                evaluation.spec.genes,
                str(row["condition"]),
                f"{row['subgroup']}, Pearson Δ {shown_number(row['value'])}",
            )
        )
    return charts


def _dots_note(n_genes: int) -> str:
    if n_genes <= MOST_DOTS:
        return ""
    return f"Of {n_genes} genes {MOST_DOTS} are drawn: the strongest, and a sample of the others."
