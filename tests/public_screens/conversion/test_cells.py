import numpy as np
import pandas as pd
import pytest

from scbig.errors import UserError
from scbig.public_screens.conversion.cells import choose_cells
from scbig.public_screens.labels.joined_targets import JoinedTargets
from scbig.public_screens.layout import Layout


def frame(
    labels: list[str | None], index: list[str] | None = None, **columns: list
) -> pd.DataFrame:
    names = index if index is not None else [f"c{i}" for i in range(len(labels))]
    return pd.DataFrame({"perturbation": labels, **columns}, index=names)


LAYOUT = Layout("perturbation", JoinedTargets("plus"))


def test_nothing_to_report() -> None:
    chosen = choose_cells(frame(["control", "A", "B"], batch=["x", "y", "x"]), LAYOUT)
    assert chosen.kept.all() and chosen.reported == ()
    assert list(chosen.obs) == ["condition", "source_label", "perturbation", "batch"]
    assert chosen.obs["batch"].tolist() == ["x", "y", "x"]


def test_a_condition_column_of_the_source_makes_way() -> None:
    obs = frame(["control", "A"]).rename(columns={"perturbation": "condition"})
    chosen = choose_cells(obs, Layout("condition", JoinedTargets("plus")))
    assert list(chosen.obs) == ["condition", "source_label"]


def test_another_condition_column_is_kept_under_another_name() -> None:
    chosen = choose_cells(frame(["control", "A"], condition=["hot", "cold"]), LAYOUT)
    assert chosen.obs["source_condition"].tolist() == ["hot", "cold"]
    assert chosen.obs["condition"].tolist() == ["control", "A"]
    assert chosen.reported == (
        "obs column 'condition' of the source is renamed 'source_condition'",
    )


def test_cells_that_cannot_be_matched() -> None:
    layout = Layout("perturbation", JoinedTargets("plus"), matched_by=("batch", "line"))
    obs = frame(
        ["control", "A", "A", "A", "A", "control"],
        batch=[1, 1, 2, 1, 1, 1],
        line=["k", "k", "k", "r", None, None],
    )
    chosen = choose_cells(obs, layout)
    assert chosen.kept.tolist() == [True, True, False, False, False, False]
    assert chosen.reported == (
        "4 cells are in a level of batch, line without any control cell, or in none: left out",
    )


def test_names_of_cells_become_unique() -> None:
    chosen = choose_cells(frame(["control", "A", "A"], ["x", "x", "y"]), LAYOUT)
    assert chosen.obs.index.tolist() == ["x", "x-1", "y"]
    assert chosen.reported == ("2 cells share a name: numbered in the order of the file",)
    chosen = choose_cells(frame(["control", "A", "A"], ["x", "x", "x-1"]), LAYOUT)
    assert chosen.obs.index.is_unique


def test_unused_levels_go() -> None:
    obs = frame(["control", "A", "*"])
    obs["batch"] = pd.Categorical(["x", "x", "z"])
    chosen = choose_cells(obs, LAYOUT)
    assert chosen.obs["batch"].cat.categories.tolist() == ["x"]
    assert chosen.obs["source_label"].cat.categories.tolist() == ["A", "control"]
    assert np.array_equal(chosen.kept, [True, True, False])


def test_files_of_another_layout() -> None:
    with pytest.raises(UserError, match=r"no obs column 'guide' .* has perturbation; it is not of"):
        choose_cells(frame(["control"]), Layout("guide", JoinedTargets("plus")))
    with pytest.raises(UserError, match=r"no control cell among its 2 labels, e\.g\. A, B"):
        choose_cells(frame(["A", "B"]), LAYOUT)
    column = Layout("perturbation", JoinedTargets("plus"), library_column="total")
    chosen = choose_cells(frame(["control", "A"], total=["many", "few"]), column)
    assert (
        chosen.library_column is None and "no numbers in obs column 'total'" in chosen.reported[0]
    )
