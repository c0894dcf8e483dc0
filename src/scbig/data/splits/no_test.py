"""The GEARS ``no_test`` split: a share validated, the rest trained on, nothing tested."""

from collections.abc import Sequence

import numpy as np

from scbig.data.splits.combo_seen import drawn
from scbig.data.splits.split_rule import Labels, SplitRule, check_fraction, make_split, without
from scbig.split import Split


class NoTest(SplitRule):
    """For the final fit of a model that is used and not scored.

    Args:
        seed: of the draw.
        val_fraction: share of the conditions that is validated on.
    """

    def __init__(self, seed: int = 1, val_fraction: float = 0.1) -> None:
        check_fraction("val_fraction", val_fraction)
        self.seed = seed
        self.val_fraction = val_fraction

    def split(self, conditions: Sequence[str], labels: Labels | None = None) -> Split:
        """Split of ``conditions``."""
        generator = np.random.RandomState(self.seed)
        val = drawn(sorted(conditions), self.val_fraction, generator, replace=False)
        return make_split(
            "no_test",
            self.seed,
            train=without(conditions, val),
            val=val,
            test=(),
            tested=False,
        )
