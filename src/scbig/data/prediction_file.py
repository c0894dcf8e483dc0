"""A file of predictions of any tool: how it is to be read, and what is in it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
import torch

from scbig.conditions import CONTEXT, CONTROL, canonical_all, contexts
from scbig.data.anndata_reader import open_anndata
from scbig.data.expression_reader import Scale, read_expression
from scbig.data.obs_columns import gene_names, text_column, with_context
from scbig.data.stated_intervals import read_stated
from scbig.data.stated_means import read_means
from scbig.effect_uncertainty import MeanUncertainty
from scbig.errors import UserError, listed
from scbig.predictor import Prediction, Query

if TYPE_CHECKING:
    from anndata import AnnData

#: More than this share of the expression below 0 is another quantity, not a slip of a regressor.
MOST_CLIPPED = 0.25


@dataclass(frozen=True)
class PredictionContract:
    """How a file of predictions is to be read. Nothing is guessed.

    Attributes:
        condition_key: obs column with the condition of each cell.
        label_style: how targets are joined: ``plus`` (``A+B``, ``A+ctrl``) or ``underscore``.
        control_label: a further label that means control, beside control, ctrl, non-targeting.
        gene_key: var column with the gene names; its index by default.
        layer: layer with the expression; X by default.
        scale: ``log1p_cp10k``, the package's unit, or ``counts``; verified.
        library_key: obs column with the total counts of each cell, for counts of a part of the
            genes.
        clip: set negative values, which regressors predict, to 0 and count them; refused otherwise.
        drop_controls: leave control cells in the file out unseen; by default they must be cells of
            the truth, and are ignored too.
    """

    condition_key: str = "condition"
    label_style: str = "plus"
    control_label: str | None = None
    gene_key: str | None = None
    layer: str | None = None
    scale: Scale = "log1p_cp10k"
    library_key: str | None = None
    clip: bool = False
    drop_controls: bool = False


@dataclass(frozen=True)
class PredictedCells:
    """Predictions of a file, in the genes of the truth; a predictor of the conditions it names.

    Attributes:
        cells: (rows, genes), log1p of counts per 10,000.
        rows: rows of each condition; a single row is a predicted pseudobulk.
        stated: means that were stated apart from the cells, (genes,), float64.
        fallback: why the prediction of a condition is not the method's own, where the file says.
        controls: control cells of the file, (cells, genes); to be compared with the real ones.
        reported: what was noticed, one line each.
        uncertainty: what the file states of the error of a condition's mean (``stated_intervals``).
    """

    cells: sp.csr_matrix
    rows: dict[str, npt.NDArray[np.int64]]
    stated: dict[str, npt.NDArray[np.float64]]
    fallback: dict[str, str]
    controls: sp.csr_matrix
    reported: tuple[str, ...]
    uncertainty: dict[str, MeanUncertainty] = field(default_factory=dict)

    def predict(self, query: Query) -> Prediction:
        """All cells of the condition, or its pseudobulk."""
        condition = query.condition
        cells = torch.from_numpy(self.cells[self.rows[condition]].toarray())
        fallback = self.fallback.get(condition, "")
        uncertainty = self.uncertainty.get(condition)
        if len(cells) == 1:
            return Prediction(cells[0].double(), None, fallback, uncertainty)
        if condition in self.stated:
            mean = torch.from_numpy(self.stated[condition])
            return Prediction(mean, cells, fallback, uncertainty)
        return replace(Prediction.of_cells(cells, fallback), uncertainty=uncertainty)

    def means(self, conditions: Sequence[str]) -> npt.NDArray[np.float64]:
        """Mean over the rows of each condition, (conditions, genes)."""
        return np.vstack(
            [np.asarray(self.cells[self.rows[c]].astype(np.float64).mean(0)) for c in conditions]
        )


class PredictionFile:
    """An opened file of predictions: its conditions, then its values in the genes of a truth.

    Args:
        source: the file.
        contract: how it is to be read.
        context: context column of the truth; the file must have it too, or name contexts in its
            labels.

    Raises:
        UserError: it cannot be read, or its labels or gene names cannot.
    """

    def __init__(
        self,
        source: AnnData | str | Path,
        contract: PredictionContract,
        context: str | None = None,
    ) -> None:
        self.contract = contract
        self.name = str(source) if isinstance(source, str | Path) else "the predictions"
        with about(self.name):
            self._adata = open_anndata(source)
            self.genes = gene_names(self._adata, contract.gene_key)
            labels = text_column(
                self._adata, contract.condition_key, "the condition of a predicted cell"
            )
            names = np.asarray(
                canonical_all(labels.tolist(), contract.label_style, contract.control_label),
                dtype=np.str_,
            )
            if context is not None and not contexts(names):
                names = with_context(self._adata, names, context)
            elif context is None and contexts(names):
                raise UserError(
                    f"labels name a context ({CONTEXT}{listed(contexts(names))}) and the truth is "
                    "not split by one: name its context column"
                )
            self._names = names

    @cached_property
    def conditions(self) -> tuple[str, ...]:
        """Predicted conditions, without control, sorted."""
        return tuple(sorted(set(self._names.tolist()) - {CONTROL}))

    def read(self, genes: Sequence[str], conditions: Sequence[str]) -> PredictedCells:
        """Predictions of ``conditions`` in ``genes``, in that order.

        Raises:
            UserError: conditions or genes are missing, or the values are not what the contract
                says.
        """
        absent = sorted(set(conditions) - set(self.conditions))
        if absent:
            raise UserError(
                f"{self.name} has no prediction of {len(absent)} of the {len(conditions)} test "
                f"conditions: {listed(absent, 20)}; predict them, or give the split that was tested"
            )
        reported: list[str] = []
        with about(self.name):
            columns = self._columns(genes, reported)
            adata = self._without_negative(reported)
            asked = self._names[np.isin(self._names, (*conditions, CONTROL))]
            kept = np.flatnonzero(np.isin(self._names, (*conditions, CONTROL)))
            expression = read_expression(
                adata,
                kept,
                self.contract.layer,
                self.contract.scale,
                self.contract.library_key,
                most_in_sum=math.inf,
            )
        cells = sp.csr_matrix(expression.cells[:, columns])
        cells.sort_indices()
        control = np.flatnonzero(asked == CONTROL)
        if len(control) and self.contract.drop_controls:
            reported.append(f"{len(control)} control cells of the predictions are left out unseen")
            control = control[:0]
        rows = {c: np.flatnonzero(asked == c) for c in conditions}
        empty = [c for c, r in rows.items() if not cells[r].nnz]
        if empty:
            raise UserError(
                f"{self.name} predicts no expression at all (only zeros) for {len(empty)} "
                f"conditions: {listed(empty)}; predict expression, not effects"
            )
        single = [c for c, r in rows.items() if len(r) == 1]
        if single:
            reported.append(
                f"{len(single)} of {len(rows)} conditions have one row, which is taken as a "
                "predicted pseudobulk: metrics of single cells are undefined there"
            )
        uncertainty = read_stated(self._adata, self._names, columns, conditions, reported)
        return PredictedCells(
            cells=cells,
            rows=rows,
            stated={} if len(control) else read_means(self._adata, columns, conditions, reported),
            fallback=self._fallback(kept, rows),
            controls=sp.csr_matrix(cells[control]),
            reported=tuple(reported),
            uncertainty=uncertainty,
        )

    def _columns(self, genes: Sequence[str], reported: list[str]) -> npt.NDArray[np.int64]:
        position = {gene: i for i, gene in enumerate(self.genes)}
        absent = [gene for gene in genes if gene not in position]
        if absent:
            raise UserError(
                f"{len(absent)} of the {len(genes)} genes that are scored are missing, e.g. "
                f"{listed(absent)}; it has {listed(self.genes, 3)}: predict them, name the var "
                "column with these names as gene_key, or give a truth of fewer genes"
            )
        extra = len(self.genes) - len(genes)
        if extra:
            reported.append(f"{extra} predicted genes are not among the scored ones: ignored")
        return np.asarray([position[gene] for gene in genes], dtype=np.int64)

    def _without_negative(self, reported: list[str]) -> AnnData:
        layer = self.contract.layer
        values: Any = self._adata.layers.get(layer) if layer is not None else self._adata.X
        if getattr(getattr(values, "dtype", None), "kind", "") != "f":
            return self._adata  # the reader says what is wrong with it
        matrix: sp.csr_matrix = sp.csr_matrix(values)
        data = matrix.data
        below = data < 0
        if not below.any():
            return self._adata
        share = float(-data[below].sum(dtype=np.float64))
        share /= max(float(data[data > 0].sum(dtype=np.float64)), 1e-300)
        if share > MOST_CLIPPED:
            raise UserError(
                f"{int(below.sum())} values are negative, {share:.0%} of what is positive in sum: "
                "these look like effects (differences to control) or z-scores; give expression, "
                "log1p of counts per 10,000"
            )
        if not self.contract.clip:
            raise UserError(
                f"{int(below.sum())} of {values.size} values are negative, the lowest "
                f"{float(data.min()):.4g}: expression is >= 0; if a regressor predicts slightly "
                "below zero, set --predicted.clip true to put them at 0"
            )
        reported.append(
            f"{int(below.sum())} negative values ({share:.2%} of the positive sum) were put at 0"
        )
        adata = self._adata.copy()
        clipped = sp.csr_matrix((np.maximum(data, 0), matrix.indices, matrix.indptr), matrix.shape)
        if layer is None:
            adata.X = clipped
        else:
            adata.layers[layer] = clipped
        return adata

    def _fallback(
        self, kept: npt.NDArray[np.int64], rows: dict[str, npt.NDArray[np.int64]]
    ) -> dict[str, str]:
        if "scbig" not in self._adata.uns or "fallback" not in self._adata.obs:
            return {}
        values = self._adata.obs["fallback"].astype(str).to_numpy()[kept]
        return {condition: str(values[r[0]]) for condition, r in rows.items()}


@contextmanager
def about(file: str) -> Iterator[None]:
    """Say which of two files a refusal is about."""
    try:
        yield
    except UserError as error:
        text = str(error)
        raise UserError(text if file in text else f"{file}: {text}") from None
