"""What hidden training conditions say of the tuned form's predictions: lengths, weights, errors."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np

from scbig.baselines.embedding_kernel import Similarity
from scbig.baselines.gp_averaging import Averaging
from scbig.baselines.gp_bound import Bound
from scbig.baselines.gp_held_out import HeldOutPredictions, held_out_predictions
from scbig.baselines.gp_rescaling import Rescaling
from scbig.baselines.gp_simple import simple_effects
from scbig.baselines.gp_tuned import TunedForm
from scbig.baselines.gp_uncertainty import Calibration
from scbig.effects import Effects, Matrix


class HiddenConditions:
    """Corrections of predictions, learned when first asked for from hidden training conditions.

    Args:
        form: fitted tuned form.
        effects: training effects.
        without_own: of them, without own entries, (conditions, genes).
        similarity: of the training targets.
        rescale: change the length of predictions (``Rescaling``) and bound it (``Bound``).
        average: average them with simple effects (``Averaging``).
    """

    def __init__(
        self,
        form: TunedForm,
        effects: Effects,
        without_own: Matrix,
        similarity: Similarity,
        rescale: bool,
        average: bool,
    ) -> None:
        self.form = form
        self.effects = effects
        self.similarity = similarity
        self.rescale = rescale
        self.average = average
        self.without_own = without_own

    @cached_property
    def predictions(self) -> HeldOutPredictions | None:
        """Of the tuned form; ``None`` where there are too few hidden conditions."""
        n_cells = self.effects.n_cells
        return held_out_predictions(self.form, self.without_own, self.similarity, n_cells)

    @cached_property
    def rescaling(self) -> Rescaling | None:
        """Lengths of predictions; ``None`` where no hidden condition says."""
        if self.predictions is None:
            return None
        mean = self.without_own.mean(0)
        errors = self.effects.variance
        found = Rescaling.learn(self.predictions, mean, errors, self.form.n_held_out)
        return found if self.rescale else replace(found, factor=np.ones_like(found.factor))

    @cached_property
    def averaging(self) -> Averaging | None:
        """Weights of simple effects; ``None`` where they are not asked for."""
        if not self.average:
            return None
        return Averaging.learn(self.effects, self.without_own, self._rescaled, self.form.n_held_out)

    @cached_property
    def bound(self) -> Bound | None:
        """How long predictions may be; ``None`` where their length stays as it is."""
        if not self.rescale:
            return None
        return Bound.learn(self.effects.conditions, self.without_own)

    @cached_property
    def calibration(self) -> Calibration | None:
        """What is known of errors; ``None`` where no hidden condition says."""
        hidden = self._rescaled
        if hidden is None:
            return None
        if self.averaging is not None:
            hidden = self.averaging.apply_to_hidden(hidden)
        if self.bound is not None:
            names = [self.effects.conditions[int(i)] for i in hidden.row]
            hidden = hidden.with_delta(self.bound.apply(hidden.delta.astype(np.float64), names))
        return Calibration(hidden)

    @property
    def _rescaled(self) -> HeldOutPredictions | None:
        if self.predictions is None or self.rescaling is None:
            return None
        return self.rescaling.apply_to_hidden(self.predictions)

    def corrected(
        self, delta: Matrix, conditions: Sequence[str], measured_length: bool = False
    ) -> Matrix:
        """Predictions of the tuned form, rescaled, averaged and bounded, (conditions, genes).

        Args:
            delta: predictions.
            conditions: of them.
            measured_length: bring what sets them apart to the length of measured effects.
        """
        strata = self.form.strata(conditions)
        if self.rescaling is not None:
            delta = self.rescaling.apply(delta, strata)
            if measured_length:
                delta = self.rescaling.to_measured(delta, strata)
        if self.averaging is not None:
            known = self.effects
            simple = simple_effects(conditions, strata, known.conditions, known.delta)
            delta = self.averaging.apply(delta, simple, strata)
        return delta if self.bound is None else self.bound.apply(delta, conditions)
