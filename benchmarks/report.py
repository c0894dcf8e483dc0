"""Tables of a benchmark: tidy scores of all runs, and paired differences with intervals."""

from pathlib import Path

import numpy as np
import pandas as pd

from scbig.metrics.discovery import find_metrics
from scbig.metrics.summary import with_documented_values

HEADLINE = ("systema_pearson_delta", "pearson_delta", "perturbation_discrimination",
            "weighted_mse", "energy_distance", "module_correlation_error")  # fmt: skip
SMALLER_IS_BETTER = {"weighted_mse", "energy_distance", "module_correlation_error"}


def tidy(out: Path) -> pd.DataFrame:
    """One row per data, seed, model, predictor, condition and metric of every finished run.

    ``predictor`` is the model itself under its name in the matrix, or a baseline.
    """
    tables = []
    for file in sorted(out.glob("*/seed_*/*/run/metrics_per_condition.csv")):
        data, seed, model = file.parts[-5:-2]
        table = pd.read_csv(file)
        own = ~table["predictor"].isin(_baselines(table))
        table.loc[own, "predictor"] = model
        tables.append(table.assign(data=data, seed=int(seed.removeprefix("seed_")), model=model))
    if not tables:
        return pd.DataFrame()
    whole = pd.concat(tables, ignore_index=True)
    # an undefined score counts as its documented value, it does not make a mean over fewer
    return whole.assign(value=with_documented_values(whole, find_metrics())["counted"])


def _baselines(table: pd.DataFrame) -> set[str]:
    # models bear a class name, baselines an identifier in lower case
    return {name for name in table["predictor"].unique() if name == name.lower()}


def bootstrap_interval(values: np.ndarray, rng: np.random.Generator) -> tuple[float, float]:
    """95 % percentile interval of the mean; values, (conditions,), are resampled 10,000 times."""
    drawn = values[rng.integers(0, len(values), (10_000, len(values)))].mean(1)
    low, high = np.quantile(drawn, [0.025, 0.975])
    return float(low), float(high)


def paired(table: pd.DataFrame, metric: str, a: str, b: str, seed: int = 0) -> pd.DataFrame:
    """Mean of ``a - b`` over the same data, seed and condition, with a bootstrap 95 % interval.

    Conditions are resampled; one stratum a row, ``all`` first.
    """
    # a baseline stands in the run of every model, scored on that run's modules: take a's own run
    fair = (table["model"] == a) | (table["predictor"] == table["model"])
    rows = table[(table["metric"] == metric) & fair]
    keys = ["data", "seed", "condition", "subgroup"]
    wide = rows.pivot_table(index=keys, columns="predictor", values="value", aggfunc="first")
    if a not in wide or b not in wide:
        return pd.DataFrame()
    difference = (wide[a] - wide[b]).dropna().reset_index(name="difference")
    rng = np.random.default_rng(seed)
    out = []
    for data, part in difference.groupby("data"):
        for group in ("all", *sorted(part["subgroup"].unique())):
            inside = part if group == "all" else part[part["subgroup"] == group]
            values = inside["difference"].to_numpy()
            low, high = bootstrap_interval(values, rng)
            out.append([data, group, metric, a, b, values.mean(), low, high, len(values)])
    names = ["data", "subgroup", "metric", "a", "b", "difference", "low", "high", "conditions"]
    return pd.DataFrame(out, columns=names)


def write_tables(out: Path) -> str:
    """Write ``scores.csv``, ``paired.csv`` and ``report.md``; returns where they are."""
    table = tidy(out)
    if table.empty:
        return f"no finished run under {out}"
    table.to_csv(out / "scores.csv", index=False)
    others = [name for name in table["predictor"].unique() if name not in ("scbig", "replicate")]
    pairs = [paired(table, metric, "scbig", other) for metric in HEADLINE for other in others]
    known = [p for p in pairs if len(p)]
    differences = pd.concat(known, ignore_index=True) if known else pd.DataFrame()
    differences.to_csv(out / "paired.csv", index=False)
    means = (
        table[table["metric"].isin(HEADLINE)]
        .pivot_table(index=["data", "subgroup", "predictor"], columns="metric", values="value")
        .reset_index()
    )
    text = [
        "# Benchmark",
        "",
        "Means over conditions and seeds.",
        "",
        _markdown(means),
        "",
        "Paired differences scbig - other, 95 % bootstrap interval over conditions.",
        f"Smaller is better for {', '.join(sorted(SMALLER_IS_BETTER))}.",
        "",
        _markdown(differences),
        "",
    ]
    (out / "report.md").write_text("\n".join(text))
    return f"tables: {out / 'report.md'}"


def _markdown(table: pd.DataFrame) -> str:
    def shown(value: object) -> str:
        return f"{value:.4f}" if isinstance(value, float) else str(value)

    head = "| " + " | ".join(map(str, table.columns)) + " |"
    rule = "|" + "---|" * len(table.columns)
    rows = ("| " + " | ".join(map(shown, row)) + " |" for row in table.itertuples(index=False))
    return "\n".join([head, rule, *rows])
