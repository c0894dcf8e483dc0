"""``Screen``: the cells of a perturbation screen, checked, in the package's one unit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from scbig.conditions import CONTROL
from scbig.data.cell_matrix import CellMatrix, with_columns
from scbig.errors import UserError, listed

Codes = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Screen:
    """Cells of one screen; what ``read_screen`` lets in.

    Attributes:
        cells: (cells, genes), log1p of counts per 10,000, float32; ``cells[rows]`` is a sparse
            matrix in memory, also where the screen is on disk.
        counts: raw counts, likewise; ``None`` when the file only has normalised values.
        genes: gene names, the columns.
        condition_names: canonical names, control first, the rest sorted.
        condition: index into ``condition_names`` of each cell, (cells,).
        covariates: sorted levels of each covariate, by name.
        covariate_codes: index into those levels, (cells, covariates).
        cell_names: names of the cells, the rows.
        library: what the counts of a cell were divided by.
        context: the covariate that conditions are named by (``A@K562``); "" when there is none.
        sha256: hash of expression values, gene names and labels of the cells kept.
        library_size: that number for each cell, (cells,); ``None`` without counts.
        annotations: further obs columns, kept as text, (cells,) each.
        reported: what was noticed or left out while reading, with numbers; one line each.
    """

    cells: CellMatrix
    counts: CellMatrix | None
    genes: tuple[str, ...]
    condition_names: tuple[str, ...]
    condition: Codes
    covariates: dict[str, tuple[str, ...]]
    covariate_codes: Codes
    cell_names: tuple[str, ...]
    library: str
    sha256: str
    context: str = ""
    library_size: npt.NDArray[np.float64] | None = None
    annotations: Mapping[str, npt.NDArray[np.str_]] = field(default_factory=dict)
    reported: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.cells.shape != (len(self.condition), len(self.genes)):
            raise ValueError(
                f"cells {self.cells.shape} for {len(self.condition)} labels "
                f"and {len(self.genes)} genes"
            )
        if self.covariate_codes.shape != (len(self.condition), len(self.covariates)):
            raise ValueError(
                f"covariate codes {self.covariate_codes.shape} for {len(self.condition)} cells "
                f"and {len(self.covariates)} covariates"
            )
        if not self.condition_names or self.condition_names[0] != CONTROL:
            raise ValueError("condition_names must start with control")

    @property
    def conditions(self) -> tuple[str, ...]:
        """Canonical names of the perturbed conditions."""
        return self.condition_names[1:]

    @property
    def control_rows(self) -> Codes:
        """Rows of the control cells."""
        return np.flatnonzero(self.condition == 0)

    @cached_property
    def cells_of(self) -> npt.NDArray[np.int64]:
        """Number of cells of each condition, (conditions including control,)."""
        return np.bincount(self.condition, minlength=len(self.condition_names))

    @cached_property
    def _strata(self) -> tuple[Codes, Codes]:
        # np.unique(axis=0) cannot take zero columns, so rows become one number each
        sizes = [len(levels) for levels in self.covariates.values()]
        number = np.zeros(len(self.condition), dtype=np.int64)
        for size, codes in zip(sizes, self.covariate_codes.T, strict=True):
            number = number * size + codes
        _, first, stratum = np.unique(number, return_index=True, return_inverse=True)
        return self.covariate_codes[first], stratum.astype(np.int64)

    @property
    def strata(self) -> Codes:
        """Covariate combinations that occur, as level codes, (strata, covariates)."""
        return self._strata[0]

    @property
    def stratum(self) -> Codes:
        """Row of ``strata`` of each cell, (cells,)."""
        return self._strata[1]

    @cached_property
    def condition_strata(self) -> npt.NDArray[np.int64]:
        """Number of cells of each condition in each stratum, (conditions, strata)."""
        n_strata = len(self.strata)
        joint = self.condition * n_strata + self.stratum
        counted = np.bincount(joint, minlength=len(self.condition_names) * n_strata)
        return counted.reshape(-1, n_strata)

    @cached_property
    def _by_condition(self) -> tuple[Codes, Codes]:
        order = np.argsort(self.condition, kind="stable")
        return order, np.concatenate([[0], np.cumsum(self.cells_of)])

    def rows_of_code(self, code: int) -> Codes:
        """Rows of the cells of one condition, ascending."""
        order, bounds = self._by_condition
        return order[bounds[code] : bounds[code + 1]]

    def codes_of(self, conditions: Sequence[str]) -> Codes:
        """Index of each condition into ``condition_names``."""
        position = {name: i for i, name in enumerate(self.condition_names)}
        return np.asarray([position[name] for name in conditions], dtype=np.int64)

    def rows_of(self, conditions: Sequence[str]) -> Codes:
        """Rows of the cells of ``conditions``, ascending."""
        return np.flatnonzero(np.isin(self.condition, self.codes_of(conditions)))

    def with_genes(self, genes: Sequence[str]) -> "Screen":
        """The screen restricted to ``genes``, in that order; values are not rescaled."""
        if tuple(genes) == self.genes:
            return self
        position = {name: i for i, name in enumerate(self.genes)}
        columns = np.asarray([position[gene] for gene in genes], dtype=np.int64)
        counts = None if self.counts is None else with_columns(self.counts, columns)
        cells = with_columns(self.cells, columns)
        return replace(self, cells=cells, counts=counts, genes=tuple(genes))

    def label_by_condition(self, column: str) -> dict[str, str]:
        """Value of an annotation in each perturbed condition.

        Raises:
            UserError: the value differs between cells of one condition.
        """
        values = self.annotations[column]
        perturbed = self.condition > 0
        pairs = sorted({*zip(self.condition[perturbed].tolist(), values[perturbed], strict=True)})
        names = [self.condition_names[code] for code, _ in pairs]
        mixed = sorted({name for name in names if names.count(name) > 1})
        if mixed:
            raise UserError(
                f"obs[{column!r}] is not constant within {len(mixed)} conditions, e.g. "
                f"{listed(mixed)}: give all cells of a condition the same value"
            )
        return {name: str(value) for name, (_, value) in zip(names, pairs, strict=True)}
