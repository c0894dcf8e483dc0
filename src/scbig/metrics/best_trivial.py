"""Which trivial baseline a model is held to: chosen on validation, unless that misleads."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

from scbig.metrics.bootstrap import FEWEST
from scbig.metrics.paired_scores import PairedScores, Panels
from scbig.metrics.summary import ALL

#: Below this p another baseline is better on the scored conditions beyond their noise.
MISLED = 0.05


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
    are five, else the scored conditions themselves. These also decide where another baseline is
    significantly better on them than validation's choice (paired t, p < .05): a small or otherwise
    mixed validation side shall not flatter the model. A metric that spans the panel is another
    number on every panel, so the scored one decides.

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
    oracle = _best(scored[place], candidates, 1)
    whole = [] if subgroup == ALL else [(ALL, "validation")]
    own = (subgroup, f"validation, {subgroup}" if whole else "validation")
    for stratum, chosen_on in [own, *whole]:
        panel = validation.get((stratum, metric))
        # a baseline that validation knows nothing of cannot be chosen, nor ruled out
        if panel is not None and all(name in panel for name in candidates):
            name = _best(panel, candidates, FEWEST)
            if name and not _misleads(name, oracle, scored[place]):
                return BestTrivial(name, chosen_on)
            if name:
                break
    return BestTrivial(oracle, "scored conditions")


def _misleads(name: str, oracle: str, panel: PairedScores) -> bool:
    """Whether the oracle's choice is better than ``name`` by more than noise."""
    if name == oracle or panel.metric.spans_panel:
        return name != oracle
    mask = panel.known([name, oracle])
    if mask.sum() < FEWEST:
        return False
    ours, best = panel.rows([name, oracle], mask)[0].T
    lead = best - ours
    error = lead.std(ddof=1) / np.sqrt(len(lead))
    return bool(abs(lead.mean()) > student.isf(MISLED / 2, len(lead) - 1) * error)


def _best(panel: PairedScores, candidates: list[str], fewest: int) -> str:
    """Best candidate on the conditions all have, "" when these are fewer than ``fewest``."""
    mask = panel.known(candidates)
    if mask.sum() < fewest:
        return "" if fewest > 1 else candidates[0]
    means = panel.means(panel.rows(candidates, mask)[0])
    return candidates[int(np.argmax(panel.sign * means))]
