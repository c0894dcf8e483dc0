"""Were highly variable genes chosen on training cells?"""

import warnings
from collections.abc import Iterator

import anndata
import numpy as np
import numpy.typing as npt
import scanpy

from scbig.data.audit.evidence import Evidence
from scbig.data.audit.finding import Finding
from scbig.data.highly_variable import highly_variable
from scbig.errors import listed

CHECK = "genes"
FLAVOURS = ("seurat", "cell_ranger")
#: Agreement (Jaccard index) that tells what a choice was made on.
AGREES = 0.95


def check_gene_flags(evidence: Evidence) -> Iterator[Finding]:
    """``var['highly_variable']`` of the file, chosen again on all, training and scored cells."""
    if evidence.adata is None:
        return
    for column in evidence.adata.var.columns:
        flag = evidence.adata.var[column]
        if not str(column).startswith("highly_variable") or flag.dtype.kind != "b":
            continue
        chosen = flag.to_numpy(dtype=bool)
        name = f"var[{str(column)!r}]"
        if chosen.all() or not chosen.any():
            yield Finding(
                "note",
                CHECK,
                f"{name} marks {'all' if chosen.any() else 'none of the'} {len(chosen)} genes: on "
                "which cells the genes of the file were chosen cannot be told from it",
            )
            continue
        yield _judge(evidence, name, chosen)


def check_gene_choice_of_run(evidence: Evidence) -> Iterator[Finding]:
    """The genes of a run that chose some, chosen again."""
    if evidence.spec is None or evidence.n_hvg is None:
        return
    again = highly_variable(evidence.screen, evidence.split, evidence.n_hvg)
    if set(again) != set(evidence.spec.genes):
        other = sorted(set(evidence.spec.genes) - set(again))
        yield Finding(
            "leak",
            CHECK,
            f"{len(other)} of {len(evidence.spec.genes)} genes of the run are not those that its "
            f"training cells choose: {listed(other)}",
        )


def _judge(evidence: Evidence, name: str, chosen: npt.NDArray[np.bool_]) -> Finding:
    screen = evidence.screen
    sides = evidence.side_of_cell
    control = screen.condition == 0
    cells = {
        "training cells": evidence.training_rows,
        "all cells": np.arange(len(sides)),
        "training and validation cells": np.flatnonzero(sides < 2),
        "test and control cells": np.flatnonzero((sides == 2) | control),
        "control cells": np.flatnonzero(control),
    }
    n = int(chosen.sum())
    agreement = {
        what: max(_jaccard(chosen, flags) for flags in _choices(evidence, rows, n))
        for what, rows in cells.items()
    }
    # cells that training may use come first among equals
    best = max(("training cells", "control cells", *agreement), key=agreement.__getitem__)
    share = f"{n} of {len(chosen)} genes"
    if best in ("training cells", "control cells") and agreement[best] >= AGREES:
        return Finding("note", CHECK, f"{name} marks {share}: the choice of {best}")
    if agreement[best] >= AGREES:
        return Finding(
            "leak",
            CHECK,
            f"{name} marks {share}: the choice of {best} (agreement {agreement[best]:.2f}), not of "
            f"training cells ({agreement['training cells']:.2f}); choose genes on training cells "
            "(n_hvg does) and remove the column",
        )
    return Finding(
        "unproven",
        CHECK,
        f"{name} marks {share}: neither training cells nor all cells choose them (agreement at "
        f"most {agreement[best]:.2f}); choose genes on training cells (n_hvg does) and remove the "
        "column",
    )


def _choices(
    evidence: Evidence, rows: npt.NDArray[np.int64], n: int
) -> Iterator[npt.NDArray[np.bool_]]:
    cells = anndata.AnnData(X=evidence.screen.cells[rows])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # bins of one gene: scanpy says so
        for flavour in FLAVOURS:
            table = scanpy.pp.highly_variable_genes(
                cells, n_top_genes=n, flavor=flavour, inplace=False
            )
            yield _top(table["dispersions_norm"].to_numpy(dtype=np.float64), n)
    mean = np.asarray(cells.X.mean(0)).ravel()
    yield _top(np.asarray(cells.X.multiply(cells.X).mean(0)).ravel() - mean**2, n)


def _top(score: npt.NDArray[np.float64], n: int) -> npt.NDArray[np.bool_]:
    out = np.zeros(len(score), dtype=bool)
    out[np.argsort(-np.nan_to_num(score, nan=-np.inf), kind="stable")[:n]] = True
    return out


def _jaccard(a: npt.NDArray[np.bool_], b: npt.NDArray[np.bool_]) -> float:
    return float((a & b).sum() / (a | b).sum())
