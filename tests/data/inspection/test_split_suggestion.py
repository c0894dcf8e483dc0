import pytest

from scbig.data.inspection.split_suggestion import suggest_split

SINGLES = [f"G{i}" for i in range(40)]
PAIRS = [f"{a}+{b}" for a, b in zip(SINGLES[:20], SINGLES[20:], strict=True)]


@pytest.mark.parametrize(
    ("conditions", "rule"),
    [
        (SINGLES + PAIRS, "Simulation"),
        (PAIRS, "Simulation"),
        (SINGLES, "Single"),
        (SINGLES[:12], "Single"),
        ([f"{g}@{c}" for g in SINGLES for c in ("K562", "RPE1")], "FewShot"),
        ([f"{g}@K562" for g in SINGLES], "Single"),
        (SINGLES[:6], "NoTest"),
    ],
)
def test_the_rule_fits_the_screen_and_works(conditions, rule):
    found = suggest_split(conditions)
    assert found.class_path.endswith(f".{rule}")
    assert "train" in found.words


def test_the_smaller_line_is_held_out():
    large = [f"{g}@K562" for g in SINGLES]
    found = suggest_split([*large, *(f"{g}@RPE1" for g in SINGLES[:20])])
    assert found.settings["context"] == "RPE1"


def test_nothing_fits_two_conditions():
    assert suggest_split(["A", "B"]) is None and suggest_split([]) is None
