import numpy as np
import pandas as pd
import pytest

from scbig.data.inspection.covariate_columns import (
    choose_context,
    choose_covariates,
    covariate_columns,
)
from scbig.errors import UserError

NAMES = np.tile(["control", "A", "control", "B", "A+B", "A", "B", "control"], 30)
N = len(NAMES)
HALVES = np.where(np.arange(N) < N // 2, "x", "y")


def chosen(names=NAMES, **columns):
    found = covariate_columns(pd.DataFrame(columns), names, ())
    context = choose_context(found)
    control = names[names != ""] == "control"
    return context, [c.key for c in choose_covariates(found, context, control)], found


def test_replicates_with_controls_in_each_level_are_matched_by():
    context, keys, found = chosen(batch=HALVES, phase=HALVES[::-1], n_genes=np.arange(N))
    assert context is None and keys == ["batch"]
    assert found[0].controls.tolist() == [45, 45] and found[0].conditions.tolist() == [3, 3]
    assert [c.key for c in found] == ["batch", "phase"]


def test_levels_without_enough_controls_are_not():
    few = np.where((NAMES == "control") & (np.arange(N) > 8), "x", HALVES)
    _, keys, found = chosen(batch=few)
    assert keys == [] and found[0].controls.min() < 10
    _, keys, found = chosen(batch=np.where(NAMES == "A", "z", "x"))
    assert keys == [] and found[0].without_control == ["z"]


def test_columns_that_cut_the_cells_alike_are_taken_once():
    _, keys, _ = chosen(batch=HALVES, lane=np.where(HALVES == "x", "1", "2"))
    assert keys == ["batch"]


def test_together_they_need_controls_too():
    lane = np.where((HALVES == "x") & (NAMES == "control"), "1", np.tile(["1", "2"], N // 2))
    _, keys, _ = chosen(batch=HALVES, lane=lane)
    assert keys == ["batch"]


def test_several_lines_are_a_context():
    context, keys, _ = chosen(cell_line=HALVES, batch=np.tile(["1", "2", "3"], N // 3))
    assert context.key == "cell_line" and keys == ["batch"]
    assert chosen(cell_line=np.full(N, "K562"))[0] is None


def test_a_line_without_control_must_be_decided_on():
    line = np.where((NAMES == "A") & (HALVES == "x"), "z", HALVES)
    with pytest.raises(UserError, match=r"control cell: z \(30 cells\).*drop_levels_without"):
        chosen(cell_line=line)
    with pytest.raises(UserError, match="have '@' or outer spaces"):
        chosen(cell_line=np.where(HALVES == "x", "a@b", "c"))
    gaps = pd.Series(HALVES).where(np.arange(N) > 3)
    with pytest.raises(UserError, match="it is empty in 4 cells"):
        chosen(cell_line=gaps)


def test_notes_on_the_perturbation_are_no_covariates():
    _, _, found = chosen(guide=[f"{name}_1" for name in NAMES])
    assert found == []


def test_cells_that_are_dropped_do_not_count():
    names = np.where(HALVES == "y", "", NAMES)
    assert chosen(names, batch=HALVES)[2] == []
