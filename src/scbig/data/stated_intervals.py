"""Where a file of predictions keeps what was stated of their errors, and how it is read back.

In the genes of the file and in the order of conditions of ``uns["scbig"]["intervals_of"]``:

=============================================== ================================================
``varm["mean_low_80"]``, ``mean_high_80``,      ends of the interval of each gene's measured mean,
``mean_low_95``, ``mean_high_95``               (genes, conditions), log1p of counts per 10,000
``varm["retrieval_effects"]``                   effect at the length of measured ones, same shape
``obs["reliability"]``                          0 to 1, ranks conditions
``obs["expected_error"]``                       expected length of the effect's error
``obs["intervals_calibrated"]``                 whether hidden training conditions set the scale
=============================================== ================================================

What the words mean is said by ``scbig.effect_uncertainty``. A file without them is a file of
predictions all the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import torch

from scbig.effect_uncertainty import STATED_LEVELS, MeanUncertainty

if TYPE_CHECKING:
    from anndata import AnnData

LOW = tuple(f"mean_low_{100 * level:.0f}" for level in STATED_LEVELS)
HIGH = tuple(f"mean_high_{100 * level:.0f}" for level in STATED_LEVELS)
RETRIEVAL = "retrieval_effects"
RELIABILITY, ERROR, CALIBRATED = "reliability", "expected_error", "intervals_calibrated"
INTERVALS_OF = "intervals_of"


def write_stated(
    adata: AnnData, conditions: Sequence[str], stated: Sequence[MeanUncertainty]
) -> None:
    """Add what was stated of each condition to a file of predictions.

    Args:
        adata: predicted cells with ``obs["condition"]`` and ``uns["scbig"]``.
        conditions: canonical names, each with cells in ``adata``.
        stated: of each of them.
    """
    for place, (low, high) in enumerate(zip(LOW, HIGH, strict=True)):
        adata.varm[low] = _columns([s.low[place] for s in stated])
        adata.varm[high] = _columns([s.high[place] for s in stated])
    adata.varm[RETRIEVAL] = _columns([s.retrieval for s in stated])
    of = dict(zip(conditions, stated, strict=True))
    cells = adata.obs["condition"].astype(str)
    adata.obs[RELIABILITY] = [of[c].reliability for c in cells]
    adata.obs[ERROR] = [of[c].error for c in cells]
    adata.obs[CALIBRATED] = [of[c].calibrated for c in cells]
    adata.uns["scbig"][INTERVALS_OF] = list(conditions)


def read_stated(
    adata: AnnData,
    names: npt.NDArray[np.str_],
    columns: npt.NDArray[np.int64],
    conditions: Sequence[str],
    reported: list[str],
) -> dict[str, MeanUncertainty]:
    """What a file states of ``conditions``; what is incomplete is left out, and that is reported.

    Args:
        adata: the file.
        names: canonical condition of each row.
        columns: place of each asked gene in the file.
        conditions: canonical names.
        reported: takes a line.
    """
    written = adata.uns.get("scbig", {})
    if INTERVALS_OF not in written:
        return {}
    of = [str(name) for name in np.atleast_1d(written[INTERVALS_OF])]
    ends = (*LOW, *HIGH, RETRIEVAL)
    whole = all(
        key in adata.varm and np.shape(adata.varm[key]) == (adata.n_vars, len(of)) for key in ends
    ) and {RELIABILITY, ERROR, CALIBRATED} <= set(adata.obs)
    if not whole:
        reported.append("intervals of the predictions are incomplete in the file: ignored")
        return {}
    kept = {key: np.asarray(adata.varm[key], dtype=np.float32)[columns] for key in ends}
    out, spoiled = {}, []
    for place, condition in enumerate(of):
        if condition not in conditions:
            continue
        row = adata.obs.iloc[int(np.flatnonzero(names == condition)[0])]
        found = MeanUncertainty(
            low=_stacked(kept, LOW, place),
            high=_stacked(kept, HIGH, place),
            error=float(row[ERROR]),
            reliability=float(row[RELIABILITY]),
            calibrated=bool(row[CALIBRATED]),
            retrieval=_stacked(kept, (RETRIEVAL,), place)[0],
        )
        if bool((found.low <= found.high).all()) and np.isfinite(found.error + found.reliability):
            out[condition] = found
        else:  # NaN is not in order either
            spoiled.append(condition)
    if spoiled:
        reported.append(f"intervals of {len(spoiled)} conditions are not in order: ignored")
    return out


def _columns(values: Sequence[torch.Tensor]) -> npt.NDArray[np.float32]:
    return np.stack([np.asarray(v.cpu().numpy(), dtype=np.float32) for v in values], axis=1)


def _stacked(
    kept: dict[str, npt.NDArray[np.float32]], keys: Sequence[str], place: int
) -> torch.Tensor:
    return torch.from_numpy(np.stack([kept[key][:, place] for key in keys]))
