import pytest

from scbig.data.split_rules import rule_named, split_rules
from scbig.data.splits.simulation import Simulation
from scbig.errors import UserError


def test_every_rule_is_found_by_its_module():
    found = split_rules()
    assert found["simulation"] is Simulation
    assert {"additive", "combo_seen", "few_shot", "holdout", "no_test", "single"} <= set(found)
    assert "split_rule" not in found


def test_a_rule_by_name():
    made = rule_named("simulation", 3)
    assert isinstance(made, Simulation) and made.seed == 3
    with pytest.raises(UserError, match="there are additive"):
        rule_named("gears")
    with pytest.raises(UserError, match=r"needs column: write --split scbig\.data"):
        rule_named("split_column")
