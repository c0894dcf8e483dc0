import pytest
from planted_leaks import evidence, failing, notes, only

from scbig.data.audit.evidence import Evidence
from scbig.data.audit.written_split import WrittenSplit
from scbig.data.schema import ScreenContract, read_screen
from scbig.data.splits.holdout_legacy import HoldoutLegacy
from scbig.data.splits.simulation import Simulation
from scbig.split import Split
from small_screen import make_small_adata

CONDITIONS = ["A", "B", "C", "D", "A+B", "B+C", "C+D"]


def test_a_single_tested_as_unseen_that_training_has_in_a_combination():
    leaky = Split("leaky", 0, ("A", "B", "C", "C+D"), (), ("D",))
    text = only(evidence(split=leaky)).text
    assert "1 singles are tested as unseen" in text and "C+D" in text
    # a split that says so is believed
    lists = {**leaky.to_dict(), "subgroups": {"single_of_trained_combination": ["D"]}}
    assert failing(evidence(split=lists)) == []


def test_the_legacy_holdout_fails():
    rule = HoldoutLegacy(0, n_combinations=1, draw_fraction=0.5)
    found = evidence(split=rule.split(CONDITIONS), rule=rule)
    leak, known = failing(found)
    assert "tested as unseen" in leak.text and "known to leak" in known.text


@pytest.mark.parametrize("claim", ["seen2", "combo_seen2"])
def test_a_subgroup_that_is_not_so(claim):
    lists = {"train": ["A", "B", "C"], "test": ["C+D"], "subgroups": {claim: ["D+C"]}}
    assert "C+D as seen2, which is seen1" in only(evidence(split=lists)).text
    lists["subgroups"] = {"seen1": ["C+D"]}
    assert failing(evidence(split=lists)) == []


def test_exposure_is_counted():
    split = Split("s", 0, ("A", "B", "A+B", "B+C"), (), ("C+D",))
    text = notes(evidence(split=split))
    assert "2 tested genes: 0 with a training single, 1 in training combinations only" in text
    assert "label_seen and effective_seen differ for 1 of 1 seen1" in text


def test_genes_of_another_context_are_told_from_genes_of_none():
    adata = make_small_adata()
    screen = read_screen(adata, ScreenContract(context="batch", min_cells=5))
    split = Split("s", 0, ("A@x", "B@x", "B@y"), (), ("A@y", "D@y"))
    found = Evidence(screen, WrittenSplit.of(split))
    assert failing(found) == []
    assert "1 in another context only, 1 nowhere" in notes(found)


def test_validation_on_a_gene_of_the_test_that_training_lacks():
    split = Split("s", 0, ("A", "B", "C"), ("C+D",), ("D",))
    found = failing(evidence(split=split))
    assert [f.check for f in found] == ["selection"]
    assert "early stopping" in found[0].text and "D" in found[0].text


def test_a_published_rule_is_known_to_do_so_and_an_altered_split_is_not_excused():
    names = CONDITIONS
    for seed in range(60):
        rule = Simulation(seed, 0.8, 0.5)
        split = rule.split(names)
        hidden = {"A", "B", "C", "D"} - {t for c in split.train for t in c.split("+")}
        shown = {t for c in split.val for t in c.split("+")} & hidden
        if shown & {t for c in split.test for t in c.split("+")}:
            break
    found = evidence(split=split, rule=rule)
    assert failing(found) == []
    assert "read effective_seen" in notes(found)
    altered = Split(split.name, split.seed, split.train, split.val, split.test[1:])
    spared = {t for c in altered.test for t in c.split("+")} & shown
    assert bool(spared) == any(
        f.check == "selection" for f in failing(evidence(split=altered, rule=rule))
    )
