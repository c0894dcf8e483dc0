"""The ``combinations`` split of scDFM, to compare with its numbers: it leaks."""

from collections.abc import Sequence

import numpy as np

from scbig.conditions import target_genes
from scbig.data.splits.split_rule import Labels, SplitRule, combinations_of, make_split, without
from scbig.errors import UserError
from scbig.split import Split


class HoldoutLegacy(SplitRule):
    """The first test combinations of the ``additive`` draw, and the singles of their genes.

    Other combinations of these genes stay in training, so that the genes are not unseen though
    their singles are: the audit of such a split fails, and its name says that it leaks. (In scDFM,
    singles spelled ``control+gene`` stay as well; canonical names do not allow that.) There is no
    validation side. ``Holdout`` is the strict rule.

    Args:
        seed: 42 + the fold of scDFM.
        n_combinations: combinations that are tested.
        draw_fraction: share of the combinations they are drawn from.
    """

    leak = "tested genes are trained on in other combinations"

    def __init__(
        self, seed: int = 42, n_combinations: int = 15, draw_fraction: float = 0.3
    ) -> None:
        if n_combinations < 1:
            raise UserError(f"holdout_legacy with n_combinations {n_combinations}: give at least 1")
        self.seed = seed
        self.n_combinations = n_combinations
        self.draw_fraction = draw_fraction

    def split(self, conditions: Sequence[str], labels: Labels | None = None) -> Split:
        """Split of ``conditions``."""
        order = np.asarray(combinations_of(conditions), dtype=np.str_)
        np.random.RandomState(self.seed).shuffle(order)
        first = order[: min(self.n_combinations, int(len(order) * self.draw_fraction))].tolist()
        singles = sorted(set(target_genes(first)) & set(conditions))
        return make_split(
            f"holdout_legacy_{self.n_combinations} (leaky)",
            self.seed,
            train=without(conditions, first, singles),
            val=(),
            test={*first, *singles},
        )
