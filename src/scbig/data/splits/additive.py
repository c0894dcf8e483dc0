"""The ``additive`` split: every single is trained on, some combinations are tested."""

from collections.abc import Sequence

import numpy as np

from scbig.data.splits.split_rule import (
    Labels,
    SplitRule,
    check_fraction,
    combinations_of,
    make_split,
    selectable,
    without,
)
from scbig.split import Split


class Additive(SplitRule):
    """A share of the combinations is tested; all singles and the other combinations are trained on.

    The order of combinations is that of the scDFM benchmark (sorted, shuffled from seed 42 + i);
    validation takes the next share of what remains. The additive task of Ahlmann-Eltze et al. 2025
    is ``test_fraction=0.25, val_fraction=1/3``: half of the combinations are trained on, a quarter
    is tested and a quarter validated on. A combination whose parents are not both measured has no
    additive prediction: it is in the split, in a stratum of its own (``Split.subgroup``).

    Args:
        seed: of the shuffle.
        test_fraction: share of the combinations that are tested.
        val_fraction: share of the remaining combinations that are validated on.
    """

    def __init__(
        self, seed: int = 42, test_fraction: float = 0.3, val_fraction: float = 0.15
    ) -> None:
        check_fraction("test_fraction", test_fraction)
        check_fraction("val_fraction", val_fraction)
        self.seed = seed
        self.test_fraction = test_fraction
        self.val_fraction = val_fraction

    def split(self, conditions: Sequence[str], labels: Labels | None = None) -> Split:
        """Split of ``conditions``."""
        order = np.asarray(combinations_of(conditions), dtype=np.str_)
        np.random.RandomState(self.seed).shuffle(order)
        n_test = int(len(order) * self.test_fraction)
        n_val = int((len(order) - n_test) * self.val_fraction)
        test, val = order[:n_test].tolist(), order[n_test : n_test + n_val].tolist()
        # of genes that are in combinations only; what selection must not see is trained on
        val = selectable(val, without(conditions, test, val), test)
        return make_split(
            f"additive_{self.test_fraction:g}",
            self.seed,
            train=without(conditions, test, val),
            val=val,
            test=test,
        )
