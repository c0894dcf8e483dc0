"""A small panel of measured conditions, and ways to mistreat predictions of it."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import torch
from hypothesis.vendor.pretty import RepresentationPrinter
from torch import Tensor

from scbig.effect_uncertainty import MeanUncertainty
from scbig.metrics.comparison import Comparison
from scbig.metrics.condition_metric import ConditionMetric
from scbig.metrics.discovery import find_metrics
from scbig.metrics.population import Population, Projection
from scbig.metrics.truth import Truth

#: What judges stated intervals instead of predictions has tests of its own.
METRICS = tuple(metric for metric in find_metrics() if not metric.needs_intervals)


@dataclass(frozen=True, repr=False)
class Panel:
    """Measured conditions with cells, control cells, and the columns of targets."""

    names: tuple[str, ...]
    cells: tuple[Tensor, ...]
    control: Tensor
    projection: Projection
    own: tuple[tuple[int, ...], ...]
    made_with: dict[str, object]

    def __repr__(self) -> str:
        return f"make_panel(**{self.made_with})"

    def _repr_pretty_(self, printer: RepresentationPrinter, _: bool) -> None:
        """How hypothesis shows a panel that a property fails for."""
        printer.text(repr(self))

    @property
    def control_mean(self) -> Tensor:
        return self.control.mean(0)

    @cached_property
    def populations(self) -> list[Population]:
        return [Population.of_cells(cells, self.projection) for cells in self.cells]

    @cached_property
    def truths(self) -> list[Truth]:
        control = Population.of_cells(self.control)
        cells = torch.cat(self.cells)
        every = Population.of_cells(cells)
        return [
            Truth.of(
                name,
                population,
                control,
                perturbed_mean=control.mean + 0.8 * self.effects.mean(0),
                other_mean=every.mean,
                other_variance=every.variance,
                own=own,
                reference=control.ranked,
                median_distance=float(torch.pdist(cells @ self.projection.axes.T).quantile(0.5)),
            )
            for name, population, own in zip(self.names, self.populations, self.own, strict=True)
        ]

    def moved(self, effects: Tensor) -> list[Population]:
        """The measured cells, moved so that their mean effects are ``effects``, (C, genes)."""
        return [
            Population.of_cells(x - x.mean(0) + self.control_mean + d, self.projection)
            for x, d in zip(self.cells, effects, strict=True)
        ]

    @cached_property
    def effects(self) -> Tensor:
        return torch.stack([x.mean(0) for x in self.cells]) - self.control_mean


def make_panel(
    conditions: int = 12,
    genes: int = 60,
    seed: int = 0,
    *,
    cells: int = 70,
    controls: int = 90,
    strength: float = 0.3,
    lowest: float = 1.0,
    doubles: bool = False,
) -> Panel:
    """Random effects on top of a shared one; column i is the target of condition i.

    Args:
        conditions: at most half as many as genes.
        genes: at least 6.
        seed: of everything.
        cells: of the first condition; each further one has 3 more.
        controls: number of control cells.
        strength: standard deviation over genes of the shared and of the particular effects.
        lowest: expression of the lowest gene in control cells.
        doubles: conditions have two targets, columns i and i + 1.
    """
    made_with = locals()
    rng = np.random.default_rng(seed)
    base = rng.uniform(lowest, lowest + 2.0, genes)
    program = rng.standard_normal((4, genes)) * 0.15
    shared = rng.standard_normal(genes) * strength

    def sample(n: int, effect: np.ndarray) -> Tensor:
        noise = rng.standard_normal((n, 4)) @ program + rng.standard_normal((n, genes)) * 0.3
        return torch.from_numpy(np.maximum(base + effect + noise, 0.0))

    made = tuple(
        sample(cells + 3 * i, shared + rng.standard_normal(genes) * strength)
        for i in range(conditions)
    )
    axes = np.linalg.qr(rng.standard_normal((genes, 6)))[0].T
    labels = np.arange(genes) % 5
    averaging = np.eye(5)[labels] / np.bincount(labels)
    return Panel(
        names=tuple(f"C{i:02d}+D{i:02d}" if doubles else f"C{i:02d}" for i in range(conditions)),
        cells=made,
        control=sample(controls, np.zeros(genes)),
        projection=Projection(torch.from_numpy(axes.copy()), torch.from_numpy(averaging)),
        own=tuple((i, i + 1) if doubles else (i,) for i in range(conditions)),
        made_with=made_with,
    )


def run(
    metric: type[ConditionMetric], truths: list[Truth], predictions: list[Population]
) -> ConditionMetric:
    """A metric that has seen every condition; intervals are stated to those that judge them."""
    made = metric()
    for truth, predicted in zip(truths, predictions, strict=True):
        said = around(predicted.mean) if metric.needs_intervals else None
        made.update(Comparison(truth, predicted, said))
    return made


def around(mean: Tensor) -> MeanUncertainty:
    """Intervals of one width for every gene."""
    half = torch.tensor([[0.1], [0.2]])
    low, high = (mean - half).float(), (mean + half).float()
    return MeanUncertainty(low, high, 1.0, 0.5, True, torch.zeros(len(mean)))


def run_all(truths: list[Truth], predictions: list[Population]) -> dict[str, ConditionMetric]:
    """Every metric of the package by name; what they share is computed once."""
    made = {metric.name: metric() for metric in METRICS}
    for truth, predicted in zip(truths, predictions, strict=True):
        comparison = Comparison(truth, predicted)
        for metric in made.values():
            metric.update(comparison)
    return made


def permuted_genes(panel: Panel, order: Tensor) -> Panel:
    """The same panel with its genes in another order, targets moved along."""
    place = order.argsort()
    return replace(
        panel,
        cells=tuple(x[:, order] for x in panel.cells),
        control=panel.control[:, order],
        projection=Projection(panel.projection.axes[:, order], panel.projection.averaging[order]),
        own=tuple(tuple(int(place[column]) for column in own) for own in panel.own),
    )
