"""The strict ``holdout`` split: some genes are seen in no training condition of any kind."""

from collections.abc import Sequence

import numpy as np

from scbig.conditions import target_genes
from scbig.data.splits.split_rule import (
    Labels,
    SplitRule,
    make_split,
    selectable,
    touching,
    without,
)
from scbig.errors import UserError
from scbig.split import Split


class Holdout(SplitRule):
    """Every condition that touches a held-out gene is tested: its single and its combinations.

    Validation: further genes, by the same rule on the rest. They are taken from the genes that no
    tested condition has, as long as there are enough, and a condition that would show selection a
    tested gene is not used.

    Args:
        seed: of the draw.
        n_genes: genes held out for the test.
        n_val_genes: genes held out for validation.
    """

    def __init__(self, seed: int = 42, n_genes: int = 12, n_val_genes: int = 6) -> None:
        if n_genes < 1 or n_val_genes < 0:
            raise UserError(
                f"holdout with n_genes {n_genes} and n_val_genes {n_val_genes}: "
                "hold out at least one gene for the test and none or more for validation"
            )
        self.seed = seed
        self.n_genes = n_genes
        self.n_val_genes = n_val_genes

    def split(self, conditions: Sequence[str], labels: Labels | None = None) -> Split:
        """Split of ``conditions``."""
        genes = target_genes(conditions)
        if self.n_genes + self.n_val_genes >= len(genes):
            raise UserError(
                f"holdout hides {self.n_genes} + {self.n_val_genes} genes and the screen perturbs "
                f"{len(genes)}: set n_genes and n_val_genes lower"
            )
        order = np.random.RandomState(self.seed).permutation(np.asarray(genes)).tolist()
        test = touching(order[: self.n_genes], conditions)
        rest = without(conditions, test)
        tested = frozenset(target_genes(test))
        # a stable sort: genes of no tested condition first, each kind in the order drawn
        further = sorted(order[self.n_genes :], key=tested.__contains__)
        val = touching(further[: self.n_val_genes], rest)
        return make_split(
            f"holdout_{self.n_genes}",
            self.seed,
            train=without(rest, val),
            val=selectable(val, without(rest, val), test),
            test=test,
        )
