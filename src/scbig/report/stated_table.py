"""Does it know when it is wrong? Stated intervals and errors of the model, by subgroup."""

from typing import Any

import numpy as np
import pandas as pd

from scbig.metrics.stated_errors import stated_errors_summary
from scbig.metrics.summary import ALL
from scbig.report.glossary import subgroup_meaning
from scbig.report.verdict_table import spanned


def stated_section(table: pd.DataFrame, model: str) -> dict[str, Any]:
    """Rows and notes of the section; empty when the model states nothing of its errors.

    Args:
        table: of ``stated_errors_table``.
        model: predictor that the page is about.
    """
    summary = stated_errors_summary(table, model)
    if summary.empty:
        return {}
    shown = summary if len(summary) > 2 else summary[summary["subgroup"] == ALL]
    rows = [
        {
            "name": row["subgroup"],
            "meaning": subgroup_meaning(str(row["subgroup"])),
            "n": row["n"],
            "inside": [
                (_share(row[key]), spanned(row[f"{key}_low"], row[f"{key}_high"]))
                for key in ("inside_80", "inside_95")
            ],
            "ranks": [_share(row[key]) for key in ("rank_error", "rank_reliability")],
        }
        for row in shown.to_dict("records")
    ]
    whole = summary[summary["subgroup"] == ALL].iloc[0]
    return {"rows": rows, "note": _calibrated_note(int(whole["n"]), int(whole["n_calibrated"]))}


def _calibrated_note(n: int, calibrated: int) -> str:
    if calibrated == n:
        return "The scale of every interval was set by hidden training conditions of its kind."
    return (
        f"{n - calibrated} of {n} conditions are of a kind that no hidden training condition was, "
        "so nothing measured set the scale of their intervals."
    )


def _share(value: float) -> str:
    return "–" if np.isnan(value) else f"{value:.2f}"
