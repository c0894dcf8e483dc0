"""The ``single`` split: some genes whose single perturbation is tested, seen in no combination."""

from collections.abc import Sequence

import numpy as np

from scbig.data.splits.split_rule import (
    Labels,
    SplitRule,
    check_fraction,
    checked,
    singles_of,
    touching,
    without,
)
from scbig.split import Split


class Single(SplitRule):
    """Singles of some genes are tested; combinations that touch such a gene are not used.

    Validation: the same rule on the rest, with a share of all singles again.

    Args:
        seed: of both draws.
        test_fraction: share of the singles that are tested.
        val_fraction: share of the singles that are validated on.
    """

    def __init__(
        self, seed: int = 42, test_fraction: float = 0.1, val_fraction: float = 0.1
    ) -> None:
        check_fraction("test_fraction", test_fraction)
        check_fraction("val_fraction", val_fraction)
        self.seed = seed
        self.test_fraction = test_fraction
        self.val_fraction = val_fraction

    def split(self, conditions: Sequence[str], labels: Labels | None = None) -> Split:
        """Split of ``conditions``."""
        singles = singles_of(conditions)
        n_test = int(len(singles) * self.test_fraction)
        n_val = int(len(singles) * self.val_fraction)
        order = np.random.RandomState(self.seed).permutation(np.asarray(singles, dtype=np.str_))
        test, val = order[:n_test].tolist(), order[n_test : n_test + n_val].tolist()
        return checked(
            Split(
                name=f"single_{self.test_fraction:g}",
                seed=self.seed,
                train=tuple(without(conditions, touching([*test, *val], conditions))),
                val=tuple(sorted(val)),
                test=tuple(sorted(test)),
            )
        )
