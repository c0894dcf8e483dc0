"""``RankedCells``: cells sorted gene by gene, and where the cells of one set fall in another."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from torch import Tensor

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

#: A value's place in the order of float32, above the gene's number in a key.
_BITS = 32
_ZERO = 1 << (_BITS - 1)
_LOWER = np.int64((1 << _BITS) - 1)


@dataclass(frozen=True)
class RankedCells:
    """Expression of cells, sorted within each gene; zeros are counted, not kept.

    One sorted array holds all genes: a key is the number of the gene followed by the bits of the
    float32 value, made so that integers sort as the floats do. Ties are exact.

    Attributes:
        n_cells: cells, N.
        n_genes: genes.
        keys: ascending, one a value other than 0.
        rows: cell of each key.
        whole: cells that these were taken from, if any: where they fall among others is looked up
            there, once for all that is taken.
        kept: keys of ``whole`` that these are.
    """

    n_cells: int
    n_genes: int
    keys: Ints
    rows: npt.NDArray[np.int32]
    whole: "RankedCells | None" = None
    kept: Ints | None = None

    @classmethod
    def of(cls, cells: Tensor) -> "RankedCells":
        """Sort cells, (N, genes); expression is compared in float32."""
        x = np.ascontiguousarray(cells.detach().cpu().float().numpy().T)
        place = np.flatnonzero(x)
        n = max(x.shape[1], 1)
        keys = ((place // n) << _BITS) + (_bits(x.reshape(-1)[place]) + _ZERO)
        order = np.argsort(keys)
        return cls(x.shape[1], x.shape[0], keys[order], (place % n).astype(np.int32)[order])

    def take(self, cells: Tensor) -> "RankedCells":
        """Some of the cells, by their rows, each once."""
        number = np.full(self.n_cells, -1, dtype=np.int32)
        number[cells.cpu().numpy()] = np.arange(len(cells), dtype=np.int32)
        rows = number[self.rows]
        kept = np.flatnonzero(rows >= 0)
        return RankedCells(len(cells), self.n_genes, self.keys[kept], rows[kept], self, kept)

    @staticmethod
    def zero_keys(genes: int) -> Ints:
        """Where a 0 of each gene would be among the keys, (genes,)."""
        return (np.arange(genes) << _BITS) + _ZERO

    @cached_property
    def gene(self) -> Ints:
        """Gene of each key."""
        if self.whole is not None and self.kept is not None:
            return self.whole.gene[self.kept]
        return self.keys >> _BITS

    @cached_property
    def values(self) -> npt.NDArray[np.float32]:
        """Expression of each key."""
        order = ((self.keys & _LOWER) - _ZERO).astype(np.int32)
        return (order ^ ((order >> 31) & 0x7FFFFFFF)).view(np.float32)

    @cached_property
    def starts(self) -> Ints:
        """First key of each gene, and the number of keys, (genes + 1,)."""
        ends = np.cumsum(np.bincount(self.gene, minlength=self.n_genes))
        return np.concatenate([np.zeros(1, np.int64), ends])

    @cached_property
    def zeros(self) -> Ints:
        """Cells without expression of each gene, (genes,)."""
        return self.n_cells - np.diff(self.starts)

    @cached_property
    def negatives(self) -> Ints:
        """Cells below 0 of each gene, (genes,)."""
        if not len(self.values) or self.values.min() > 0:
            return np.zeros(self.n_genes, np.int64)
        return np.searchsorted(self.keys, self.zero_keys(self.n_genes)) - self.starts[:-1]

    @cached_property
    def runs(self) -> tuple[Ints, Ints]:
        """First key and length of each run of equal values other than 0."""
        first = np.flatnonzero(np.diff(self.keys, prepend=-1))
        return first, np.diff(first, append=len(self.keys))

    @cached_property
    def ties(self) -> Floats:
        """Sum of t^3 - t over the runs of t equal values other than 0, (genes,)."""
        first, length = self.runs
        several = length > 1
        size = length[several].astype(np.float64)
        of = self.gene[first[several]]
        found = np.bincount(of, weights=size**3 - size, minlength=self.n_genes)
        return found.astype(np.float64, copy=False)

    @cached_property
    def linear(self) -> Floats:
        """exp(x) - 1 of each key."""
        if self.whole is not None and self.kept is not None:
            return self.whole.linear[self.kept]
        return np.expm1(self.values.astype(np.float64))

    @cached_property
    def linear_mean(self) -> Floats:
        """Mean of exp(x) - 1 of each gene: in counts per 10,000 for log1p values, (genes,)."""
        return self.sums(self.linear) / max(self.n_cells, 1)

    def among(self, others: "RankedCells") -> "Placement":
        """Where these cells fall among others; the last answer is kept.

        Meant for others that stay the same, as control cells do.
        """
        if self.whole is not None and self.kept is not None:
            return self.whole.among(others).take(self.kept)
        last = self._last_placement
        if last and last[0][0] is others:
            return last[0][1]
        placed = Placement.of(self, others)
        last[:] = [(others, placed)]
        return placed

    @cached_property
    def _last_placement(self) -> "list[tuple[RankedCells, Placement]]":
        return []

    def sums(self, of_key: Floats) -> Floats:
        """Sum over the keys of each gene, (genes,)."""
        total = np.bincount(self.gene, weights=of_key, minlength=self.n_genes)
        return total.astype(np.float64, copy=False)


@dataclass(frozen=True)
class Placement:
    """Where the values of some cells fall among other cells, gene by gene.

    Attributes:
        below: other cells with a lower value, one a key.
        equal: other cells with the same value, one a key.
        zero_below: other cells below 0, (genes,).
        zero_equal: other cells at 0, (genes,).
    """

    below: Ints
    equal: Ints
    zero_below: Ints
    zero_equal: Ints

    def take(self, keys: Ints) -> "Placement":
        """The placement of some keys."""
        return Placement(self.below[keys], self.equal[keys], self.zero_below, self.zero_equal)

    @classmethod
    def of(cls, cells: RankedCells, others: RankedCells) -> "Placement":
        """Place ``cells`` among ``others``, which have the same genes."""
        left = np.searchsorted(others.keys, cells.keys)
        equal = np.zeros_like(left)
        inside = np.flatnonzero(left < len(others.keys))
        tied = inside[others.keys[left[inside]] == cells.keys[inside]]
        equal[tied] = np.searchsorted(others.keys, cells.keys[tied], side="right") - left[tied]
        below = left - others.starts[cells.gene]
        above_zero = cells.values > 0
        below[above_zero] += others.zeros[cells.gene[above_zero]]
        return cls(below, equal, others.negatives, others.zeros)


def _bits(values: npt.NDArray[np.float32]) -> Ints:
    """Integers that sort as the float32 values do, 0 for 0."""
    raw = values.view(np.int32)
    return (raw ^ ((raw >> 31) & 0x7FFFFFFF)).astype(np.int64)
