"""A small simulation with planted gene modules, for the tests of this room."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from scbig.gene_modules.relation_graph import RelationGraph, fuse
from scbig.gene_modules.relations import covariation, embedding_neighbours, prior_edges


@dataclass(frozen=True)
class Planted:
    genes: tuple[str, ...]
    module: npt.NDArray[np.int64]
    cells: sp.csr_matrix
    groups: npt.NDArray[np.int64]
    effects: npt.NDArray[np.float64]
    embedding: npt.NDArray[np.float32]
    network: sp.csr_matrix


def make_planted(
    n_genes: int = 200, n_modules: int = 8, n_cells: int = 1500, equal: bool = True, seed: int = 0
) -> Planted:
    """Cells vary in module activity; effects, embeddings and a network follow the modules too.

    Genes are shuffled. Group means differ strongly between modules' halves, so that correlations
    that are not centred within groups are misled.
    """
    rng = np.random.default_rng(seed)
    share = np.ones(n_modules) if equal else np.linspace(1, 3, n_modules)
    edges = np.floor(np.cumsum(share / share.sum()) * n_genes + 1e-9).astype(int)
    module = rng.permutation(np.searchsorted(edges, np.arange(n_genes), side="right"))
    n_groups = 6
    groups = rng.integers(0, n_groups, n_cells)
    misleading = 2.0 * rng.standard_normal((n_groups, n_genes))
    activity = rng.standard_normal((n_cells, n_modules))
    loading = rng.uniform(0.4, 1.0, n_genes)
    dense = (
        3
        + misleading[groups]
        + activity[:, module] * loading
        + rng.standard_normal((n_cells, n_genes))
    )
    effects = rng.standard_normal((12, n_modules))[:, module] * loading
    effects += 0.5 * rng.standard_normal(effects.shape)
    centre = rng.standard_normal((n_modules, 24))
    embedding = centre[module] + 0.7 * rng.standard_normal((n_genes, 24))
    together = module[:, None] == module[None, :]
    linked = np.triu(rng.random((n_genes, n_genes)) < np.where(together, 0.3, 0.01), 1)
    return Planted(
        genes=tuple(f"g{i}" for i in range(n_genes)),
        module=module.astype(np.int64),
        cells=sp.csr_matrix(np.maximum(dense, 0).astype(np.float32)),
        groups=groups.astype(np.int64),
        effects=effects,
        embedding=embedding.astype(np.float32),
        network=sp.csr_matrix(linked * 0.9),
    )


def planted_graph(
    planted: Planted, sources: str = "all", with_embedding: bool = True
) -> RelationGraph:
    """Graph of one source, or of all three."""
    relations = {
        "embedding": embedding_neighbours(planted.embedding),
        "prior": prior_edges(planted.network),
        "covariation": covariation(planted.cells, planted.groups, planted.effects),
    }
    chosen = relations if sources == "all" else {sources: relations[sources]}
    return fuse(planted.genes, chosen, embedding=planted.embedding if with_embedding else None)
