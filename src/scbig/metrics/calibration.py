"""Scores on a scale from the best trivial baseline (0) to a repeat of the experiment (1)."""

from dataclasses import dataclass

import numpy as np

from scbig.metrics.bootstrap import Matrix
from scbig.metrics.paired_scores import PairedScores
from scbig.metrics.resampling import Resampling

#: A gain below this share of the way from the best trivial baseline to a replicate is a tie.
SMALLEST_SHARE = 0.02
#: The replicate must lead by so many standard deviations over halvings, or there is no scale.
CLEAR = 3.0


@dataclass(frozen=True)
class Calibrated:
    """Where a model stands on the scale; NaN with a reason where there is no scale.

    Attributes:
        share: s = (u - b) / (r - b), not clipped.
        low, high: 95 % percentile interval over the same draws of u, b and r.
        withheld: why there is no ``share``; "" when there is.
        smallest: the gain over ``b`` that counts, in units of the metric; 0 without a lead of the
            replicate.
    """

    share: float
    low: float
    high: float
    withheld: str
    smallest: float


def calibrate(
    scores: PairedScores,
    model: str | None,
    baseline: str,
    replicate: str | None,
    halvings: PairedScores | None,
    resampling: Resampling,
) -> Calibrated:
    """Share s = (u - b) / (r - b) with u the model, b the baseline and r the replicate.

    All three are means over the conditions that have all three. The share is withheld unless r is
    better than b by three standard deviations of r over the random halvings.

    Args:
        scores: of one metric in one stratum.
        model: predictor, or ``None`` for the smallest gain alone.
        baseline: predictor at 0; "" when there is none.
        replicate: predictor at 1, if any.
        halvings: the replicate's scores by halving (as columns), if known.
        resampling: the bootstrap.
    """
    if not baseline:
        return _withheld("no trivial baseline has this metric")
    if replicate is None or replicate not in scores:
        return _withheld("no replicate")
    ends = [baseline, replicate]
    mask = scores.known(ends)
    if not mask.any():
        return _withheld("no condition has both ends of the scale")
    values, conditions = scores.rows(ends, mask)
    b, r = scores.means(values)
    lead = float(scores.sign * (r - b))
    smallest = SMALLEST_SHARE * max(lead, 0.0)
    if model is None or model not in scores:
        return _withheld("the model has no score", smallest)
    if halvings is None:
        return _withheld("the spread over halvings is not known", smallest)
    spread = _spread(halvings, conditions)
    if np.isnan(spread):
        return _withheld("the spread over halvings is not known", smallest)
    if not lead > CLEAR * spread:
        return _withheld(
            f"the replicate does not lead {baseline} by 3 sd over halvings "
            f"(lead {lead:.3g}, sd {spread:.2g})",
            smallest,
        )
    three = [model, *ends]
    mask = scores.known(three)
    if not mask.any():
        return _withheld("no condition has the model and both ends of the scale", smallest)
    values, conditions = scores.rows(three, mask)
    share = _share(scores.means(values)[None])[0]
    low = high = np.nan
    if resampling.enough(conditions):
        shares = _share(scores.drawn(values, conditions, resampling))
        low, high = np.nanpercentile(shares, [2.5, 97.5])
    return Calibrated(float(share), float(low), float(high), "", smallest)


def _share(three: Matrix) -> Matrix:
    with np.errstate(divide="ignore", invalid="ignore"):
        share = (three[:, 0] - three[:, 1]) / (three[:, 2] - three[:, 1])
    return np.asarray(np.where(np.isfinite(share), share, np.nan))


def _spread(halvings: PairedScores, conditions: list[str]) -> float:
    """Standard deviation over halvings of the mean over ``conditions``."""
    wanted = set(conditions)
    inside = np.array([c in wanted for c in halvings.conditions]) & halvings.known(
        halvings.predictors
    )
    if not inside.any() or len(halvings.predictors) < 2:
        return float("nan")
    means = halvings.means(halvings.rows(halvings.predictors, inside)[0])
    return float(means.std(ddof=1))


def _withheld(reason: str, smallest: float = 0.0) -> Calibrated:
    return Calibrated(np.nan, np.nan, np.nan, reason, smallest)
