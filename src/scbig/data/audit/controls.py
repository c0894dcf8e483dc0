"""What control cells are shared, and what is confounded with batches."""

from collections.abc import Iterator

import numpy as np

from scbig.data.audit.evidence import Evidence
from scbig.data.audit.finding import Finding
from scbig.data.screen import Screen
from scbig.errors import listed

#: With so many control cells, training and evaluation could have pools of their own.
MANY_CONTROLS = 1000
#: obs columns that name a batch, where the data are not matched by one.
BATCHES = ("batch", "gem_group", "gemgroup", "lane", "replicate", "bio_rep", "donor", "plate")
#: More levels than this are no batches.
MOST_LEVELS = 500


def check_controls(evidence: Evidence) -> Iterator[Finding]:
    """Control cells serve training and evaluation alike: declared, as in GEARS and scDFM."""
    number = int(evidence.screen.cells_of[0])
    yield Finding(
        "note",
        "controls",
        f"{number} control cells are shared by training and evaluation"
        + (
            f"; from {MANY_CONTROLS} on, pools of their own are possible"
            if number >= MANY_CONTROLS
            else ""
        ),
    )


def check_batches(evidence: Evidence) -> Iterator[Finding]:
    """Conditions in one batch only, and conditions in batches without control cells."""
    screen = evidence.screen
    columns = {
        name: (levels, screen.covariate_codes[:, k])
        for k, (name, levels) in enumerate(screen.covariates.items())
        if name != screen.context
    }
    columns |= _further(evidence, screen)
    for name, (levels, codes) in columns.items():
        n = len(levels)
        table = np.bincount(
            screen.condition * n + codes, minlength=len(screen.condition_names) * n
        ).reshape(-1, n)
        inside = table[1:] > 0
        alone = [c for c, k in zip(screen.conditions, inside.sum(1), strict=True) if k < 2]
        bare = (inside & (table[0] == 0)).any(1)
        without = [c for c, is_bare in zip(screen.conditions, bare, strict=True) if is_bare]
        if alone and n > 1:
            yield Finding(
                "note",
                "batches",
                f"{len(alone)} of {len(inside)} conditions are in one level of {name} only, so "
                f"that effect and batch cannot be told apart: {listed(alone)}",
            )
        if without:
            yield Finding(
                "note",
                "batches",
                f"{len(without)} of {len(inside)} conditions have cells in levels of {name} "
                f"without control cells: {listed(without)}",
            )


def _further(
    evidence: Evidence, screen: Screen
) -> dict[str, tuple[tuple[str, ...], np.ndarray[tuple[int], np.dtype[np.int64]]]]:
    """Batch columns of the file that the data are not matched by."""
    if evidence.adata is None:
        return {}
    found = {}
    obs = evidence.adata.obs
    kept = obs.index.astype(str).get_indexer(list(screen.cell_names))
    for column in obs.columns:
        if str(column).lower() not in BATCHES or column in screen.covariates:
            continue
        levels, codes = np.unique(obs[column].astype(str).to_numpy()[kept], return_inverse=True)
        if len(levels) <= MOST_LEVELS:
            found[str(column)] = (tuple(levels.tolist()), codes.astype(np.int64))
    return found
