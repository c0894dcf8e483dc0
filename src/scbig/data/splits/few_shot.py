"""The ``fewshot`` split: a context, such as a cell line, of which a part is seen in training."""

from collections.abc import Sequence

import numpy as np

from scbig.conditions import context_of, contexts
from scbig.data.splits.split_rule import Labels, SplitRule, check_fraction, make_split, without
from scbig.errors import UserError, listed
from scbig.split import Split


class FewShot(SplitRule):
    """Other contexts are trained on, and 30 % of the target; 10 % validate, the rest is tested.

    State and cell-load let validation and test overlap; here they are disjoint. The control cells
    of the target context are known to every side. With ``train_fraction=0`` no perturbed cell of
    the target context is trained on (``ZeroShot``).

    Args:
        context: the target: a level of the obs column that the data name as ``context``.
        seed: of the draw.
        train_fraction: share of the conditions of the target context that is trained on.
        val_fraction: share of them that is validated on.
    """

    def __init__(
        self,
        context: str,
        seed: int = 42,
        train_fraction: float = 0.3,
        val_fraction: float = 0.1,
    ) -> None:
        check_fraction("train_fraction", train_fraction)
        check_fraction("val_fraction", val_fraction)
        self.context = context
        self.seed = seed
        self.train_fraction = train_fraction
        self.val_fraction = val_fraction

    def split(self, conditions: Sequence[str], labels: Labels | None = None) -> Split:
        """Split of ``conditions``."""
        return context_split(
            conditions,
            self.context,
            self.seed,
            self.train_fraction,
            self.val_fraction,
            f"fewshot_{self.context}_{self.train_fraction:g}",
        )


def context_split(
    conditions: Sequence[str],
    context: str,
    seed: int,
    train_fraction: float,
    val_fraction: float,
    name: str,
) -> Split:
    """Split of the conditions of one context by shares; those of other contexts are trained on.

    Raises:
        UserError: the conditions have no such context, or no other one.
    """
    known = contexts(conditions)
    if context not in known:
        have = f"they have {listed(known)}" if known else "they have none: name the obs column as"
        raise UserError(
            f"the conditions have no context {context!r} to hold out; {have}"
            + ("" if known else " context of the data")
        )
    if len(known) == 1:
        raise UserError(
            f"{context!r} is the only context: there is no other one to learn from; split inside "
            "it with simulation_single"
        )
    inside = sorted(c for c in conditions if context_of(c) == context)
    order = np.random.RandomState(seed).permutation(np.asarray(inside, dtype=np.str_)).tolist()
    n_train, n_val = int(len(order) * train_fraction), int(len(order) * val_fraction)
    val, test = order[n_train : n_train + n_val], order[n_train + n_val :]
    return make_split(
        name,
        seed,
        train=without(conditions, val, test),
        val=val,
        test=test,
    )
