"""Empirical-Bayes shrinkage of measured effects: what sampling noise explains is taken away."""

from dataclasses import replace

from scbig.effects import Effects, shrink


def shrunken(effects: Effects) -> Effects:
    """The effects, shrunken by their own standard errors; all else unchanged."""
    return replace(effects, delta=shrink(effects.delta, effects.variance))
