"""Effects of the single perturbations that a condition is made of."""

from dataclasses import dataclass

from scbig.conditions import context_of, targets_of
from scbig.effects import Effects, Matrix


@dataclass(frozen=True)
class ParentEffects:
    """What training knows of the targets of one condition, in the condition's own context.

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
    targets, context = targets_of(condition), context_of(condition)
    rows = {t: effects.single(t, context) for t in targets}
    known = [row for row in rows.values() if row is not None]
    missing = [t for t, row in rows.items() if row is None]
    total = effects.delta[known].sum(0) + len(missing) * effects.mean_of(condition)
    where = f" in {context}" if context else ""
    reason = f"mean effect for {', '.join(missing)}: no training single{where}" if missing else ""
    return ParentEffects(total, len(targets), reason)
