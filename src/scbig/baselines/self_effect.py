"""What a perturbation does to the expression of its own target."""

from dataclasses import dataclass

import numpy as np

from scbig.conditions import context_of, targets_of
from scbig.effects import Effects, Matrix

#: Fewer measured self effects than this say nothing about the next one.
ENOUGH = 3


@dataclass(frozen=True)
class SelfEffect:
    """Effect of a perturbation on its own target, learned from singles whose target is measured.

    Two rules, of which the one with less squared error on each left-out single is used: the mean
    (activation: an activated gene rises to a level that has little to do with where it was), and
    slope x control mean of the target (knock-down and knock-out: nothing falls below zero). On
    Norman et al. 2019 (activation, no control mean there) the mean is used; on the knock-downs of
    Replogle et al. 2020 the slope.

    Attributes:
        offset: log1p of counts per 10,000.
        slope: per unit of the target's control mean.
        spread: standard deviation of the training self effects around this.
        column: column of each measured gene.
        control: control mean, (genes,).
    """

    offset: float
    slope: float
    spread: float
    column: dict[str, int]
    control: Matrix

    @classmethod
    def learn(cls, effects: Effects) -> "SelfEffect | None":
        """Fit on the training singles; ``None`` when fewer than ``ENOUGH`` targets are measured."""
        column = {gene: i for i, gene in enumerate(effects.genes)}
        targets = {c: targets_of(c)[0] for c in effects.singles}
        pairs = [(effects.singles[c], column[t]) for c, t in targets.items() if t in column]
        if len(pairs) < ENOUGH:
            return None
        rows, columns = np.array(pairs).T
        own, control = effects.delta[rows, columns], effects.control[columns]
        n, norm = len(own), float(control @ control)
        offset, slope = float(own.mean()), 0.0
        # least squares with one single left out, in closed form
        without = np.square((own - offset) * n / (n - 1)).sum()
        leverage = np.square(control) / norm if norm > 0 else np.ones(n)
        if leverage.max() < 1:
            through_zero = float(own @ control) / norm
            if np.square((own - through_zero * control) / (1 - leverage)).sum() < without:
                offset, slope = 0.0, through_zero
        spread = float(np.std(own - offset - slope * control, ddof=1))
        return cls(offset, slope, spread, column, effects.control)

    def of(self, target: str) -> float:
        """Predicted effect on a measured target."""
        return self.offset + self.slope * float(self.control[self.column[target]])

    def entries(self, effects: Effects, condition: str) -> list[tuple[int, float]]:
        """Gene column and effect of each measured target whose single was not trained."""
        context = context_of(condition)
        return [
            (self.column[t], self.of(t))
            for t in targets_of(condition)
            if t in self.column and effects.single(t, context) is None
        ]
