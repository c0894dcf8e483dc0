"""Does the file carry principal components of all its cells, tested ones among them?"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from scbig.data.audit.evidence import Evidence
from scbig.data.audit.finding import Finding
from scbig.data.audit.invariant import leaves_its_span

CHECK = "extras"
#: Loadings that leave their span by less were fitted on the cells.
LEAVES = 0.02
#: Scores of the cells they were fitted on do not correlate at all.
UNCORRELATED = 1e-3
REMEDY = "fit it on training cells, or remove it"


def check_loadings(evidence: Evidence) -> Iterator[Finding]:
    """Columns of ``varm`` that are principal axes of all cells, and not of training cells."""
    if evidence.adata is None:
        return
    screen = evidence.screen
    cells = screen.cells[np.arange(len(screen.condition))]
    for key, values in evidence.adata.varm.items():
        axes = _numbers(values)
        if axes is None or axes.shape[1] >= axes.shape[0] / 2:
            continue
        # a PCA of some genes leaves the others at zero
        every = leaves_its_span(axes, cells)
        if every < LEAVES and every < leaves_its_span(axes, cells[evidence.training_rows]) / 2:
            yield Finding(
                "leak",
                CHECK,
                f"varm[{str(key)!r}] holds principal axes of all cells, tested ones among them: "
                f"{REMEDY}",
            )


def check_scores(evidence: Evidence) -> Iterator[Finding]:
    """Columns of ``obsm`` that are uncorrelated over all cells, and not over training cells."""
    if evidence.adata is None:
        return
    screen = evidence.screen
    rows = evidence.adata.obs_names.get_indexer(list(screen.cell_names))
    for key, values in evidence.adata.obsm.items():
        scores = _numbers(values)
        if scores is None or scores.shape[1] < 2:
            continue
        scores = scores[rows]
        if _most_correlated(scores) < UNCORRELATED:
            training = _most_correlated(scores[evidence.training_rows])
            if training > 10 * UNCORRELATED:
                yield Finding(
                    "leak",
                    CHECK,
                    f"obsm[{str(key)!r}] holds principal components of all cells (uncorrelated "
                    f"over them, and up to {training:.2f} over training cells): {REMEDY}",
                )


def _numbers(values: Any) -> npt.NDArray[np.float64] | None:
    if not isinstance(values, np.ndarray) or values.ndim != 2 or values.dtype.kind != "f":
        return None
    numbers = values.astype(np.float64)
    kept = np.isfinite(numbers).all(0) & (np.abs(numbers).max(0) > 0)
    return numbers[:, kept] if kept.any() else None


def _most_correlated(scores: npt.NDArray[np.float64]) -> float:
    varying = scores[:, scores.std(0) > 0]
    correlation = np.atleast_2d(np.corrcoef(varying, rowvar=False))
    return float(np.abs(correlation - np.diag(np.diag(correlation))).max(initial=0.0))
