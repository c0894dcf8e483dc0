"""Empirical-Bayes shrinkage of measured effects: what sampling noise explains is taken away."""

from dataclasses import replace

import numpy as np

from scbig.effects import Effects, Matrix


def shrink(delta: Matrix, variance: Matrix) -> Matrix:
    """Positive-part estimate delta * max(0, 1 - se^2 / delta^2), entry by entry.

    An effect within one standard error of 0 becomes 0, a clear one hardly changes. Noise in the
    mean costs more energy distance than any transport of cells gains.

    Args:
        delta: measured effects.
        variance: their squared standard errors, same shape.
    """
    squares = np.square(delta)
    kept = 1.0 - np.divide(variance, squares, out=np.ones_like(delta), where=squares > 0)
    return np.asarray(delta * np.maximum(kept, 0.0))


def shrunken(effects: Effects) -> Effects:
    """The effects, shrunken by their own standard errors; all else unchanged."""
    return replace(effects, delta=shrink(effects.delta, effects.variance))
