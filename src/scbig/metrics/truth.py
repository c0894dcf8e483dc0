"""``Truth``: the measured side of one condition, computed once for all predictors."""

import math
from dataclasses import dataclass
from functools import cached_property

from torch import Tensor

from scbig.metrics.differential_expression import de_order, squared_t_weights, welch_t
from scbig.metrics.gene_changes import GeneChanges
from scbig.metrics.population import Population
from scbig.metrics.ranked_cells import RankedCells

#: Cells a side, at most, whose single genes are compared: a tool that makes more cells is not
#: surer of what it calls.
MOST_CELLS = 256


@dataclass(frozen=True)
class Truth:
    """What was measured of a condition, and what it is compared with.

    Attributes:
        condition: canonical name.
        population: the measured cells of the condition.
        control_mean: c, mean of the real control cells, (genes,).
        perturbed_mean: m, control mean plus the unweighted mean effect of training conditions.
        de_order: genes from most to least differentially expressed against control, (genes,).
        weights: weights of genes in the weighted MSE, sum 1; ``None`` when undefined.
        own: columns of the condition's own targets among the measured genes.
        significant: genes that the measured cells show to be differentially expressed against
            control at a false discovery rate of .05, bool, (genes,); ``None`` when unknown.
        changes: the tests behind it, on at most 256 cells; ``None`` when genes were not tested.
        reference: real control cells that the genes of both sides are tested against.
        ranked: the tested cells, sorted gene by gene; ``None`` when genes were not tested.
        median_distance: median distance of training cells on the principal axes, the unit of
            kernel widths; NaN when unknown.
    """

    condition: str
    population: Population
    control_mean: Tensor
    perturbed_mean: Tensor
    de_order: Tensor
    weights: Tensor | None
    own: tuple[int, ...] = ()
    significant: Tensor | None = None
    changes: GeneChanges | None = None
    reference: RankedCells | None = None
    ranked: RankedCells | None = None
    median_distance: float = math.nan

    @cached_property
    def delta(self) -> Tensor:
        """True effect, x - c, (genes,)."""
        return self.population.mean - self.control_mean

    @property
    def n_sampled(self) -> int:
        """Cells of each side, at most, whose single genes are compared."""
        return min(self.population.n_cells, MOST_CELLS)

    @classmethod
    def of(
        cls,
        condition: str,
        population: Population,
        control: Population,
        *,
        control_mean: Tensor | None = None,
        perturbed_mean: Tensor | None = None,
        other_mean: Tensor | None = None,
        other_variance: Tensor | None = None,
        own: tuple[int, ...] = (),
        reference: RankedCells | None = None,
        median_distance: float = math.nan,
    ) -> "Truth":
        """Derive gene order and weights from populations.

        Without cells on both sides genes are ordered by |x - c| and the weights are undefined.

        Args:
            condition: canonical name.
            population: measured cells, or pseudobulk, of the condition.
            control: real control cells, or their pseudobulk.
            control_mean: c when it is known from more cells than ``control``.
            perturbed_mean: m; c by default.
            other_mean: mean over cells of other perturbations, for the weights, (genes,).
            other_variance: variance over the same cells, (genes,).
            own: columns of the condition's own targets.
            reference: real control cells to test genes against; without them no gene is tested.
            median_distance: median distance of training cells on the principal axes.
        """
        c = control.mean if control_mean is None else control_mean.double()
        order = (population.mean - c).abs().argsort(descending=True, stable=True)
        weights = None
        if population.variance is not None and control.variance is not None:
            t = welch_t(
                population.mean,
                population.variance,
                population.n_cells,
                control.mean,
                control.variance,
                control.n_cells,
            )
            order = de_order(t, population.mean, control.mean)
        if population.variance is not None and other_mean is not None:
            if other_variance is None:
                raise ValueError("other_mean without other_variance")
            # scanpy's t-test_overestim_var: the rest counts as if it had as few cells
            t = welch_t(
                population.mean,
                population.variance,
                population.n_cells,
                other_mean.double(),
                other_variance.double(),
                population.n_cells,
            )
            weights = squared_t_weights(t)
        m = c if perturbed_mean is None else perturbed_mean.double()
        ranked, changes = None, None
        if reference is not None:
            ranked = population.sample(MOST_CELLS, condition)
        if reference is not None and ranked is not None:
            changes = GeneChanges.between(ranked, reference)
        return cls(
            condition,
            population,
            c,
            m,
            order,
            weights,
            own,
            None if changes is None else changes.significant,
            changes,
            reference,
            ranked,
            median_distance,
        )
