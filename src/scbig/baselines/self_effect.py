"""What a perturbation does to the expression of its own target."""

from dataclasses import dataclass

import numpy as np

from scbig.effects import Effects, Matrix

#: Fewer measured self effects than this say nothing about the next one.
ENOUGH = 3


@dataclass(frozen=True)
class SelfEffect:
    """Effect of a perturbation on its own target, learned from singles whose target is measured.

    Activation (mean self effect >= 0): the mean, since an activated gene rises to a level that has
    little to do with where it was. Knock-down and knock-out (mean < 0): slope x control mean of the
    target, since nothing can fall below zero.

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
        pairs = [(row, column[t]) for t, row in effects.singles.items() if t in column]
        if len(pairs) < ENOUGH:
            return None
        rows, columns = np.array(pairs).T
        own, control = effects.delta[rows, columns], effects.control[columns]
        falls = own.mean() < 0 and float(control @ control) > 0
        slope = float(own @ control / (control @ control)) if falls else 0.0
        offset = 0.0 if falls else float(own.mean())
        spread = float(np.std(own - offset - slope * control, ddof=1))
        return cls(offset, slope, spread, column, effects.control)

    def of(self, target: str) -> float:
        """Predicted effect on a measured target."""
        return self.offset + self.slope * float(self.control[self.column[target]])
