import json
from pathlib import Path

import pandas as pd
import pytest

from fake_benchmark import CONDITIONS, METRICS, SKILL, finish, make_cell
from tables import CELLS, SCORES, apart, read_tables


def test_scores_are_tidy_and_models_bear_their_name_in_the_matrix(tmp_path: Path) -> None:
    cells = [finish(make_cell(tmp_path, name)) for name in ("scbig", "pca_flow")]
    scores = read_tables(cells).scores
    assert list(scores) == SCORES
    assert len(scores) == 2 * len(SKILL) * CONDITIONS * len(METRICS)
    own = scores[~scores["predictor"].isin(set(SKILL) - {"ScBIG"})]
    assert set(zip(own["model"], own["predictor"], strict=True)) == {
        ("scbig", "scbig"), ("pca_flow", "pca_flow")
    }  # fmt: skip
    assert set(scores["split_sha256"]) == {"split1"} and set(scores["fallback"]) == {""}


def test_every_cell_has_a_row_and_only_finished_ones_have_scores(tmp_path: Path) -> None:
    done, waiting, red = (make_cell(tmp_path, seed=seed) for seed in (1, 2, 3))
    finish(done)
    red.folder.mkdir(parents=True)
    failed = {"status": "failed", "sha256": red.sha256, "error": "fit ended", "log": ["a", "b"]}
    (red.folder / "failed.json").write_text(json.dumps(failed))
    tables = read_tables([done, waiting, red])
    cells = tables.cells.set_index("seed")
    assert list(tables.cells) == CELLS
    assert cells["status"].tolist() == ["done", "not run", "failed"]
    assert cells.loc[1, ["fit_seconds", "test_seconds", "peak_mb", "parameters"]].tolist() == [
        60.0, 6.0, 900.0, 1234
    ]  # fmt: skip
    assert cells.loc[1, "device"] == "CPU" and cells.loc[1, "commit"] == "abc1234"
    assert cells.loc[3, "error"] == "fit ended" and cells.loc[3, "log"] == "a\nb"
    assert set(tables.scores["seed"]) == {1}


def test_results_of_other_arguments_do_not_count(tmp_path: Path) -> None:
    cell = finish(make_cell(tmp_path))
    (cell.folder / "done.json").write_text(json.dumps({"status": "done", "sha256": "another"}))
    assert read_tables([cell]).cells["status"].tolist() == ["not run"]


def test_a_model_must_not_bear_the_name_of_a_baseline(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="name of a baseline"):
        read_tables([finish(make_cell(tmp_path, "additive"))])


def test_a_gene_may_be_called_na(tmp_path: Path) -> None:
    cell = finish(make_cell(tmp_path))
    file = cell.run / "metrics_per_condition.csv"
    file.write_text(file.read_text().replace(",C0,", ",NA,"))
    scores = read_tables([cell]).scores
    assert "NA" in set(scores["condition"])
    assert scores["value"].isna().sum() == 2 * CONDITIONS


def test_tables_are_written_and_read_back(tmp_path: Path) -> None:
    tables = read_tables([finish(make_cell(tmp_path)), make_cell(tmp_path, seed=2)])
    tables.write(tmp_path / "report")
    back = pd.read_parquet(tmp_path / "report" / "scores.parquet")
    pd.testing.assert_frame_equal(back, tables.scores)
    assert len(pd.read_csv(tmp_path / "report" / "cells.csv")) == 2
    assert len(pd.read_parquet(tmp_path / "report" / "halvings.parquet")) == len(tables.halvings)


def test_nothing_finished_leaves_empty_tables(tmp_path: Path) -> None:
    tables = read_tables([make_cell(tmp_path)])
    assert tables.scores.empty and list(tables.scores) == SCORES
    tables.write(tmp_path / "report")


def test_a_condition_of_another_screen_is_another_condition() -> None:
    table = pd.DataFrame({"condition": ["A+B", "A@x", "A+B"], "seed": [1, 1, 2]})
    same = pd.DataFrame({"data_sha256": ["one", "one", ""]})
    assert apart(table, same)["condition"].tolist() == ["A+B", "A@x", "A+B"]
    other = pd.DataFrame({"data_sha256": ["one", "two"]})
    assert apart(table, other)["condition"].tolist() == [
        "A+B@seed 1", "A@x seed 1", "A+B@seed 2"
    ]  # fmt: skip
