from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from report import paired, tidy, write_tables


def write_run(out: Path, seed: int, model: str, own: float, shift: float) -> None:
    folder = out / "screen" / f"seed_{seed}" / model / "run"
    folder.mkdir(parents=True)
    rng = np.random.default_rng(seed)
    rows = []
    for i in range(12):
        base = rng.normal()
        for predictor, value in (("ScBIG", base + own), ("additive", base + shift)):
            rows.append([predictor, f"C{i}", "seen2" if i % 2 else "seen1", "weighted_mse", value])
        rows.append(["train_mean", f"C{i}", "seen2", "systema_pearson_delta", np.nan])
    names = ["predictor", "condition", "subgroup", "metric", "value"]
    pd.DataFrame(rows, columns=names).to_csv(folder / "metrics_per_condition.csv", index=False)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    for seed in (1, 2):
        write_run(tmp_path, seed, "scbig", own=0.0, shift=0.5)
        write_run(tmp_path, seed, "plain_flow", own=1.0, shift=0.5)
    return tmp_path


def test_models_bear_their_name_and_undefined_scores_count_as_documented(out: Path) -> None:
    table = tidy(out)
    assert set(table["predictor"]) == {"scbig", "plain_flow", "additive", "train_mean"}
    assert (table.loc[table["metric"] == "systema_pearson_delta", "value"] == 0).all()


def test_differences_are_paired_over_conditions_of_all_seeds(out: Path) -> None:
    found = paired(tidy(out), "weighted_mse", "scbig", "plain_flow").set_index("subgroup")
    assert list(found["conditions"]) == [24, 12, 12]
    # equal noise on both sides cancels: the interval has no width
    for column in ("difference", "low", "high"):
        np.testing.assert_allclose(found[column], -1.0)
    assert paired(tidy(out), "weighted_mse", "scbig", "nobody").empty


def test_tables_are_written(out: Path) -> None:
    assert "report.md" in write_tables(out)
    assert "| screen | seen1 | additive |" in (out / "report.md").read_text()
    assert len(pd.read_csv(out / "scores.csv")) == 4 * 36


def test_nothing_finished_is_said(tmp_path: Path) -> None:
    assert "no finished run" in write_tables(tmp_path)
