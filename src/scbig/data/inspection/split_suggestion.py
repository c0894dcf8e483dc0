"""A split that a screen is large enough for."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from scbig.conditions import context_of, contexts
from scbig.data.splits.additive import Additive
from scbig.data.splits.few_shot import FewShot
from scbig.data.splits.no_test import NoTest
from scbig.data.splits.simulation import Simulation
from scbig.data.splits.single import Single
from scbig.data.splits.split_rule import SplitRule, combinations_of
from scbig.errors import UserError
from scbig.split import Split

#: Conditions that a side needs to be worth scoring.
FEWEST_TRAIN, FEWEST_VAL, FEWEST_TEST = 3, 2, 3


@dataclass(frozen=True)
class SplitSuggestion:
    """A rule, and what it makes of the conditions.

    Attributes:
        class_path: of the rule.
        settings: those that are not its defaults.
        words: what is tested, and how many conditions each side has.
    """

    class_path: str
    settings: dict[str, Any] = field(default_factory=dict)
    words: str = ""


def suggest_split(conditions: Sequence[str]) -> SplitSuggestion | None:
    """The first rule for such a screen that leaves enough on each side.

    Args:
        conditions: canonical perturbed conditions that are large enough.

    Returns:
        ``None`` when no rule does.
    """
    for rule, settings, words in _rules(conditions):
        try:
            split = rule(**settings).split(conditions)
        except UserError:
            continue
        if _is_enough(split, tested=rule is not NoTest):
            sides = f"{len(split.train)} train, {len(split.val)} validate, {len(split.test)} test"
            return SplitSuggestion(
                f"{rule.__module__}.{rule.__name__}", settings, f"{words}: {sides}"
            )
    return None


def _rules(conditions: Sequence[str]) -> Iterator[tuple[type[SplitRule], dict[str, Any], str]]:
    if len(contexts(conditions)) > 1:
        sizes = Counter(context_of(c) for c in conditions)
        smallest = min(sorted(sizes), key=lambda c: (sizes[c] < FEWEST_TEST * 3, sizes[c]))
        words = f"few conditions of {smallest} are seen, the rest of it is tested"
        yield FewShot, {"context": smallest}, words
        yield FewShot, {"context": smallest, "val_fraction": 0.25}, words
    if combinations_of(conditions):
        yield Simulation, {}, "unseen genes and combinations (GEARS)"
        yield Additive, {"test_fraction": 0.4, "val_fraction": 0.25}, "held-out combinations"
    words = "unseen genes"
    yield Single, {"replace": False}, words
    yield Single, {"test_fraction": 0.3, "val_fraction": 0.2, "replace": False}, words
    yield Single, {"test_fraction": 0.3, "val_fraction": 0.35, "replace": False}, words
    yield NoTest, {"val_fraction": 0.34}, "too few conditions for a test; a final fit"


def _is_enough(split: Split, tested: bool) -> bool:
    return (
        len(split.train) >= FEWEST_TRAIN
        and len(split.val) >= FEWEST_VAL
        and (len(split.test) >= FEWEST_TEST or not tested)
    )
