"""Columns of ``obs`` as labels: distinct texts, and the number of each cell's."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd


@dataclass(frozen=True)
class ObsLabels:
    """Labels of a column, or of several columns that name one target each.

    Attributes:
        key: the column; ``gene_1+gene_2`` of several.
        labels: distinct labels, "" for cells without a value.
        codes: index into ``labels`` of each cell, (cells,).
    """

    key: str
    labels: tuple[str, ...]
    codes: npt.NDArray[np.int64]

    @property
    def sizes(self) -> npt.NDArray[np.int64]:
        """Cells of each label."""
        return np.bincount(self.codes, minlength=len(self.labels)).astype(np.int64)


def labels_of(obs: pd.DataFrame, column: str) -> ObsLabels:
    """Labels of one column, as text."""
    values = obs[column]
    if isinstance(values.dtype, pd.CategoricalDtype):  # one text a category, not one a cell
        used = values.cat.remove_unused_categories().cat
        # the code of a cell without a value is -1: the last label
        number, texts_of = pd.factorize(np.asarray([*map(str, used.categories), ""], dtype=object))
        codes = number[used.codes.to_numpy()].astype(np.int64)
        n_used = int(codes.max()) + 1 if len(codes) else 0
        return ObsLabels(column, tuple(map(str, texts_of[:n_used])), codes)
    texts = values.astype(object).where(values.notna(), "").map(str)
    codes, found = pd.factorize(texts)
    return ObsLabels(column, tuple(map(str, found)), codes.astype(np.int64))


def joined_labels(obs: pd.DataFrame, columns: list[str], sign: str) -> ObsLabels:
    """Labels of several columns, each with one target or none, joined by ``sign``."""
    parts = [labels_of(obs, column) for column in columns]
    joint = np.stack([part.codes for part in parts], axis=1)
    rows, codes = np.unique(joint, axis=0, return_inverse=True)
    texts = [
        sign.join(
            dict.fromkeys(p.labels[c] for p, c in zip(parts, row, strict=True) if p.labels[c])
        )
        for row in rows.tolist()
    ]
    again, found = pd.factorize(np.asarray(texts, dtype=object))
    return ObsLabels("+".join(columns), tuple(map(str, found)), again[codes.ravel()])
