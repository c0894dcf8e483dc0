"""The ``zeroshot`` split: no perturbed cell of a context, such as a cell line, is trained on."""

from collections.abc import Sequence

from scbig.data.splits.few_shot import context_split
from scbig.data.splits.split_rule import Labels, SplitRule, check_fraction
from scbig.split import Split


class ZeroShot(SplitRule):
    """Other contexts are trained on, and of the target context the control cells only.

    A share of its conditions chooses the checkpoint, so the perturbed cells of the context are
    used for that; with ``val_fraction=0`` they are not used at all.

    Args:
        context: the target: a level of the obs column that the data name as ``context``.
        seed: of the draw.
        val_fraction: share of the conditions of the target context that is validated on.
    """

    def __init__(self, context: str, seed: int = 42, val_fraction: float = 0.1) -> None:
        check_fraction("val_fraction", val_fraction)
        self.context = context
        self.seed = seed
        self.val_fraction = val_fraction

    def split(self, conditions: Sequence[str], labels: Labels | None = None) -> Split:
        """Split of ``conditions``."""
        name = f"zeroshot_{self.context}"
        return context_split(conditions, self.context, self.seed, 0.0, self.val_fraction, name)
