"""The GEARS ``combo_seen0/1/2`` splits: combinations of test genes, or of seen ones."""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from scbig.conditions import target_genes, targets_of
from scbig.data.splits.split_rule import (
    Labels,
    SplitRule,
    check_fraction,
    combinations_of,
    make_split,
    singles_of,
    touching,
    without,
)
from scbig.errors import UserError
from scbig.split import Split


class ComboSeen(SplitRule):
    """Combinations with test genes (``seen=0, 1``) or of seen genes (``seen=2``) are tested.

    As many genes as a share of the singles are drawn, with replacement as in GEARS
    (Roohani et al. 2023, ``data_utils.DataSplitter.get_split_list``), so that fewer may come out.

    - 0: tested are their singles and the combinations of test genes only; combinations of a test
      gene and another one are not used.
    - 1: tested are their singles and *every* combination with a test gene, those of two among them.
    - 2: a share of all combinations is tested; no gene is hidden.

    Validation: the same rule on the rest, from the same generator.

    Args:
        seen: how many targets of a tested combination are seen.
        seed: of both draws.
        test_fraction: share of singles (0, 1) or of combinations (2) that is drawn for the test.
        val_fraction: the same for validation, of the rest.
    """

    validates_on_hidden_genes = True

    def __init__(
        self,
        seen: Literal[0, 1, 2] = 2,
        seed: int = 1,
        test_fraction: float = 0.1,
        val_fraction: float = 0.1,
    ) -> None:
        if seen not in (0, 1, 2):
            raise UserError(f"combo_seen with seen {seen}: give 0, 1 or 2")
        check_fraction("test_fraction", test_fraction)
        check_fraction("val_fraction", val_fraction)
        self.seen = seen
        self.seed = seed
        self.test_fraction = test_fraction
        self.val_fraction = val_fraction

    def split(self, conditions: Sequence[str], labels: Labels | None = None) -> Split:
        """Split of ``conditions``."""
        generator = np.random.RandomState(self.seed)
        rest, test = self._apply(conditions, self.test_fraction, generator)
        train, val = self._apply(rest, self.val_fraction, generator)
        return make_split(
            f"combo_seen{self.seen}_{self.test_fraction:g}", self.seed, train, val, test
        )

    def _apply(
        self, conditions: Sequence[str], fraction: float, generator: np.random.RandomState
    ) -> tuple[list[str], list[str]]:
        """Conditions that stay and those that are hidden; both sorted."""
        if self.seen == 2:
            hidden = drawn(combinations_of(conditions), fraction, generator)
            return without(conditions, hidden), hidden
        singles = singles_of(conditions)
        genes = drawn(target_genes(conditions), fraction, generator, of=len(singles))
        touched = touching(genes, conditions)
        mixed = [name for name in touched if not set(genes).issuperset(targets_of(name))]
        return without(conditions, touched), without(touched, mixed if self.seen == 0 else [])


def drawn(
    names: Sequence[str],
    fraction: float,
    generator: np.random.RandomState,
    of: int | None = None,
    replace: bool = True,
) -> list[str]:
    """Sorted draw from ``names``: as many as a share of their number, or of ``of``.

    With replacement, as GEARS draws, names that come up twice count once.
    """
    number = int((len(names) if of is None else of) * fraction)
    if not number:
        return []
    chosen = generator.choice(np.asarray(names, dtype=np.str_), number, replace=replace)
    return sorted(set(chosen.tolist()))
