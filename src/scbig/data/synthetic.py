"""A synthetic screen with planted programs, effects and epistasis: the truth is known."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from scbig.conditions import CONTROL, join_targets
from scbig.data.synthetic_biology import Biology, Matrix, plant_biology
from scbig.data.synthetic_counts import draw_counts, draw_libraries, expected_log1p, shares
from scbig.data.synthetic_lines import in_line
from scbig.data.synthetic_priors import prior_gene_sets, prior_network, prior_vectors
from scbig.data.synthetic_settings import SyntheticSettings
from scbig.target_embedding import EmbeddingSource, TargetEmbedding

if TYPE_CHECKING:
    from anndata import AnnData

__all__ = ["SyntheticScreen", "SyntheticSettings", "SyntheticTruth", "make_synthetic"]

BATCH_SD = 0.1
REFERENCE_CELLS = 400
BLOCK = 2048


@dataclass(frozen=True)
class SyntheticTruth:
    """What was planted.

    Attributes:
        genes: measured genes.
        program: program of each gene, (genes,).
        conditions: canonical names, control first.
        program_shift: shift of program activity where all targets of the condition take effect,
            (conditions, programs); 0 for control.
        mean: expected log1p of counts per 10,000 of a cell, (conditions, genes), over a common
            population of cells and batches: free of sampling noise between conditions.
        responders: share of cells in which all targets of the condition take effect.
    """

    genes: tuple[str, ...]
    program: npt.NDArray[np.int64]
    conditions: tuple[str, ...]
    program_shift: Matrix
    mean: Matrix
    responders: Matrix

    @property
    def effect(self) -> Matrix:
        """Noiseless effect of each condition, ``mean - mean[control]``, (conditions, genes)."""
        return self.mean - self.mean[:1]


@dataclass(frozen=True)
class SyntheticScreen:
    """A synthetic screen and all that comes with it.

    Attributes:
        adata: raw counts in ``X`` (CSR), ``obs`` columns ``condition`` and ``batch``, and
            ``cell_line`` where there are several.
        truths: what was planted in each cell line.
        embedding: names and unit vectors of measured genes and targets, some targets missing.
        network: prior weights between measured genes, symmetric CSR (genes, genes).
        gene_sets: prior gene sets.
        settings: what it was made from.
    """

    adata: "AnnData"
    truths: tuple[SyntheticTruth, ...]
    embedding: tuple[tuple[str, ...], npt.NDArray[np.float32]]
    network: sp.csr_matrix
    gene_sets: dict[str, tuple[str, ...]]
    settings: SyntheticSettings

    @property
    def truth(self) -> SyntheticTruth:
        """What was planted in the first cell line; genes, programs and conditions of all lines."""
        return self.truths[0]

    def target_embedding(self) -> TargetEmbedding:
        """``embedding`` as the package's own type, one source called ``synthetic``."""
        names, vectors = self.embedding
        return TargetEmbedding(
            names=names,
            vectors=vectors.astype(np.float16),
            known=np.ones((len(names), 1), dtype=np.bool_),
            sources=(EmbeddingSource("synthetic", vectors.shape[1], str(self.settings)),),
        )


def make_synthetic(settings: SyntheticSettings | None = None) -> SyntheticScreen:
    """Draw a screen; a pure function of the settings.

    Raises:
        UserError: settings out of range (when they are made).
    """
    settings = settings or SyntheticSettings()
    biology = plant_biology(settings)
    rng = np.random.default_rng([settings.seed, 5])
    conditions = _draw_conditions(biology, settings, rng)
    batch_effects = rng.normal(0, BATCH_SD, (settings.n_batches, settings.n_genes))
    lines = [
        _Population(in_line(biology, line, settings), conditions, batch_effects)
        for line in range(settings.n_cell_lines)
    ]
    return SyntheticScreen(
        adata=_with_lines([_draw_cells(line, settings, rng) for line in lines]),
        truths=tuple(line.truth() for line in lines),
        embedding=prior_vectors(biology, settings),
        network=prior_network(biology, settings),
        gene_sets=prior_gene_sets(biology, settings),
        settings=settings,
    )


def _draw_conditions(
    biology: Biology, settings: SyntheticSettings, rng: np.random.Generator
) -> dict[str, tuple[int, ...]]:
    """Rows of the targets of each condition: control, all singles, random pairs."""
    first, second = np.triu_indices(settings.n_targets, 1)
    chosen = np.sort(rng.choice(len(first), settings.n_pairs, replace=False))
    groups = [(), *((i,) for i in range(settings.n_targets))]
    groups += [(int(first[p]), int(second[p])) for p in chosen]
    return {join_targets(biology.targets[i] for i in group): group for group in groups}


class _Population:
    """Cells of any condition: who responds to what, and the log rates that follow."""

    def __init__(
        self, biology: Biology, conditions: dict[str, tuple[int, ...]], batch_effects: Matrix
    ) -> None:
        self.biology, self.conditions, self.batch_effects = biology, conditions, batch_effects
        self.median_library = float(np.exp(biology.base).sum())
        n, k, g = len(conditions), batch_effects.shape[1], len(biology.activity_root)
        # the four ways in which none, one or both targets of a condition take effect
        self.shift, self.direct = np.zeros((n, 4, g)), np.zeros((n, 4, k))
        self.response = np.zeros((n, 2))
        for c, group in enumerate(conditions.values()):
            self.response[c, : len(group)] = biology.response[list(group)]
            for way in range(1, 2 ** len(group)):
                present = [t for bit, t in enumerate(group) if way >> bit & 1]
                self.shift[c, way], self.direct[c, way] = biology.combined(present)

    def log_rates(
        self,
        condition: npt.NDArray[np.int64],
        batch: npt.NDArray[np.int64],
        activity: Matrix,
        luck: Matrix,
    ) -> Matrix:
        """Log rates of cells; ``luck``, uniform (cells, 2), decides which targets take effect."""
        way = ((luck < self.response[condition]) * np.array([1, 2])).sum(1)
        shift, direct = self.shift[condition, way], self.direct[condition, way]
        return self.biology.log_rates(activity, self.batch_effects[batch], shift, direct)

    def truth(self) -> SyntheticTruth:
        """Expected values over one population of reference cells, the same for all conditions."""
        rng = np.random.default_rng(0)
        activity = rng.standard_normal((REFERENCE_CELLS, len(self.biology.activity_root)))
        activity = (activity - activity.mean(0)) @ self.biology.activity_root.T
        strata = (np.arange(REFERENCE_CELLS) + 0.5) / REFERENCE_CELLS
        luck = np.stack([rng.permutation(strata) for _ in range(2)], axis=1)
        batch = np.arange(REFERENCE_CELLS) % len(self.batch_effects)
        expected = []
        for c in range(len(self.conditions)):
            rates = self.log_rates(np.full(REFERENCE_CELLS, c), batch, activity, luck)
            expected.append(expected_log1p(shares(rates), self.median_library).mean(0))
        groups = list(self.conditions.values())
        return SyntheticTruth(
            genes=self.biology.genes,
            program=self.biology.program,
            conditions=tuple(self.conditions),
            program_shift=np.stack(
                [self.shift[c, 2 ** len(group) - 1] for c, group in enumerate(groups)]
            ),
            mean=np.stack(expected),
            responders=np.array([self.biology.response[list(group)].prod() for group in groups]),
        )


def _draw_cells(
    population: _Population, settings: SyntheticSettings, rng: np.random.Generator
) -> "AnnData":
    import pandas as pd
    from anndata import AnnData

    names = np.asarray(tuple(population.conditions))
    sizes = np.where(names == CONTROL, settings.n_controls, settings.cells_per_condition)
    condition = rng.permutation(np.repeat(np.arange(len(names)), sizes))
    batch = rng.integers(0, settings.n_batches, len(condition))
    activity = rng.standard_normal((len(condition), settings.n_programs))
    activity = activity @ population.biology.activity_root.T
    luck = rng.random((len(condition), 2))
    library = draw_libraries(population.median_library, len(condition), rng)
    counts = []
    for start in range(0, len(condition), BLOCK):  # bounds the dense memory
        rows = slice(start, start + BLOCK)
        rates = population.log_rates(condition[rows], batch[rows], activity[rows], luck[rows])
        counts.append(draw_counts(rates, library[rows], rng))
    obs = pd.DataFrame(
        {
            "condition": pd.Categorical(names[condition]),
            "batch": pd.Categorical([f"batch_{b + 1}" for b in batch]),
        },
        index=pd.Index([f"cell_{i:06d}" for i in range(len(condition))]),
    )
    return AnnData(
        X=sp.vstack(counts, format="csr"),
        obs=obs,
        var=pd.DataFrame(index=pd.Index(population.biology.genes)),
    )


def _with_lines(lines: list["AnnData"]) -> "AnnData":
    """One file of all cell lines, with a column that names them; a single one stays as it is."""
    if len(lines) == 1:
        return lines[0]
    import anndata

    names = [f"line_{i + 1}" for i in range(len(lines))]
    joined = anndata.concat(
        dict(zip(names, lines, strict=True)), label="cell_line", index_unique="-"
    )
    for column in ("condition", "batch", "cell_line"):
        joined.obs[column] = joined.obs[column].astype("category")
    return joined
