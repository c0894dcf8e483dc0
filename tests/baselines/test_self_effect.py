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


def test_the_rule_that_foretells_a_left_out_single_is_used() -> None:
    rng = np.random.default_rng(0)
    for own in (2.0 * rng.uniform(0.5, 3.0, 3), np.array([-1.0, -1.1, -0.9])):
        control = np.append(rng.uniform(0.5, 3.0, 4), 1.0)
        learnt = SelfEffect.learn(_effects(own.tolist(), control.tolist()))
        assert learnt is not None
        errors = {"mean": 0.0, "slope": 0.0}
        for i in range(3):
            rest = np.arange(3) != i
            share = own[rest] @ control[:3][rest] / np.square(control[:3][rest]).sum()
            errors["mean"] += (own[i] - own[rest].mean()) ** 2
            errors["slope"] += (own[i] - share * control[i]) ** 2
        assert (learnt.slope != 0.0) == (errors["slope"] < errors["mean"])


def test_entries_by_context() -> None:
    rows = {f"{t}@k": [4.0 if g == t else 0.0 for g in GENES] for t in "ABC"}
    rows["A@r"] = [4.0, 0.0, 0.0, 0.0, 0.0]
    effects = effects_of(rows, genes=GENES)
    learnt = SelfEffect.learn(effects)
    assert learnt is not None
    assert learnt.entries(effects, "A@k") == learnt.entries(effects, "A@r") == []
    assert learnt.entries(effects, "B@r") == [(1, pytest.approx(4.0))]
    assert learnt.entries(effects, "A+D@r") == [(3, pytest.approx(4.0))]
    assert learnt.entries(effects, "NOVEL@r") == []
