"""Training effects made by hand for the tests of the baselines."""

from collections.abc import Sequence

import numpy as np

from scbig.effects import Effects
from scbig.target_embedding import EmbeddingSource, TargetEmbedding


def embedding_of(*blocks: dict[str, Sequence[float]]) -> TargetEmbedding:
    """One source a block; a gene that a block lacks is a gap."""
    names = tuple(sorted({name for block in blocks for name in block}))
    columns, known = [], []
    for block in blocks:
        width = len(next(iter(block.values())))
        columns.append([block.get(name, [0.0] * width) for name in names])
        known.append([name in block for name in names])
    return TargetEmbedding(
        names,
        np.hstack([np.asarray(c, dtype=np.float16) for c in columns]),
        np.array(known).T,
        tuple(EmbeddingSource(f"s{i}", len(c[0]), "test") for i, c in enumerate(columns)),
    )


def effects_of(
    rows: dict[str, Sequence[float]],
    targets: TargetEmbedding | None = None,
    genes: Sequence[str] | None = None,
    control: Sequence[float] | None = None,
) -> Effects:
    """Effects of the conditions ``rows``."""
    n = len(genes) if genes is not None else len(next(iter(rows.values())))
    delta = np.array(list(rows.values()), dtype=np.float64).reshape(len(rows), n)
    return Effects(
        genes=tuple(genes) if genes is not None else tuple(f"g{i}" for i in range(n)),
        conditions=tuple(rows),
        delta=delta,
        variance=np.full_like(delta, 0.01),
        n_cells=np.full(len(rows), 50, dtype=np.int64),
        control=np.asarray(control if control is not None else np.ones(n), dtype=np.float64),
        targets=targets or TargetEmbedding.empty(),
    )


def random_screen(
    n_targets: int = 12, n_genes: int = 9, n_doubles: int = 8, seed: int = 0
) -> Effects:
    """Singles A00.. and doubles with random effects; the last two targets are hidden.

    Genes are g0.. and the first targets, so that some targets are measured.
    """
    rng = np.random.default_rng(seed)
    names = [f"A{i:02d}" for i in range(n_targets)]
    targets = embedding_of({n: rng.standard_normal(5) for n in names})
    rows = {n: rng.standard_normal(n_genes) for n in names[:-2]}
    while len(rows) < n_targets - 2 + n_doubles:
        a, b = sorted(rng.choice(n_targets - 2, 2, replace=False))
        rows[f"{names[a]}+{names[b]}"] = rng.standard_normal(n_genes)
    genes = [*names[:4], *(f"g{i}" for i in range(n_genes - 4))]
    return effects_of(rows, targets, genes, rng.uniform(0.5, 2.0, n_genes))
