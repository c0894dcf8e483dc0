"""From training cells to a ``DataSpec``: the one place where a screen's statistics are fitted."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import scipy.linalg
import scipy.sparse as sp

from scbig.data.cell_matrix import CellMatrix, moments, thinned
from scbig.data.highly_variable import training_rows
from scbig.data.library_shifts import library_shifts
from scbig.data.provenance import fitted_on
from scbig.data.relative_spread import relative_spread
from scbig.data.score_covariances import score_covariances
from scbig.data.screen import Screen
from scbig.data_spec import DataSpec
from scbig.effects import Effects
from scbig.expression import SCALE
from scbig.module_membership import ModuleMembership
from scbig.split import Split

#: Principal axes kept at most, and cells kept to stand for the perturbed population.
MOST_AXES = 128
MOST_CELLS = 512
#: Leading axes that covariances of conditions are kept on.
MOST_COVARYING = 20
#: Up to so many genes the covariance matrix is decomposed; beyond, a Krylov method is faster.
MOST_GENES_DENSE = 5000
#: Axes are fitted on at most so many cells, evenly spaced in the file.
MOST_CELLS_FOR_AXES = 50_000
#: Rows made dense at once.
BLOCK = 2048


def fit_spec(
    screen: Screen,
    split: Split,
    effects: Effects,
    modules: ModuleMembership,
    gene_sets: Mapping[str, tuple[str, ...]],
    seed: int,
) -> DataSpec:
    """Everything a model must know of ``screen``, from its control and training cells only.

    Args:
        screen: restricted to the genes that are used.
        split: which conditions are trained on.
        effects: of the training conditions.
        modules: of the same genes.
        gene_sets: prior gene sets over these genes.
        seed: of the choice of representative perturbed cells.
    """
    rows = training_rows(screen, split)
    mean, variance = _moments(screen.cells, rows)
    perturbed_mean, perturbed_variance = _moments(screen.cells, screen.rows_of(split.train))
    control = screen.control_rows
    control_mean, _, _ = moments(screen.cells, control, screen.stratum[control], len(screen.strata))
    axes = principal_axes(screen.cells[thinned(rows, MOST_CELLS_FOR_AXES)], MOST_AXES)
    return DataSpec(
        genes=screen.genes,
        scale=SCALE,
        library=screen.library,
        covariates=dict(screen.covariates),
        context=screen.context,
        modules=modules,
        effects=effects,
        gene_mean=mean.astype(np.float32),
        gene_sd=np.sqrt(variance).astype(np.float32),
        axes=axes,
        strata=screen.strata,
        control_mean=control_mean.astype(np.float32),
        perturbed_cells=representative_cells(screen, split, MOST_CELLS, seed),
        perturbed_mean=perturbed_mean.astype(np.float32),
        perturbed_variance=perturbed_variance.astype(np.float32),
        covariances=score_covariances(screen, split, axes[:MOST_COVARYING]),
        spread=relative_spread(screen, split),
        library_shifts=library_shifts(screen, split),
        gene_sets=dict(gene_sets),
        split=split,
        data_sha256=screen.sha256,
        versions=_versions(),
        n_controls=len(control),
        fitted_on=fitted_on(screen, rows),
    )


def _moments(
    cells: CellMatrix, rows: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    mean, variance, _ = moments(cells, rows, np.zeros(len(rows), dtype=np.int64), 1)
    # one cell has no spread: as a scale of its gene that is 0, not unknown
    return mean[0], np.nan_to_num(variance[0])


def principal_axes(cells: sp.csr_matrix, most: int) -> npt.NDArray[np.float32]:
    """Leading principal axes after centring, orthonormal, (axes, genes), strongest first.

    There are at most ``most``, and at most one less than cells or as many as genes; the sign of an
    axis makes its largest entry positive.
    """
    n_cells, n_genes = cells.shape
    n_axes = min(most, n_genes, n_cells - 1)
    if n_genes <= MOST_GENES_DENSE:
        axes = _covariance_axes(cells, n_axes)
    else:
        from sklearn.decomposition import PCA

        solver = PCA(n_components=n_axes, svd_solver="arpack", random_state=0)
        axes = solver.fit(cells.astype(np.float64)).components_
    strongest = np.abs(axes).argmax(axis=1)
    signs = np.sign(axes[np.arange(len(axes)), strongest])
    return np.ascontiguousarray(axes * signs[:, None], dtype=np.float32)


def _covariance_axes(cells: sp.csr_matrix, n_axes: int) -> npt.NDArray[np.float64]:
    n_cells, n_genes = cells.shape
    mean = np.asarray(cells.mean(0, dtype=np.float64), dtype=np.float32).ravel()
    scatter = np.zeros((n_genes, n_genes))
    for start in range(0, n_cells, BLOCK):
        centred = cells[start : start + BLOCK].toarray() - mean
        scatter += centred.T @ centred
    _, vectors = scipy.linalg.eigh(scatter, subset_by_index=[n_genes - n_axes, n_genes - 1])
    return np.asarray(vectors[:, ::-1].T, dtype=np.float64)


def representative_cells(
    screen: Screen, split: Split, most: int, seed: int
) -> npt.NDArray[np.float32]:
    """Training cells with equal weight a condition, (<= ``most``, genes).

    Each training condition gives the same number of cells, drawn with replacement only where it
    has fewer. Of more than ``most`` conditions, ``most`` are drawn. Without any there are none.
    """
    rng = np.random.default_rng([seed, most])
    codes = screen.codes_of(split.train)
    if not len(codes):
        return np.zeros((0, len(screen.genes)), dtype=np.float32)
    if len(codes) > most:
        codes = np.sort(rng.choice(codes, most, replace=False))
    quota = most // len(codes)
    drawn = [
        np.sort(rng.choice(rows, quota, replace=len(rows) < quota))
        for rows in map(screen.rows_of_code, codes.tolist())
    ]
    return np.asarray(screen.cells[np.concatenate(drawn)].toarray(), dtype=np.float32)


def _versions() -> dict[str, str]:
    from importlib.metadata import version

    packages = (
        "scbig",
        "torch",
        "lightning",
        "numpy",
        "scipy",
        "scikit-learn",
        "anndata",
        "scanpy",
    )
    return {name: version(name) for name in packages}
