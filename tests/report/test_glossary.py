from scbig.baselines.standard import standard_baselines
from scbig.report.glossary import PREDICTORS, subgroup_meaning


def test_every_standard_baseline_is_explained(tiny_spec):
    assert set(standard_baselines(tiny_spec)) | {"replicate"} <= set(PREDICTORS)


def test_subgroups_are_explained(tiny_spec):
    for condition in ("T0", "X", "T0+T1", "T0+X", "X+Y"):
        assert "gene" in subgroup_meaning(tiny_spec.split.subgroup(condition))
    assert subgroup_meaning("order3_seen1") == "3 genes, 1 perturbed alone in training"
    assert subgroup_meaning("other") == "other"
