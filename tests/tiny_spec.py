"""A small ``DataSpec`` made by hand: rooms below the datamodule are tested on it."""

from dataclasses import replace

import numpy as np

from scbig.data_spec import DataSpec
from scbig.effects import Effects
from scbig.module_membership import ModuleMembership
from scbig.split import Split
from scbig.target_embedding import EmbeddingSource, TargetEmbedding


def make_tiny_spec(
    n_genes: int = 24,
    n_modules: int = 4,
    n_targets: int = 10,
    seed: int = 0,
    covariates: dict[str, tuple[str, ...]] | None = None,
) -> DataSpec:
    """Singles T0..; doubles of neighbours; effects are linear in the embedding plus noise.

    The last target has no embedding. Modules differ in size.
    """
    rng = np.random.default_rng(seed)
    genes = tuple(f"g{i:02d}" for i in range(n_genes))
    names = tuple(f"T{i}" for i in range(n_targets))
    vectors = rng.standard_normal((n_targets, 6))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors[-1] = 0
    known = np.ones((n_targets, 1), dtype=bool)
    known[-1] = False
    targets = TargetEmbedding(
        names, vectors.astype(np.float16), known, (EmbeddingSource("prior", 6, "test"),)
    )
    loading = rng.standard_normal((6, n_genes)) * 0.5
    single = vectors @ loading + 0.02 * rng.standard_normal((n_targets, n_genes))
    doubles = [(i, i + 1) for i in range(0, n_targets - 2, 2)]
    conditions = [*names[:-2], *("+".join((names[i], names[j])) for i, j in doubles[:-1])]
    delta = np.vstack([single[:-2], *(0.8 * (single[i] + single[j]) for i, j in doubles[:-1])])
    control = rng.uniform(0.5, 2.0, n_genes)
    effects = Effects(
        genes=genes,
        conditions=tuple(conditions),
        delta=delta,
        variance=np.full_like(delta, 0.02**2),
        n_cells=np.full(len(delta), 50, dtype=np.int64),
        control=control,
        targets=targets,
    )
    labels = np.sort(np.r_[np.arange(n_modules), rng.integers(0, n_modules, n_genes - n_modules)])
    levels = covariates or {}
    strata = (
        np.array(np.meshgrid(*(np.arange(len(v)) for v in levels.values()), indexing="ij"))
        .reshape(len(levels), -1)
        .T
        if levels
        else np.zeros((1, 0))
    )
    cells = np.maximum(control + rng.standard_normal((200, n_genes)) * 0.6, 0).astype(np.float32)
    axes = np.linalg.svd(cells - cells.mean(0), full_matrices=False)[2].astype(np.float32)
    i, j = doubles[-1]
    spread = cells @ axes[:20].T
    scale = rng.uniform(0.7, 1.4, (len(conditions) + 1, 1, 1))
    covariances = scale * np.cov(spread.T)
    return DataSpec(
        genes=genes,
        scale="log1p_cp10k",
        library="genes of the file",
        covariates=levels,
        context="",
        modules=ModuleMembership.partition(genes, labels),
        effects=effects,
        gene_mean=cells.mean(0),
        gene_sd=cells.std(0),
        axes=axes,
        strata=strata.astype(np.int64),
        control_mean=np.tile(control.astype(np.float32), (len(strata), 1)),
        perturbed_cells=cells[:100],
        perturbed_mean=cells[:100].mean(0),
        perturbed_variance=cells[:100].var(0),
        covariances=covariances.astype(np.float32),
        spread=np.ones(n_genes, dtype=np.float32),
        library_shifts=np.zeros(len(conditions)),
        gene_sets={"set_a": genes[:8], "set_b": genes[5:17]},
        split=Split(
            "test", 0, tuple(sorted(conditions)), (names[-2],), (f"{names[i]}+{names[j]}",)
        ),
        data_sha256="0" * 64,
        versions={"scbig": "test"},
        n_controls=100,
    )


def with_soft_modules(spec: DataSpec) -> DataSpec:
    """The spec with five overlapping modules of its genes instead of its own."""
    n = spec.n_genes
    weights = np.random.default_rng(0).uniform(0, 1, (n, 5)).astype(np.float32)
    weights[weights < 0.4] = 0
    weights[np.arange(n), np.arange(n) % 5] = 0.5
    return replace(spec, modules=ModuleMembership(spec.genes, weights, tuple("abcde")))
