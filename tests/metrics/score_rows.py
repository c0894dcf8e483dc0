"""Tidy tables of made-up scores."""

import numpy as np
import pandas as pd

BASE = np.random.default_rng(0).uniform(0.3, 0.6, 20)
JITTER = np.random.default_rng(1).normal(0, 0.01, 20)


def score_rows(
    metric: str,
    subgroup: list[str] | str = "seen1",
    conditions: list[str] | None = None,
    **predictors: np.ndarray,
) -> pd.DataFrame:
    parts = []
    for name, values in predictors.items():
        n = len(values)
        about = {
            "predictor": name,
            "condition": [f"C{i:03d}" for i in range(n)] if conditions is None else conditions[:n],
            "subgroup": subgroup if isinstance(subgroup, str) else subgroup[:n],
            "metric": metric,
            "value": values,
        }
        parts.append(pd.DataFrame(about))
    return pd.concat(parts, ignore_index=True)


def halving_rows(metric: str, mean: np.ndarray, sd: float, n: int = 5) -> pd.DataFrame:
    """Halvings of the replicate whose panel means are ``sd`` apart."""
    shifts = np.linspace(-1, 1, n)
    shifts *= sd / shifts.std(ddof=1)
    return pd.DataFrame(
        [
            (h, f"C{i:03d}", metric, value + shift)
            for h, shift in enumerate(shifts)
            for i, value in enumerate(mean)
        ],
        columns=["halving", "condition", "metric", "value"],
    )
