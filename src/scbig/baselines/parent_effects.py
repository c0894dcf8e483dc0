"""Effects of the single perturbations that a condition is made of."""

from dataclasses import dataclass

from scbig.conditions import targets_of
from scbig.effects import Effects, Matrix


@dataclass(frozen=True)
class ParentEffects:
    """What training knows of the targets of one condition.

    Attributes:
        sum: of the single effects, the mean training effect where one is missing, (genes,).
        count: number of targets.
        fallback: which targets have no training single; "" when all have.
    """

    sum: Matrix
    count: int
    fallback: str


def parent_effects(effects: Effects, condition: str) -> ParentEffects:
    """Look up the single effects of the targets of ``condition``."""
    targets = targets_of(condition)
    known = [effects.singles[t] for t in targets if t in effects.singles]
    missing = [t for t in targets if t not in effects.singles]
    total = effects.delta[known].sum(0) + len(missing) * effects.mean
    reason = f"mean effect for {', '.join(missing)}: no training single" if missing else ""
    return ParentEffects(total, len(targets), reason)
