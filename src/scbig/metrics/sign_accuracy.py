"""Does each gene go the way that was predicted (ACC of scBIG)?"""

from torch import Tensor

from scbig.metrics.comparison import Comparison
from scbig.metrics.condition_metric import SeparateMetric

TOP = 20
#: Smaller effects are float32 rounding of log1p of counts per 10,000, and count as none.
NO_EFFECT = 1e-6


def sign_accuracy(
    predicted_delta: Tensor, true_delta: Tensor, genes: Tensor | slice = slice(None)
) -> Tensor:
    """Share of ``genes`` with [predicted effect > 0] = [true effect > 0]; effects are (genes,)."""
    up, truly_up = predicted_delta > NO_EFFECT, true_delta > NO_EFFECT
    return (up == truly_up)[genes].double().mean()


class SignAccuracy(SeparateMetric):
    """Share of genes whose effect has the predicted sign: the ACC of scBIG.

    mean [(x^ - c > 0) = (x - c > 0)] over all genes, c the mean of real control cells; 0 to 1,
    always defined. No effect counts as "down": no change scores the share of genes that do not go
    up, .44 on doubles of the Norman screen, and the mean effect of training .62. Read it beside
    these two only: most of it is the sign of noise and of the shared shift.
    """

    name = "sign_accuracy"
    title = "Sign accuracy"
    convention = "scBIG"
    short = "sign acc."
    unit = "share, 0 to 1"
    order = 37
    higher_is_better = True
    undefined_value = float("nan")

    def score(self, comparison: Comparison) -> Tensor:
        """Accuracy of one condition."""
        return sign_accuracy(comparison.predicted_delta, comparison.truth.delta)


class SignAccuracyTop20(SignAccuracy):
    """Share of the 20 genes that changed most whose effect has the predicted sign.

    mean [(x^ - c > 0) = (x - c > 0)] over the 20 genes with the largest |Welch t| of the measured
    cells against control, as for the top-20 correlation; c the mean of real control cells; 0 to 1,
    always defined. No effect counts as "down". It rewards the shared shift.
    """

    name = "sign_accuracy_top20"
    title = "Sign accuracy, top 20 DE"
    short = "sgn top20"
    order = 38

    def score(self, comparison: Comparison) -> Tensor:
        """Accuracy of one condition."""
        truth = comparison.truth
        return sign_accuracy(comparison.predicted_delta, truth.delta, truth.de_order[:TOP])
