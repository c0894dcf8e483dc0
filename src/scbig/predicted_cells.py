"""Predictions as AnnData, with what the model knew of each target."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from scbig.conditions import target_genes, targets_of
from scbig.data.stated_intervals import write_stated
from scbig.data.stated_means import write_means
from scbig.data_spec import DataSpec
from scbig.effect_uncertainty import MeanUncertainty
from scbig.errors import UserError, listed
from scbig.expression import TARGET_SUM
from scbig.predictor import Prediction, Query

if TYPE_CHECKING:
    from anndata import AnnData
    from pandas import DataFrame
    from scipy.sparse import csr_matrix


@dataclass(frozen=True)
class CellBlock:
    """Predicted cells of one query, as small as they can be kept.

    Attributes:
        condition: canonical name.
        cells: sparse float32, (N, genes).
        table: a row a cell: condition, covariates, source_cell, fallback, coverage.
        mean: the mean as it was stated, which need not be that of the cells, (genes,), float64.
        counts: the same cells as counts of their library sizes, (N, genes); ``None`` when they are
            none.
        uncertainty: what is stated of the error of the mean, if it is.
    """

    condition: str
    cells: csr_matrix
    table: DataFrame
    mean: npt.NDArray[np.float64]
    counts: csr_matrix | None = None
    uncertainty: MeanUncertainty | None = None


def cell_block(
    spec: DataSpec, query: Query, prediction: Prediction, sources: Sequence[str] | None = None
) -> CellBlock:
    """The cells of one prediction, ready to be joined.

    Args:
        spec: names the levels of the covariates.
        query: what was asked.
        prediction: with cells.
        sources: names of the source cells, if they have any.

    Raises:
        ValueError: the predictor predicts a mean.
    """
    import pandas as pd
    import scipy.sparse as sp

    if prediction.cells is None:
        raise ValueError(f"the predictor of {query.condition} predicts a mean, not cells")
    table = pd.DataFrame({"condition": [query.condition] * len(query.control)})
    for k, (name, levels) in enumerate(spec.covariates.items()):
        known = [*levels, "unknown"]
        table[name] = [known[code] for code in query.covariates[:, k].tolist()]
    table["source_cell"] = "" if sources is None else list(sources)
    table["fallback"] = prediction.fallback
    table["coverage"] = spec.targets.coverage(targets_of(query.condition))
    cells = sp.csr_matrix(prediction.cells.cpu().float().numpy())
    mean = prediction.mean.detach().cpu().double().numpy()
    sizes = query.library if prediction.library is None else prediction.library
    library = None if sizes is None else sizes.cpu().double().numpy()
    if library is not None:
        table["library"] = library
    counts = _counts(cells, library)
    return CellBlock(query.condition, cells, table, mean, counts, prediction.uncertainty)


def _counts(cells: csr_matrix, library: npt.NDArray[np.float64] | None) -> csr_matrix | None:
    """Cells as counts, if that is what they are: whole numbers once the logarithm is undone."""
    if library is None:
        return None
    counts = cells.astype(np.float64)
    counts.data = np.expm1(counts.data) * np.repeat(library, np.diff(counts.indptr)) / TARGET_SUM
    whole = np.rint(counts.data)
    # float32 keeps six digits of a count
    if not np.allclose(counts.data, whole, rtol=1e-5, atol=1e-3):
        return None
    counts.data = whole.astype(np.float32)
    return counts


def to_anndata(
    spec: DataSpec,
    queries: Sequence[Query],
    predictions: Sequence[Prediction],
    sources: Sequence[Sequence[str]] | None = None,
) -> AnnData:
    """Predicted cells as AnnData, in the output form of the data contract."""
    names = [None] * len(queries) if sources is None else sources
    asked = zip(queries, predictions, names, strict=True)
    return join_blocks(spec, [cell_block(spec, *each) for each in asked])


def join_blocks(spec: DataSpec, blocks: Sequence[CellBlock]) -> AnnData:
    """Blocks of one or more conditions as one AnnData, in the output form of the data contract.

    ``layers["counts"]`` holds counts where every cell is one of counts. Where each block is a
    condition, the mean that was stated for it is kept in
    ``varm["stated_means"]``, (genes, conditions), in the order of ``uns["scbig"]``. So is, where
    every block has it, what was stated of the mean's error (``scbig.data.stated_intervals``).
    """
    import pandas as pd
    import scipy.sparse as sp
    from anndata import AnnData

    obs = pd.concat([block.table for block in blocks], ignore_index=True)
    number = obs.groupby("condition").cumcount().astype(str)
    obs.index = pd.Index(obs["condition"] + "-" + number)
    for column in ("condition", "fallback", "coverage", *spec.covariates):
        obs[column] = obs[column].astype("category")
    var = pd.DataFrame(index=pd.Index(spec.genes))
    out = AnnData(X=sp.vstack([block.cells for block in blocks], format="csr"), obs=obs, var=var)
    counts = [block.counts for block in blocks if block.counts is not None]
    if len(counts) == len(blocks):
        out.layers["counts"] = sp.vstack(counts, format="csr")
    conditions = list(dict.fromkeys(block.condition for block in blocks))
    out.uns["scbig"] = {
        "version": version("scbig"),
        "scale": spec.scale,
        "split_sha256": spec.split.sha256,
        "data_sha256": spec.data_sha256,
        "targets": knowledge_of_targets(spec, conditions),
    }
    if len(conditions) == len(blocks):
        write_means(out, conditions, [block.mean for block in blocks])
        stated = [block.uncertainty for block in blocks if block.uncertainty is not None]
        if len(stated) == len(blocks):
            write_stated(out, conditions, stated)
    return out


def knowledge_of_targets(spec: DataSpec, conditions: Sequence[str]) -> dict[str, dict[str, Any]]:
    """What the model knew of each target: embedding, training, nearest trained target.

    ``similarity`` is the largest cosine between the target's embedding and that of a target that
    was perturbed in training (1 for a trained one, NaN without embedding): the lower, the further
    the prediction extrapolates.
    """
    trained = target_genes(spec.effects.conditions)
    alone = target_genes(spec.effects.singles)
    asked = _in_order(conditions)
    known, theirs = _unit(spec, asked), _unit(spec, trained)
    similarity = known @ theirs.T if trained else np.full((len(asked), 1), np.nan)
    missing = set(spec.targets.missing(asked))
    out: dict[str, dict[str, Any]] = {}
    for i, target in enumerate(asked):
        inside = target in trained
        best = int(similarity[i].argmax()) if trained and target not in missing else -1
        out[target] = {
            "embedding": target not in missing,
            "single_in_training": target in alone,
            "in_training": inside,
            "measured": target in spec.gene_column,
            "nearest_trained": trained[best] if best >= 0 else "",
            "similarity": float(similarity[i, best]) if best >= 0 else float("nan"),
        }
    return out


def _in_order(conditions: Sequence[str]) -> list[str]:
    """Targets, each once, as they are asked for."""
    return list(dict.fromkeys(t for condition in conditions for t in targets_of(condition)))


def _unit(spec: DataSpec, targets: Sequence[str]) -> npt.NDArray[np.float64]:
    blocks = [spec.targets.block(s, targets) for s in range(len(spec.targets.sources))]
    joined = np.nan_to_num(np.hstack(blocks)) if blocks else np.zeros((len(targets), 1))
    return np.asarray(joined / np.maximum(np.linalg.norm(joined, axis=1, keepdims=True), 1e-12))


def refuse_unknown(spec: DataSpec, conditions: Sequence[str]) -> None:
    """Refuse targets without embedding, as ``strict`` asks.

    Raises:
        UserError: there are such targets.
    """
    unknown = spec.targets.missing(_in_order(conditions))
    if unknown:
        raise UserError(
            f"no embedding for {listed(unknown, 20)}: leave them out, train with a source that has "
            "them, or drop strict"
        )
