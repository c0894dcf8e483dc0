"""A small panel of measured conditions, and ways to mistreat predictions of it."""

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from scbig.metrics.comparison import Comparison
from scbig.metrics.condition_metric import ConditionMetric
from scbig.metrics.population import Population, Projection
from scbig.metrics.truth import Truth


@dataclass(frozen=True)
class Panel:
    """Conditions C0.. with cells; columns 0.. are their targets."""

    names: tuple[str, ...]
    cells: tuple[Tensor, ...]
    control: Tensor
    projection: Projection

    @property
    def control_mean(self) -> Tensor:
        return self.control.mean(0)

    @property
    def populations(self) -> list[Population]:
        return [Population.of_cells(cells, self.projection) for cells in self.cells]

    @property
    def truths(self) -> list[Truth]:
        control = Population.of_cells(self.control)
        every = Population.of_cells(torch.cat(self.cells))
        effect = torch.stack([p.mean for p in self.populations]).mean(0) - control.mean
        return [
            Truth.of(
                name,
                population,
                control,
                perturbed_mean=control.mean + 0.8 * effect,
                other_mean=every.mean,
                other_variance=every.variance,
                own=(i,),
            )
            for i, (name, population) in enumerate(zip(self.names, self.populations, strict=True))
        ]

    def moved(self, effects: Tensor) -> list[Population]:
        """The measured cells, moved so that their mean effects are ``effects``, (C, genes)."""
        return [
            Population.of_cells(x - x.mean(0) + self.control_mean + d, self.projection)
            for x, d in zip(self.cells, effects, strict=True)
        ]

    @property
    def effects(self) -> Tensor:
        return torch.stack([x.mean(0) for x in self.cells]) - self.control_mean


def make_panel(conditions: int = 12, genes: int = 60, seed: int = 0) -> Panel:
    rng = np.random.default_rng(seed)
    base = rng.uniform(1.0, 3.0, genes)
    program = rng.standard_normal((4, genes)) * 0.15
    shared = rng.standard_normal(genes) * 0.3

    def cells(n: int, effect: np.ndarray) -> Tensor:
        noise = rng.standard_normal((n, 4)) @ program + rng.standard_normal((n, genes)) * 0.3
        return torch.from_numpy(np.maximum(base + effect + noise, 0.0))

    made = tuple(
        cells(70 + 3 * i, shared + rng.standard_normal(genes) * 0.3) for i in range(conditions)
    )
    axes = np.linalg.qr(rng.standard_normal((genes, 6)))[0].T
    labels = np.arange(genes) % 5
    averaging = np.eye(5)[labels] / np.bincount(labels)
    return Panel(
        names=tuple(f"C{i:02d}" for i in range(conditions)),
        cells=made,
        control=cells(90, np.zeros(genes)),
        projection=Projection(torch.from_numpy(axes.copy()), torch.from_numpy(averaging)),
    )


def run(
    metric: type[ConditionMetric], truths: list[Truth], predictions: list[Population]
) -> ConditionMetric:
    """A metric that has seen every condition."""
    made = metric()
    for truth, predicted in zip(truths, predictions, strict=True):
        made.update(Comparison(truth, predicted))
    return made


def permuted_genes(panel: Panel, order: Tensor) -> Panel:
    return replace(
        panel,
        cells=tuple(x[:, order] for x in panel.cells),
        control=panel.control[:, order],
        projection=Projection(panel.projection.axes[:, order], panel.projection.averaging[order]),
    )
