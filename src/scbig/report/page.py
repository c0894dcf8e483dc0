"""``write_report``: one self-contained page about one model, beside everything it is held to."""

from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from scbig.metrics.replicate import REPLICATE
from scbig.metrics.summary import ALL
from scbig.report.curve_chart import curve_charts
from scbig.report.effect_chart import MOST_DOTS, effect_chart
from scbig.report.glossary import PREDICTORS, subgroup_meaning
from scbig.report.interval_chart import interval_chart
from scbig.report.score_grid import ScoreGrid, arrow, loss, score_grid, shown_number
from scbig.report.scored import Scored
from scbig.report.tables import (
    card_value,
    conditions,
    fallbacks,
    metric_text,
    notes,
    replicate_note,
    verdicts,
)

#: Scatters of effects, from the best to the worst predicted condition.
SCATTERS = 6
#: Metrics drawn for every subgroup: one of the mean, one of telling apart, one of the cells.
GROUP_METRICS = ("systema_pearson_delta", "perturbation_discrimination", "energy_distance")


def write_report(
    path: Path,
    evaluation: Scored,
    model: str,
    card: dict[str, Any] | None = None,
    title: str | None = None,
    curves: Path | None = None,
) -> None:
    """Write the report as HTML that asks nothing of the network.

    Args:
        path: of the page.
        evaluation: scored predictors.
        model: predictor that the page is about.
        card: what was trained on what, shown as it is.
        title: of the page.
        curves: training curves; by default ``metrics.csv`` beside the page, if there is one.
    """
    from jinja2 import Environment
    from markupsafe import Markup

    summary, table = evaluation.summary(), evaluation.per_condition()
    grid = score_grid(summary, evaluation.metrics, model)
    own = table[table["predictor"] == model]
    n_conditions = own["condition"].nunique()
    groups = _groups(evaluation, summary, model)
    drawn = curve_charts(path.parent / "metrics.csv" if curves is None else curves)
    split = evaluation.spec.split
    collapse = [c for c, m in enumerate(grid.metrics) if m.higher_is_better is None]
    others = [c for c in range(len(grid.metrics)) if c not in collapse]
    sections = [
        ("scores", "Scores"),
        ("verdicts", "Verdicts"),
        ("intervals", "Intervals"),
        *([("subgroups", "Subgroups")] if groups else []),
        ("effects", "Effects"),
        ("collapse", "Collapse"),
        *([("training", "Training")] if drawn else []),
        ("notes", "Fallbacks and coverage"),
        ("conditions", "Conditions"),
        ("read", "How to read this"),
        *([("card", "Run card")] if card else []),
    ]
    page = Environment(autoescape=True, trim_blocks=True).from_string(_resource("page.html"))
    page.globals.update(arrow=arrow, number=shown_number)
    path.write_text(
        page.render(
            title=title or f"{model}: held-out perturbations",
            subtitle=f"{n_conditions} conditions, {evaluation.spec.n_genes} genes, split "
            f"{split.name} (seed {split.seed}), {len(grid.rows) - 1} predictors beside it",
            css=Markup(_resource("page.css")),
            sections=sections,
            cards=_cards(grid, model),
            model=model,
            n_conditions=n_conditions,
            grid=grid,
            replicate=replicate_note(table),
            verdicts=verdicts(evaluation, model),
            interval_charts=[Markup(interval_chart(grid, c)) for c in others],
            groups=groups,
            group_charts=[Markup(c) for c in _group_charts(groups)],
            effect_charts=[Markup(c) for c in _effect_charts(evaluation, own, model)],
            dots_note=_dots_note(evaluation.spec.n_genes),
            collapse_charts=[Markup(interval_chart(grid, c)) for c in collapse],
            curves=[Markup(c) for c in drawn],
            fallbacks=fallbacks(table),
            notes=notes(table, card or {}),
            conditions=conditions(own, grid),
            metrics=[metric_text(m.name, m.describe()) for m in evaluation.metrics],
            glossary=[(p, PREDICTORS[p]) for p in evaluation.predictors if p in PREDICTORS],
            card=[(k, card_value(v)) for k, v in (card or {}).items()],
        ),
        encoding="utf-8",
    )


def _resource(name: str) -> str:
    return (files("scbig.report") / name).read_text(encoding="utf-8")


def _cards(grid: ScoreGrid, model: str) -> list[dict[str, str]]:
    """The model's first four scores beside the best other predictor and the replicate."""
    cards = []
    rows = {row.predictor: row for row in grid.rows}
    for column, metric in list(enumerate(grid.metrics))[:4]:
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


def _groups(evaluation: Scored, summary: pd.DataFrame, model: str) -> list[dict[str, Any]]:
    names = [g for g in summary["subgroup"].unique() if g != ALL]
    if len(names) < 2:
        return []
    found = []
    for name in names:
        grid = score_grid(summary, evaluation.metrics, model, name)
        n = max(score.n + score.n_undefined for score in grid.rows[0].scores)
        found.append({"name": name, "meaning": subgroup_meaning(name), "n": n, "grid": grid})
    return found


def _group_charts(groups: list[dict[str, Any]]) -> list[str]:
    charts = []
    for group in groups:
        grid: ScoreGrid = group["grid"]
        for column, metric in enumerate(grid.metrics):
            if metric.name in GROUP_METRICS:
                charts.append(interval_chart(grid, column, f"{group['name']}: {metric.title}"))
    return charts


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
