"""``Population``: what metrics need to know of a set of cells, computed once and shared."""

import zlib
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from scbig.distances.pairwise import mean_within, squared_distances
from scbig.metrics.ranked_cells import RankedCells


@dataclass(frozen=True)
class Projection:
    """How cells are looked at when single genes are too noisy.

    Attributes:
        axes: principal axes of training cells, (axes, genes).
        averaging: weights of the gene means of each module, (genes, modules).
    """

    axes: Tensor
    averaging: Tensor


@dataclass(frozen=True)
class Population:
    """Summary of cells, or of a pseudobulk alone; float64, log1p of counts per 10,000.

    Attributes:
        mean: pseudobulk, (genes,).
        n_cells: number of cells; 0 when only the pseudobulk is known.
        variance: unbiased variance of each gene, (genes,); ``None`` below two cells.
        scores: cells on the principal axes, (cells, axes); ``None`` without cells.
        modules: module means of each cell, (cells, modules); ``None`` without cells.
        cells: the cells as they were given, (cells, genes); ``None`` without cells.
        whole: the population that these cells are of, which may have been sorted already.
        rows: which of its cells they are; ``None`` for all of them.
    """

    mean: Tensor
    n_cells: int = 0
    variance: Tensor | None = None
    scores: Tensor | None = None
    modules: Tensor | None = None
    cells: Tensor | None = None
    whole: "Population | None" = None
    rows: Tensor | None = None

    @classmethod
    def of_cells(cls, cells: Tensor, projection: Projection | None = None) -> "Population":
        """Summarise cells, (cells, genes)."""
        values = cells.detach().double()
        mean = values.mean(0)
        several = len(values) > 1
        return cls(
            mean=mean,
            n_cells=len(values),
            variance=(values - mean).square().sum(0) / (len(values) - 1) if several else None,
            scores=None if projection is None else values @ projection.axes.double().T,
            modules=None if projection is None else values @ projection.averaging.double(),
            cells=cells.detach(),
        )

    def take(self, rows: Tensor) -> "Population":
        """Some of the cells; what was projected or sorted is not done again.

        Raises:
            ValueError: only the pseudobulk is known.
        """
        if self.cells is None:
            raise ValueError("a pseudobulk has no cells to take")
        made = Population.of_cells(self.cells[rows])
        return replace(
            made,
            scores=None if self.scores is None else self.scores[rows],
            modules=None if self.modules is None else self.modules[rows],
            whole=self,
            rows=rows,
        )

    @classmethod
    def of_mean(cls, mean: Tensor) -> "Population":
        """A pseudobulk without cells, (genes,)."""
        return cls(mean=mean.detach().double())

    def with_mean(self, mean: Tensor) -> "Population":
        """The same cells with a pseudobulk that was stated apart from them."""
        return replace(self, mean=mean.detach().double(), whole=self, rows=None)

    @cached_property
    def ranked(self) -> RankedCells | None:
        """The cells, sorted gene by gene; ``None`` without cells."""
        if self.cells is None:
            return None
        known = None if self.whole is None else self.whole.ranked
        if known is None:
            return RankedCells.of(self.cells)
        return known if self.rows is None else known.take(self.rows)

    def sample(self, most: int, name: str) -> RankedCells | None:
        """At most ``most`` cells, sorted; drawn by ``name`` and the number of cells alone."""
        if self.ranked is None or self.n_cells <= most:
            return self.ranked
        rng = np.random.default_rng(zlib.crc32(name.encode()))
        return self.ranked.take(torch.from_numpy(rng.permutation(self.n_cells)[:most]))

    @cached_property
    def squared_within(self) -> Tensor | None:
        """Squared distances between the cells on the principal axes, (cells, cells)."""
        if self.scores is None:
            return None
        known = None if self.whole is None else self.whole.squared_within
        if known is None:
            return squared_distances(self.scores, self.scores)
        return known if self.rows is None else known[self.rows][:, self.rows]

    @cached_property
    def spread(self) -> Tensor:
        """E||X - X'|| of two different cells on the principal axes; NaN below two cells."""
        if self.squared_within is None or self.n_cells < 2:
            return self.mean.new_full((), float("nan"))
        return mean_within(self.squared_within.sqrt())
