"""Learning rates of a fit in two stages: encoder first, flow second."""

import math
from collections.abc import Callable


def warm_cosine(start: int, stop: int, warm_up: int) -> Callable[[int], float]:
    """Factor of the learning rate at a step: 0 outside [start, stop), warm-up, then cosine to 0.

    With factor 0 AdamW changes nothing, weight decay included: a group outside its stage is frozen
    while every parameter still takes part in the step, as distributed training wants it.
    """

    def factor(step: int) -> float:
        if not start <= step < stop:
            return 0.0
        done = step - start
        rise = min(1.0, (done + 1) / max(1, warm_up))
        return rise * 0.5 * (1.0 + math.cos(math.pi * done / max(1, stop - start)))

    return factor
