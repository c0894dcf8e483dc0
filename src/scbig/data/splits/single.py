"""The GEARS ``single`` split: genes whose single is tested, and that are in no combination."""

from collections.abc import Sequence

import numpy as np

from scbig.conditions import target_genes
from scbig.data.splits.combo_seen import drawn
from scbig.data.splits.split_rule import (
    Labels,
    SplitRule,
    check_fraction,
    make_split,
    singles_of,
    touching,
    without,
)
from scbig.split import Split


class Single(SplitRule):
    """Singles of drawn genes are tested; combinations that touch such a gene are not used.

    As many genes are drawn as a share of the singles. Validation: the same rule on the rest, from
    the same generator.

    Args:
        seed: of both draws.
        test_fraction: share of the singles that is drawn for the test.
        val_fraction: share of the remaining singles that is drawn for validation.
        replace: draw with replacement, as GEARS does (Roohani et al. 2023,
            ``data_utils.DataSplitter.get_split_list``): a gene drawn twice counts once, so that
            fewer are tested.
    """

    def __init__(
        self,
        seed: int = 42,
        test_fraction: float = 0.1,
        val_fraction: float = 0.1,
        replace: bool = True,
    ) -> None:
        check_fraction("test_fraction", test_fraction)
        check_fraction("val_fraction", val_fraction)
        self.seed = seed
        self.test_fraction = test_fraction
        self.val_fraction = val_fraction
        self.replace = replace

    def split(self, conditions: Sequence[str], labels: Labels | None = None) -> Split:
        """Split of ``conditions``."""
        generator = np.random.RandomState(self.seed)
        rest, test = self._apply(conditions, self.test_fraction, generator)
        train, val = self._apply(rest, self.val_fraction, generator)
        return make_split(f"single_{self.test_fraction:g}", self.seed, train, val, test)

    def _apply(
        self, conditions: Sequence[str], fraction: float, generator: np.random.RandomState
    ) -> tuple[list[str], list[str]]:
        """Conditions that stay and singles that are hidden; both sorted."""
        genes = drawn(
            target_genes(conditions),
            fraction,
            generator,
            of=len(singles_of(conditions)),
            replace=self.replace,
        )
        touched = touching(genes, conditions)
        return without(conditions, touched), singles_of(touched)
