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


@dataclass(frozen=True)
class Overlapping:
    """Genes of which some belong to two programs, in equal parts; rows of ``share`` sum to 1."""

    share: npt.NDArray[np.float64]
    cells: sp.csr_matrix
    groups: npt.NDArray[np.int64]
    effects: npt.NDArray[np.float64]
    embedding: npt.NDArray[np.float64]
    network: sp.csr_matrix

    def graph(
        self, effects: bool = True, order: npt.NDArray[np.int64] | None = None
    ) -> RelationGraph:
        """Of all relations, with or without effects, of genes in another order."""
        order = np.arange(len(self.share)) if order is None else order
        own = self.effects[:, order] if effects else None
        relations = {
            "embedding": embedding_neighbours(self.embedding[order]),
            "prior": prior_edges(self.network[order][:, order]),
            "covariation": covariation(self.cells[:, order], self.groups, own),
        }
        profiles = None if own is None else (own / np.linalg.norm(own, axis=0)).T
        return fuse([f"g{i}" for i in order], relations, effects=profiles)


def make_overlapping(n_genes: int = 200, n_programs: int = 6, seed: int = 0) -> Overlapping:
    """A quarter of the genes belong to a second program; every source follows the programs.

    Relations are noisy: 300 cells, effects with as much noise as signal, a sparse network.
    """
    rng = np.random.default_rng(seed)
    gene = np.arange(n_genes)
    first = rng.permutation(gene % n_programs)
    second = (first + rng.integers(1, n_programs, n_genes)) % n_programs
    member = np.zeros((n_genes, n_programs))
    member[gene, first] = 1
    member[gene, np.where(rng.permutation(gene) < n_genes / 4, second, first)] = 1
    share = member / member.sum(axis=1, keepdims=True)
    loading = member / np.linalg.norm(member, axis=1, keepdims=True)
    loading *= rng.uniform(0.6, 1.0, (n_genes, 1))
    noise = rng.standard_normal((300, n_genes))
    cells = 3 + rng.standard_normal((300, n_programs)) @ loading.T + noise
    effects = rng.standard_normal((24, n_programs)) @ loading.T
    effects += 0.8 * rng.standard_normal(effects.shape)
    embedding = share @ rng.standard_normal((n_programs, 24))
    linked = rng.random((n_genes, n_genes)) < np.where(member @ member.T > 0, 0.15, 0.005)
    return Overlapping(
        share=share,
        cells=sp.csr_matrix(np.maximum(cells, 0).astype(np.float32)),
        groups=rng.integers(0, 4, 300),
        effects=effects,
        embedding=embedding + 0.5 * rng.standard_normal(embedding.shape),
        network=sp.csr_matrix(np.triu(linked, 1) * 0.9),
    )
