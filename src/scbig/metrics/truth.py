"""``Truth``: the measured side of one condition, computed once for all predictors."""

from dataclasses import dataclass
from functools import cached_property

from torch import Tensor

from scbig.metrics.differential_expression import de_order, squared_t_weights, welch_t
from scbig.metrics.population import Population


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
    """

    condition: str
    population: Population
    control_mean: Tensor
    perturbed_mean: Tensor
    de_order: Tensor
    weights: Tensor | None
    own: tuple[int, ...] = ()
    significant: Tensor | None = None

    @cached_property
    def delta(self) -> Tensor:
        """True effect, x - c, (genes,)."""
        return self.population.mean - self.control_mean

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
        return cls(condition, population, c, m, order, weights, own)
