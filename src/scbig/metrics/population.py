"""``Population``: what metrics need to know of a set of cells, computed once and shared."""

from dataclasses import dataclass
from functools import cached_property

from torch import Tensor

from scbig.distances.pairwise import distances, mean_within


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
    """

    mean: Tensor
    n_cells: int = 0
    variance: Tensor | None = None
    scores: Tensor | None = None
    modules: Tensor | None = None

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
        )

    @classmethod
    def of_mean(cls, mean: Tensor) -> "Population":
        """A pseudobulk without cells, (genes,)."""
        return cls(mean=mean.detach().double())

    def with_mean(self, mean: Tensor) -> "Population":
        """The same cells with a pseudobulk that was stated apart from them."""
        return Population(
            mean.detach().double(), self.n_cells, self.variance, self.scores, self.modules
        )

    @cached_property
    def spread(self) -> Tensor:
        """E||X - X'|| of two different cells on the principal axes; NaN below two cells."""
        if self.scores is None or len(self.scores) < 2:
            return self.mean.new_full((), float("nan"))
        return mean_within(distances(self.scores, self.scores))
