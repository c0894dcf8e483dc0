"""``no_score``: what a metric returns where it is undefined."""

from torch import Tensor


def no_score(like: Tensor) -> Tensor:
    """A scalar NaN of the type of ``like``."""
    return like.new_full((), float("nan"))
