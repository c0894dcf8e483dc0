"""Predictions averaged with what the parts of a condition do, or what it does elsewhere."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scbig.baselines.context_mean import means_elsewhere
from scbig.baselines.gp_error_weights import weights_of_hidden
from scbig.baselines.gp_held_out import HeldOutPredictions
from scbig.baselines.gp_resplits import STRATA
from scbig.baselines.gp_simple import ELSEWHERE, SEEN2
from scbig.conditions import context_of, in_context, targets_of
from scbig.effects import Effects, Matrix

#: Perturbations known in several contexts at which what they say counts half.
HALF_TRUSTED = 10
#: Below this regression between contexts the weight is taken back.
ALIKE = 0.25
#: Distinct targets of hidden combinations at which what they say counts half.
HALF_TRUSTED_COMBINATIONS = 3


@dataclass(frozen=True)
class Averaging:
    """(1 - w) y + w z, of the process y and the simple effects z (``simple_effects``).

    Two predictors that err differently are better averaged than chosen between where data are too
    few to choose: w starts at 1/2.

    * Combinations of seen targets: with b the regression of hidden truths less y on z less y, b_w
      the one in which genes count as in the weighted squared error and conditions alike, n the
      distinct targets of hidden combinations and t = n / (n + 3), w = (1 - t) / 2 +
      t (clip(b, 0, 1) + clip(b_w, 0, 1)) / 2. On screens with many combinations the process has
      the least squared error alone, b = 0, and the sum of singles a say in the few genes that set
      a combination apart: w is half way between, as the lengths of ``Rescaling`` are. Without a
      combination in training it is 0.
    * Other contexts: the process is tuned on the few known conditions of a context, so what they
      say of it is too good, and b would be too small. Only contexts that prove not alike take their
      weight back: with b the regression, over perturbations known in several contexts, of an effect
      on its mean elsewhere (each less its context's mean), n their number and t = n / (n + 10),
      w = clip(4 b, 0, 1)^t / 2.

    Attributes:
        weight: w by index into ``STRATA``, and 0 for none, (strata + 1,).
    """

    weight: Matrix

    @classmethod
    def learn(
        cls,
        effects: Effects,
        delta: Matrix,
        held_out: HeldOutPredictions | None,
        n_held_out: npt.NDArray[np.int64],
    ) -> "Averaging":
        """Learn both weights.

        Args:
            effects: training effects.
            delta: of them, without own entries, (conditions, genes).
            held_out: predictions of hidden conditions, rescaled.
            n_held_out: distinct hidden targets in each stratum, (strata,).
        """
        weight = np.zeros(len(STRATA) + 1)
        weight[ELSEWHERE] = _alike(effects, delta) / 2
        if any(len(targets_of(condition)) > 1 for condition in effects.conditions):
            t = n_held_out[SEEN2] / (n_held_out[SEEN2] + HALF_TRUSTED_COMBINATIONS)
            weight[SEEN2] = (1 - t) / 2 + t * _better(held_out, effects, delta.mean(0))
        return cls(weight)

    def apply(self, delta: Matrix, simple: Matrix, stratum: npt.NDArray[np.int64]) -> Matrix:
        """Averages; ``delta`` where ``simple`` is NaN.

        Args:
            delta: predictions of the process, (conditions, genes).
            simple: z, same shape.
            stratum: index into ``STRATA``, -1 for none, (conditions,).
        """
        drawn = delta + self.weight[stratum][:, None] * (simple - delta)
        return np.where(np.isnan(simple), delta, drawn)

    def apply_to_hidden(self, held_out: HeldOutPredictions) -> HeldOutPredictions:
        """The hidden conditions as they are predicted now."""
        if held_out.simple is None:
            return held_out
        delta, simple = (x.astype(np.float64) for x in (held_out.delta, held_out.simple))
        return held_out.with_delta(self.apply(delta, simple, held_out.stratum))


def _better(held_out: HeldOutPredictions | None, effects: Effects, mean: Matrix) -> float:
    """Half way between the weights of least squared and of least weighted error.

    Of clip(b, 0, 1) and clip(b_w, 0, 1) of combinations; 1/2 where nothing tells y and z apart.
    """
    both, squares = np.zeros((2, 2))
    if held_out is not None and held_out.simple is not None:
        known = ~np.isnan(held_out.simple).any(1)
        rows = np.flatnonzero(known & (held_out.stratum == SEEN2))
        for block, w in weights_of_hidden(held_out, rows, mean, effects.variance):
            off = (held_out.simple[block] - held_out.delta[block]).astype(np.float64)
            left = (held_out.truth[block] - held_out.delta[block]).astype(np.float64)
            both += [(left * off).sum(), (w * left * off).sum()]
            squares += [np.square(off).sum(), (w * np.square(off)).sum()]
    b = np.divide(both, squares, out=np.full(2, 0.5), where=squares > 0)
    return float(np.clip(b, 0.0, 1.0).mean())


def _alike(effects: Effects, delta: Matrix) -> float:
    """clip(4 b, 0, 1)^t of contexts; 1 where no perturbation is known in two."""
    names = effects.conditions
    elsewhere = means_elsewhere(names, names, delta)
    known = np.asarray(~np.isnan(elsewhere).any(1))
    of = np.array([context_of(name) for name in names], dtype=np.str_)[known]
    here, there = delta[known].copy(), elsewhere[known]
    for context in np.unique(of):
        here[of == context] -= here[of == context].mean(0)
        there[of == context] -= there[of == context].mean(0)
    size = float(np.square(there).sum())
    if size == 0:
        return 1.0
    n = len({in_context(name, "") for name, k in zip(names, known, strict=True) if k})
    alike = np.clip((here * there).sum() / size / ALIKE, 0.0, 1.0)
    return float(alike ** (n / (n + HALF_TRUSTED)))
