"""``Referee``: trials and predictions to comparisons, by what is known of the training cells."""

import torch
from torch import Tensor

from scbig.conditions import targets_of
from scbig.data_spec import DataSpec
from scbig.metrics.comparison import Comparison
from scbig.metrics.population import Population, Projection
from scbig.metrics.replicate import split_half
from scbig.metrics.truth import Truth
from scbig.predictor import Prediction, Trial

#: Principal axes that the energy distance is taken on.
AXES = 50


class Referee:
    """Prepares both sides of a comparison; every predictor is measured with the same yardsticks.

    Moments of control cells are kept from one trial to the next: the trials of a stratum share
    one tensor.

    Args:
        spec: of the training cells: principal axes, modules, the mean effect, other perturbations.
        seed: of the halvings.
    """

    def __init__(self, spec: DataSpec, seed: int = 0) -> None:
        self.spec = spec
        self.seed = seed
        self.projection = Projection(
            axes=torch.from_numpy(spec.axes[:AXES]).double(),
            averaging=torch.from_numpy(spec.modules.averaging).double(),
        )
        self._mean_effect = torch.from_numpy(spec.effects.mean)
        self._other_mean = torch.from_numpy(spec.perturbed_mean).double()
        self._other_variance = torch.from_numpy(spec.perturbed_variance).double()
        self._last_control: tuple[Tensor, Population] | None = None
        self._last_halves: dict[int, tuple[Tensor, Population, Population]] = {}

    def truth(self, trial: Trial) -> Truth:
        """The measured side of a trial; effects are against the mean of *all* control cells."""
        measured = Population.of_cells(trial.truth.cpu(), self.projection)
        control_mean = trial.query.control_mean.cpu()
        return self._truth(
            trial.query.condition, measured, self._control(trial.control), control_mean
        )

    def predicted(self, prediction: Prediction) -> Population:
        """The predicted side; a mean is clipped at 0, where expression ends."""
        mean = prediction.mean.cpu().clamp_min(0.0)
        if prediction.cells is None:
            return Population.of_mean(mean)
        return Population.of_cells(prediction.cells.cpu(), self.projection).with_mean(mean)

    def halving(self, trial: Trial, number: int) -> Comparison:
        """One half of the condition's cells and controls predicts the other.

        The effect seen in one half is added to the controls of the other, as a predictor's would
        be; the predicted cells are the cells of the half.
        """
        condition = trial.query.condition
        halves = split_half(trial.truth.cpu(), self.seed + number, condition)
        control, own_control = self._control_halves(trial.control, number)
        measured = Population.of_cells(halves.measured, self.projection)
        predicting = Population.of_cells(halves.predicting, self.projection)
        effect = predicting.mean - own_control.mean
        truth = self._truth(condition, measured, control, control.mean)
        return Comparison(truth, predicting.with_mean(control.mean + effect))

    def _truth(
        self, condition: str, measured: Population, control: Population, control_mean: Tensor
    ) -> Truth:
        column = self.spec.gene_column
        return Truth.of(
            condition,
            measured,
            control,
            control_mean=control_mean,
            # clipped as predictions are, so that predicting m is exactly m
            perturbed_mean=(control_mean.double() + self._mean_effect).clamp_min(0.0),
            other_mean=self._other_mean,
            other_variance=self._other_variance,
            own=tuple(column[t] for t in targets_of(condition) if t in column),
        )

    def _control(self, control: Tensor) -> Population:
        if self._last_control is None or self._last_control[0] is not control:
            self._last_control = control, Population.of_cells(control.cpu())
        return self._last_control[1]

    def _control_halves(self, control: Tensor, number: int) -> tuple[Population, Population]:
        """Measured and predicting half of the control cells."""
        kept = self._last_halves.get(number)
        if kept is None or kept[0] is not control:
            halves = split_half(control.cpu(), self.seed + number)
            kept = (
                control,
                Population.of_cells(halves.measured),
                Population.of_cells(halves.predicting),
            )
            self._last_halves[number] = kept
        return kept[1], kept[2]
