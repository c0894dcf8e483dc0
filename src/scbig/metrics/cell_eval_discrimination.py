"""The discrimination score as cell-eval defines it, for comparison with what others report."""

import torch
from torch import Tensor

from scbig.conditions import targets_of
from scbig.metrics.comparison import Comparison
from scbig.metrics.mid_rank import closer_and_tied
from scbig.metrics.panel_metric import PanelMetric


def cell_eval_discrimination_l1(predicted: Tensor, true: Tensor, dropped: Tensor) -> Tensor:
    """1 - rank / n by L1 distance; see ``CellEvalDiscriminationL1``.

    Args:
        predicted: effects, (conditions, genes).
        true: effects, same shape.
        dropped: genes that are left out of the distances from each prediction, bool, same shape,
            at most one a condition.

    Returns:
        Score of each condition in [1 / n, 1], (conditions,).
    """
    p, t = predicted.double(), true.double()
    distance = torch.cdist(p, t, p=1.0) - _dropped(p, t, dropped).abs()
    return _one_minus_rank(distance)


def cell_eval_discrimination_l2(predicted: Tensor, true: Tensor, dropped: Tensor) -> Tensor:
    """As ``cell_eval_discrimination_l1``, by Euclidean distance."""
    p, t = predicted.double(), true.double()
    direct = "donot_use_mm_for_euclid_dist"  # coinciding points are at exactly 0
    distance = torch.cdist(p, t, compute_mode=direct).square() - _dropped(p, t, dropped).square()
    return _one_minus_rank(distance)


def cell_eval_discrimination_cosine(predicted: Tensor, true: Tensor, dropped: Tensor) -> Tensor:
    """As ``cell_eval_discrimination_l1``, by cosine distance; 1 from or to an effect of zeros."""
    p = torch.where(dropped, 0.0, predicted.double())
    t = true.double()
    # a dropped gene is missing from the norm of the truths too, for that prediction only
    norms = (t.square().sum(1) - dropped.double() @ t.square().T).clamp_min(0.0).sqrt()
    sizes = torch.linalg.vector_norm(p, dim=1, keepdim=True) * norms
    cosine = torch.where(sizes > 0, p @ t.T / sizes.clamp_min(1e-300), 0.0)
    return _one_minus_rank(1.0 - cosine)


def _dropped(predicted: Tensor, true: Tensor, dropped: Tensor) -> Tensor:
    """Difference of prediction p and truth q in the gene dropped for p, 0 without one, (n, n)."""
    chosen = dropped.double()
    return (predicted * chosen).sum(1, keepdim=True) - chosen @ true.T


def _one_minus_rank(distance: Tensor) -> Tensor:
    closer, tied = closer_and_tied(distance)
    rank = closer.sum(1) + tied.tril(-1).sum(1)
    return 1.0 - rank.double() / len(distance)


class CellEvalDiscriminationL1(PanelMetric):
    """Discrimination score by L1 distance, in cell-eval's convention.

    1 - rank / n, rank from 0 of the own condition when true effects are sorted by their distance
    from the prediction; 1 / n to 1. Effects are against control. A gene is left out where it is
    named exactly as the condition: for ``A`` its own target, for ``A+B`` nothing. Ties are not
    shared: of equal distances the first condition by name is the nearest, so a prediction that does
    not depend on the condition scores (n + 1) / 2n where no gene is left out, and each condition
    what its name earns. Inflation pays, and double perturbations are recognised by their targets.
    Never undefined. Defined in cell-eval 0.8 (``discrimination_score_l1``); the scores of this
    package are the ones without ``cell_eval`` in their name.
    """

    name = "cell_eval_discrimination_l1"
    title = "Discrimination L1 (cell-eval)"
    short = "cePDS L1"
    unit = "share, 1/n to 1"
    convention = "cell-eval"
    order = 30
    higher_is_better = True
    undefined_value = 0.5

    def own(self, comparison: Comparison) -> tuple[int, ...]:
        """The gene of the condition's own name, if there is one."""
        condition = comparison.truth.condition
        return comparison.truth.own if targets_of(condition) == (condition,) else ()

    def panel_scores(self, predicted: Tensor, true: Tensor, targets: Tensor) -> Tensor:
        """Score of each condition."""
        return cell_eval_discrimination_l1(predicted, true, targets)


class CellEvalDiscriminationL2(CellEvalDiscriminationL1):
    """Discrimination score by Euclidean distance, in cell-eval's convention.

    1 - rank / n as by L1 distance: the gene named as the condition is left out, ties go to the
    first condition by name, 1 / n to 1. Inflation pays. Defined in cell-eval 0.8
    (``discrimination_score_l2``).
    """

    name = "cell_eval_discrimination_l2"
    title = "Discrimination L2 (cell-eval)"
    short = "cePDS L2"
    order = 31

    def panel_scores(self, predicted: Tensor, true: Tensor, targets: Tensor) -> Tensor:
        """Score of each condition."""
        return cell_eval_discrimination_l2(predicted, true, targets)


class CellEvalDiscriminationCosine(CellEvalDiscriminationL1):
    """Discrimination score by cosine distance, in cell-eval's convention.

    1 - rank / n as by L1 distance: the gene named as the condition is left out, ties go to the
    first condition by name, 1 / n to 1. An effect of zeros is at distance 1 from all, and then the
    name alone decides. It does not see the size of an effect. Defined in cell-eval 0.8
    (``discrimination_score_cosine``).
    """

    name = "cell_eval_discrimination_cosine"
    title = "Discrimination cosine (cell-eval)"
    short = "cePDS cos"
    order = 32

    def panel_scores(self, predicted: Tensor, true: Tensor, targets: Tensor) -> Tensor:
        """Score of each condition."""
        return cell_eval_discrimination_cosine(predicted, true, targets)
