"""Cell lines of a synthetic screen: the same targets in cells that are not the same."""

from dataclasses import replace

import numpy as np

from scbig.data.synthetic_biology import Biology
from scbig.data.synthetic_settings import SyntheticSettings

BASE_SD = 0.5  # of a gene's log rate between lines
STRENGTH_SD = 0.3  # of a target's log strength between lines


def in_line(biology: Biology, line: int, settings: SyntheticSettings) -> Biology:
    """The same genes and targets in another cell line; the first line is ``biology`` itself.

    Genes have another base level and targets another strength. A target shifts programs by
    ``r e + sqrt(1 - r^2) n``, e its shift in the first line, r the ``line_similarity`` and n noise
    as large as e; of the genes that it acts on directly a share r stays. Its own gene is knocked
    down as far.

    Args:
        biology: of the first line.
        line: number of the line, from 0.
        settings: of the screen.
    """
    if line == 0:
        return biology
    rng = np.random.default_rng([settings.seed, 6, line])
    r, (n_targets, n_genes) = settings.line_similarity, biology.direct.shape
    strength = np.exp(STRENGTH_SD * rng.standard_normal(n_targets))[:, None]
    size = np.sqrt(np.square(biology.shift).mean(1, keepdims=True))
    other = size * rng.standard_normal(biology.shift.shape)

    column = {gene: i for i, gene in enumerate(biology.genes)}
    measured = [t for t, name in enumerate(biology.targets) if name in column]
    own = measured, [column[biology.targets[t]] for t in measured]
    direct = biology.direct.copy()
    direct[own] = 0.0
    same = rng.random((n_targets, n_genes)) < r
    direct = strength * np.where(same, direct, direct[:, rng.permutation(n_genes)])
    direct[own] = biology.direct[own]
    return replace(
        biology,
        base=biology.base + BASE_SD * rng.standard_normal(n_genes),
        shift=strength * (r * biology.shift + np.sqrt(1 - r**2) * other),
        direct=direct,
    )
