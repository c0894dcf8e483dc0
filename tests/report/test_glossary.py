import pandas as pd

from scbig.baselines.standard import standard_baselines
from scbig.metrics.strata import COLUMNS, stratify
from scbig.report.glossary import PREDICTORS, STRATA, stratum_meaning, subgroup_meaning


def test_every_standard_baseline_is_explained(tiny_spec):
    assert set(standard_baselines(tiny_spec)) | {"replicate", "interp_dup"} <= set(PREDICTORS)


def test_subgroups_are_explained(tiny_spec):
    for condition in ("T0", "X", "T0+T1", "T0+X", "X+Y"):
        assert "gene" in subgroup_meaning(tiny_spec.split.subgroup(condition))
    assert subgroup_meaning("order3_seen1") == "3 genes, 1 perturbed alone in training"
    assert subgroup_meaning("other") == "other"


def test_strata_are_explained():
    assert set(STRATA) == set(COLUMNS)
    table = pd.DataFrame({"n_significant": [0], "coverage": ["all"], "n_cells": [1]})
    for by in ("effect_size", "coverage", "cells"):
        for level in stratify(table, by)["subgroup"].cat.categories:
            meaning = stratum_meaning(by, level)
            assert meaning and meaning != level
    assert stratum_meaning("cells", ">=200") == "≥ 200 measured cells"
    assert stratum_meaning("effect_size", "1-9") == "1–9 differentially expressed genes"
    assert stratum_meaning("coverage", "all") == stratum_meaning("subgroup", "all")
