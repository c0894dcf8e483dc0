import pytest
from planted_leaks import CLEAN, evidence, failing, notes, only

from scbig.data.audit.written_split import WrittenSplit
from scbig.data.schema import ScreenContract, read_screen
from scbig.errors import UserError
from scbig.split import Split
from small_screen import make_small_adata


def test_a_clean_split_has_nothing():
    assert failing(evidence()) == []
    assert failing(evidence(split=CLEAN)) == []


@pytest.mark.parametrize(
    ("label", "says"),
    [("D+C", "D+C in train and C+D in test"), ("ctrl+D", "ctrl+D in train and D in test")],
)
def test_a_tested_condition_in_training_under_another_name(label, says):
    lists = {**CLEAN, "train": [*CLEAN["train"], label]}
    lists.pop("sha256")
    assert says in only(evidence(split=lists)).text


def test_both_spellings_of_a_single():
    lists = {"train": ["A+ctrl", "ctrl+A", "B"], "test": ["C+ctrl", "ctrl+B"]}
    found = evidence(split=lists)
    assert any("ctrl+B in test" in f.text for f in failing(found))
    assert "1 conditions are spelled twice" in notes(found)


def test_a_file_that_was_changed():
    lists = {**CLEAN, "train": [c for c in CLEAN["train"] if c != "C"]}
    assert any("changed after it was written" in f.text for f in failing(evidence(split=lists)))


def test_a_column_that_puts_two_spellings_on_two_sides():
    adata = make_small_adata()
    labels = adata.obs["condition"].astype(str)
    flipped = (labels == "A+B") & (adata.obs["batch"] == "y")
    adata.obs["condition"] = labels.where(~flipped, "B+A")
    adata.obs.loc[flipped, "side"] = "test"
    contract = ScreenContract(annotations=("side", "condition"))
    screen = read_screen(adata, contract)
    found = evidence()
    written = WrittenSplit.of_column(screen, "side", "condition")
    text = only(type(found)(screen, written, adata=adata)).text
    assert "A+B in train and B+A in test" in text
    adata.obs["side"] = "ood"
    with pytest.raises(UserError, match="says ood"):
        WrittenSplit.of_column(read_screen(adata, contract), "side", "condition")


def test_what_is_absent_or_unused_is_noted():
    found = evidence(split=Split("few", 0, ("A", "B", "E"), (), ("C+D",)))
    text = notes(found)
    assert "1 conditions of the split are not in the screen: E" in text
    assert "unused: A+B, B+C, C, D" in text
    with pytest.raises(UserError, match="lacks the key test"):
        evidence(split={"train": []})
