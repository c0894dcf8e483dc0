"""Which trivial baseline a model is held to: chosen on validation, not by what is scored."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scbig.metrics.bootstrap import FEWEST
from scbig.metrics.paired_scores import PairedScores, Panels
from scbig.metrics.summary import ALL


@dataclass(frozen=True)
class BestTrivial:
    """A baseline and what it was chosen on.

    Attributes:
        name: of the baseline; "" when no trivial baseline has the metric.
        chosen_on: ``"validation"``, ``"validation, <stratum>"`` or ``"scored conditions"``. The
            last is an oracle's choice, which favours the baseline.
    """

    name: str
    chosen_on: str


def best_trivial(
    place: tuple[str, str], scored: Panels, validation: Panels, trivial: Sequence[str]
) -> BestTrivial:
    """The trivial baseline with the best mean score, by one metric and in one stratum.

    Validation conditions of the stratum decide when there are five, else all of them when there
    are five, else the scored conditions themselves.

    Args:
        place: stratum and name of the metric, a key of ``scored``.
        scored: scores on the held-out conditions.
        validation: scores of the baselines on validation conditions; may be empty.
        trivial: candidates, in the order in which ties are broken.
    """
    subgroup, metric = place
    candidates = [name for name in trivial if name in scored[place]]
    if not candidates:
        return BestTrivial("", "")
    whole = [] if subgroup == ALL else [(ALL, "validation")]
    own = (subgroup, f"validation, {subgroup}" if whole else "validation")
    for stratum, chosen_on in [own, *whole]:
        panel = validation.get((stratum, metric))
        # a baseline that validation knows nothing of cannot be chosen, nor ruled out
        if panel is not None and all(name in panel for name in candidates):
            name = _best(panel, candidates, FEWEST)
            if name:
                return BestTrivial(name, chosen_on)
    return BestTrivial(_best(scored[place], candidates, 1), "scored conditions")


def _best(panel: PairedScores, candidates: list[str], fewest: int) -> str:
    """Best candidate on the conditions all have, "" when these are fewer than ``fewest``."""
    mask = panel.known(candidates)
    if mask.sum() < fewest:
        return "" if fewest > 1 else candidates[0]
    means = panel.means(panel.rows(candidates, mask)[0])
    return candidates[int(np.argmax(panel.sign * means))]
