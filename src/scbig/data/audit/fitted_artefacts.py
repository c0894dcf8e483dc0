"""Were modules and the statistics of a run fitted on training cells only?"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from scbig.data.audit.evidence import Evidence
from scbig.data.audit.finding import Finding
from scbig.data.audit.invariant import leaves_its_span
from scbig.data.audit.row_hash import row_hash, row_hashes
from scbig.data.cell_matrix import moments, thinned
from scbig.data.fit_spec import MOST_CELLS_FOR_AXES
from scbig.data.highly_variable import training_rows
from scbig.data.screen import Screen
from scbig.data.training_effects import training_effects
from scbig.data_spec import DataSpec
from scbig.errors import listed

CHECK = "fitted"
#: Room for float32; statistics of other cells differ by far more.
RELATIVE, ABSOLUTE = 1e-3, 1e-4
#: Leading axes that are compared, and how far they may leave their span under the covariance.
AXES, LEAVES = 5, 0.02


def check_modules(evidence: Evidence) -> Iterator[Finding]:
    """Modules carry the hash of the cells they were fitted on, and it is that of training cells."""
    for name, values in evidence.modules.items():
        said = values.get("fitted_on")
        sha256 = said.get("sha256") if isinstance(said, Mapping) else said
        if not sha256:
            yield Finding(
                "unproven",
                CHECK,
                f"{name} does not say on which cells its modules were fitted (key fitted_on): make "
                "them again with fit, or with scbig modules --split",
            )
        elif isinstance(said, Mapping) and said.get("data_sha256") != evidence.screen.sha256:
            yield Finding(
                "unproven",
                CHECK,
                f"{name} was fitted on other data than these, or read in another way: audit it "
                "beside the data it came from",
            )
        elif sha256 == evidence.training_hash:
            yield Finding("note", CHECK, f"{name} was fitted on the training cells of this split")
        else:
            training = int((evidence.screen.condition[evidence.training_rows] > 0).sum())
            yield Finding(
                "leak",
                CHECK,
                f"{name} was fitted on {_cells(said)}, not on the {training} perturbed training "
                "cells of this split; make it again with fit, or with scbig modules --split",
            )


def check_spec(evidence: Evidence) -> Iterator[Finding]:
    """Everything a run fitted, computed again on training cells."""
    spec = evidence.spec
    if spec is None:
        return
    if spec.data_sha256 != evidence.screen.sha256:
        yield Finding(
            "unproven",
            CHECK,
            f"the run was trained on other data (sha256 {spec.data_sha256[:12]}, not "
            f"{evidence.screen.sha256[:12]}): give its file, read as its config.yaml says",
        )
        return
    if spec.split.sha256 != evidence.split.sha256:
        yield Finding(
            "leak",
            CHECK,
            f"the run was trained under another split, {spec.split.name!r} (sha256 "
            f"{spec.split.sha256[:12]}, not {evidence.split.sha256[:12]})",
        )
    if spec.fitted_on and spec.fitted_on != evidence.training_hash:
        yield Finding("leak", CHECK, "the run says it was fitted on other cells than training")
    screen = evidence.screen.with_genes(spec.genes)
    rows = training_rows(screen, evidence.split)
    wrong = [name for name, agrees in _agreement(spec, screen, evidence, rows) if not agrees]
    if wrong:
        yield Finding(
            "leak",
            CHECK,
            f"{len(wrong)} statistics of the run are not those of its training cells: "
            f"{listed(wrong, 10)}",
        )
    else:
        yield Finding("note", CHECK, "the statistics of the run are those of its training cells")


def _agreement(
    spec: DataSpec, screen: Screen, evidence: Evidence, rows: npt.NDArray[np.int64]
) -> Iterator[tuple[str, bool]]:
    split = evidence.split
    mean, variance = _moments(screen, rows)
    yield "gene_mean", _close(spec.gene_mean, mean)
    yield "gene_sd", _close(spec.gene_sd, np.sqrt(variance))
    perturbed = screen.rows_of(split.train)
    mean, variance = _moments(screen, perturbed)
    yield "perturbed_mean", _close(spec.perturbed_mean, mean)
    yield "perturbed_variance", _close(spec.perturbed_variance, variance)
    control = screen.control_rows
    of_strata, _, _ = moments(screen.cells, control, screen.stratum[control], len(screen.strata))
    yield "control_mean", _close(spec.control_mean, of_strata)
    extra = sorted(set(spec.effects.conditions) - set(split.train))
    yield (
        f"effects (of {listed(extra)})" if extra else "effects",
        not extra
        and _close(spec.effects.delta, training_effects(screen, split, spec.targets).delta),
    )
    kept = np.isin(_rounded_hash(spec.perturbed_cells), row_hashes(screen.cells, perturbed))
    yield "perturbed_cells", bool(kept.all())
    axes = spec.axes[:AXES].T.astype(np.float64)
    yield "axes", leaves_its_span(axes, screen.cells[thinned(rows, MOST_CELLS_FOR_AXES)]) <= LEAVES


def _moments(
    screen: Screen, rows: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    mean, variance, _ = moments(screen.cells, rows, np.zeros(len(rows), dtype=np.int64), 1)
    return mean[0], np.nan_to_num(variance[0])


def _rounded_hash(cells: npt.NDArray[np.float32]) -> npt.NDArray[np.uint64]:

    return row_hash(sp.csr_matrix(cells))


def _close(a: npt.NDArray[np.floating], b: npt.NDArray[np.floating]) -> bool:
    return a.shape == b.shape and bool(np.allclose(a, b, rtol=RELATIVE, atol=ABSOLUTE))


def _cells(said: Any) -> str:
    number = said.get("perturbed_cells") if isinstance(said, Mapping) else None
    return f"{number} perturbed cells" if number else "other cells"
