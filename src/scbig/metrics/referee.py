"""``Referee``: trials and predictions to comparisons, by what is known of the training cells."""

import torch
from torch import Tensor

from scbig.conditions import targets_of
from scbig.data_spec import DataSpec
from scbig.metrics.comparison import Comparison
from scbig.metrics.interpolated_duplicate import interpolated_duplicate
from scbig.metrics.population import Population, Projection
from scbig.metrics.replicate import split_half
from scbig.metrics.truth import Truth
from scbig.predictor import Prediction, Trial

#: Principal axes that the energy distance is taken on.
AXES = 50


class Referee:
    """Prepares both sides of a comparison; every predictor is measured with the same yardsticks.

    What is made of control cells is kept from one trial to the next: the trials of a stratum share
    their tensors.

    Args:
        spec: of the training cells: principal axes, modules, the mean effect, other perturbations.
        seed: of the halvings.
        tests: whether single genes are tested and compared, which needs all cells sorted.
    """

    def __init__(self, spec: DataSpec, seed: int = 0, tests: bool = True) -> None:
        self.spec = spec
        self.seed = seed
        self.tests = tests
        self.projection = Projection(
            axes=torch.from_numpy(spec.axes[:AXES]).double(),
            averaging=torch.from_numpy(spec.modules.averaging).double(),
        )
        self._other_mean = torch.from_numpy(spec.perturbed_mean).double()
        self._other_variance = torch.from_numpy(spec.perturbed_variance).double()
        self._median_distance = _median_distance(spec, self.projection)
        self._last_control: tuple[Tensor, Population] | None = None
        self._last_whole: tuple[Tensor, Population] | None = None
        self._last_source: tuple[Tensor, Population] | None = None
        self._last_halves: dict[int, tuple[Tensor, Population, Population]] = {}

    def truth(self, trial: Trial) -> Truth:
        """The measured side of a trial; effects are against the mean of *all* control cells."""
        measured = self._whole(trial)
        control_mean = trial.query.control_mean.cpu()
        control = self._control(trial.control)
        return self._truth(trial.query.condition, measured, control, control_mean, control)

    def predicted(self, prediction: Prediction, source: Tensor | None = None) -> Population:
        """The predicted side; a mean is clipped at 0, where expression ends.

        Args:
            prediction: of a model, a baseline or another tool.
            source: source cells; what is made of them, should they be the answer, is kept.
        """
        mean = prediction.mean.cpu().clamp_min(0.0)
        cells = prediction.cells
        if cells is None:
            return Population.of_mean(mean)
        if cells is not source:
            return Population.of_cells(cells.cpu(), self.projection).with_mean(mean)
        if self._last_source is None or self._last_source[0] is not source:
            self._last_source = source, Population.of_cells(cells.cpu(), self.projection)
        # taken whole, so that what is sorted once stays with the kept population
        return self._last_source[1].with_mean(mean)

    def halving(self, trial: Trial, number: int) -> Comparison:
        """One half of the condition's cells and controls predicts the other.

        The effect seen in one half is added to the controls of the other, as a predictor's would
        be; the predicted cells are the cells of the half. Single genes of both halves are tested
        against all the controls, as those of any prediction are: against the same real ones.
        """
        condition = trial.query.condition
        whole = self._whole(trial)
        halves = split_half(torch.arange(whole.n_cells), self.seed + number, condition)
        control, own_control = self._control_halves(trial.control, number)
        measured, predicting = whole.take(halves.measured), whole.take(halves.predicting)
        effect = predicting.mean - own_control.mean
        reference = self._control(trial.control)
        truth = self._truth(condition, measured, control, control.mean, reference)
        return Comparison(truth, predicting.with_mean(control.mean + effect))

    def interpolated(self, halving: Comparison) -> Comparison:
        """The same halving, predicted by its half only as far as that is more than noise."""
        if not self.spec.effects.conditions:
            # there is no m to fall back on where a half is noise
            return Comparison(halving.truth, Population.of_mean(halving.predicted.mean))
        mean = interpolated_duplicate(
            halving.predicted,
            halving.truth.perturbed_mean,
            self._other_mean,
            self._other_variance,
        )
        return Comparison(halving.truth, Population.of_mean(mean))

    def _truth(
        self,
        condition: str,
        measured: Population,
        control: Population,
        control_mean: Tensor,
        reference: Population,
    ) -> Truth:
        column = self.spec.gene_column
        mean_effect = torch.from_numpy(self.spec.effects.mean_of(condition))
        if not self.spec.effects.conditions:
            # without a training condition there is no m: what is measured from it is undefined
            mean_effect = torch.full_like(mean_effect, float("nan"))
        return Truth.of(
            condition,
            measured,
            control,
            control_mean=control_mean,
            # clipped as predictions are, so that predicting m is exactly m
            perturbed_mean=(control_mean.double() + mean_effect).clamp_min(0.0),
            other_mean=self._other_mean,
            other_variance=self._other_variance,
            own=tuple(column[t] for t in targets_of(condition) if t in column),
            reference=reference.ranked if self.tests else None,
            median_distance=self._median_distance,
        )

    def _whole(self, trial: Trial) -> Population:
        """All cells of the condition, kept for the next halving."""
        if self._last_whole is None or self._last_whole[0] is not trial.truth:
            made = Population.of_cells(trial.truth.cpu(), self.projection)
            self._last_whole = trial.truth, made
        return self._last_whole[1]

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


def _median_distance(spec: DataSpec, projection: Projection) -> float:
    """Median distance between two training cells on the principal axes; NaN below two."""
    cells = torch.from_numpy(spec.perturbed_cells).double()
    if len(cells) < 2:
        return float("nan")
    return float(torch.pdist(cells @ projection.axes.T).quantile(0.5))
