import numpy as np
import pytest

from make_effects import effects_of
from scbig.baselines.self_effect import SelfEffect
from scbig.effects import Effects

GENES = ["A", "B", "C", "D", "g"]


def _effects(own: list[float], control: list[float]) -> Effects:
    rows = {}
    for i, (name, value) in enumerate(zip("ABC", own, strict=True)):
        rows[name] = np.full(5, 0.1)
        rows[name][i] = value
    rows["X"] = np.full(5, 9.0)
    rows["A+B"] = np.full(5, 9.0)
    return effects_of(rows, genes=GENES, control=control)


def test_activation_is_the_mean() -> None:
    learnt = SelfEffect.learn(_effects([4.0, 5.0, 6.0], [0.1, 0.2, 0.3, 3.0, 1.0]))
    assert learnt is not None
    assert learnt.of("D") == pytest.approx(5.0)
    assert learnt.spread == pytest.approx(1.0)


def test_knock_down_is_a_share_of_the_control_mean() -> None:
    learnt = SelfEffect.learn(_effects([-0.8, -1.6, -0.4], [1.0, 2.0, 0.5, 3.0, 1.0]))
    assert learnt is not None
    assert learnt.of("D") == pytest.approx(-2.4)
    assert learnt.spread == pytest.approx(0.0, abs=1e-12)


def test_too_few_measured_targets() -> None:
    assert SelfEffect.learn(effects_of({"A": [1.0, 0.0], "B": [1.0, 0.0]})) is None
    assert SelfEffect.learn(effects_of({"A": [1.0, 0], "B": [1.0, 0]}, genes=["A", "B"])) is None
