"""The contract form of an inspected file, written in one pass over its rows."""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py  # type: ignore[import-untyped]
import numpy as np

from scbig.data.importing.conversion import converted
from scbig.data.importing.gene_plan import Duplicates, GenePlan, gene_plan
from scbig.data.importing.obs_table import obs_table, rewritten_cells, var_table
from scbig.data.importing.sparse_writer import SparseWriter
from scbig.data.inspection.inspection import Inspection
from scbig.data.inspection.stored_file import StoredFile
from scbig.errors import UserError, listed
from scbig.expression import TARGET_SUM

#: Where the imported file says what it came from.
PROVENANCE = "scbig_import"


@dataclass(frozen=True)
class WrittenScreen:
    """What was written: its size, and every change, one line each."""

    n_cells: int
    n_genes: int
    reported: tuple[str, ...]


@contextmanager
def replaced_when_done(out: Path) -> Iterator[Path]:
    """A temporary neighbour that takes the place of ``out`` when all went well, or goes away."""
    temporary = out.with_name(f".{out.stem}.{os.getpid()}{out.suffix}")
    try:
        yield temporary
        temporary.replace(out)
    finally:
        temporary.unlink(missing_ok=True)


def write_screen(
    file: StoredFile,
    found: Inspection,
    out: Path,
    source: Mapping[str, str],
    duplicates: Duplicates = "rename",
) -> WrittenScreen:
    """Write ``out``: obs ``condition``, var by unique names, X sparse, and what was changed.

    Args:
        file: opened.
        found: of the file, without problems.
        out: file to write.
        source: what the imported file says of where it came from.
        duplicates: what becomes of genes that share a name (``gene_plan``).

    Raises:
        UserError: no cell is left, or the values cannot be as asked.
    """
    assert found.expression is not None and found.conditions is not None
    matrix, scale = found.expression.matrix, found.expression.scale
    if not found.kept.any():
        raise UserError("no cell of the file is left to import")
    plan = gene_plan(found.genes, duplicates, scale.kind == "counts")
    obs, said_of_obs = obs_table(file.obs, found)
    var, said_of_var = var_table(file.var_of(matrix), plan)
    reported = [*_of_cells(found), *said_of_obs, *plan.reported, *said_of_var]
    if not scale.is_declarable:
        reported.append(
            f"values are brought to log1p of counts per {TARGET_SUM:,.0f}: {scale.words}"
        )
    left = [one.matrix.name for one in found.looked if one.matrix.name != matrix.name]
    if left or file.unread:
        reported.append(f"not in the imported file: {listed([*left, *file.unread], 8)}")
    _write(out, file, found, plan, obs, var, {**source, "reported": json.dumps(reported)})
    return WrittenScreen(len(obs), len(plan.names), tuple(reported))


def _of_cells(found: Inspection) -> Iterator[str]:
    for reason, number in found.dropped.items():
        yield f"{number:,} cells {reason} are dropped"
    number = rewritten_cells(found)
    if number:
        yield f"labels of {number:,} cells are rewritten, in obs condition"


def _write(
    out: Path,
    file: StoredFile,
    found: Inspection,
    plan: GenePlan,
    obs: Any,
    var: Any,
    provenance: Mapping[str, str],
) -> None:
    from anndata.io import write_elem

    assert found.expression is not None
    matrix, scale = found.expression.matrix, found.expression.scale
    is_double = scale.kind == "log" and scale.is_declarable and matrix.dtype == np.float64
    dtype = np.dtype(np.float64 if is_double else np.float32)
    with h5py.File(out, "w") as target:
        target.attrs["encoding-type"], target.attrs["encoding-version"] = "anndata", "0.1.0"
        write_elem(target, "obs", obs)
        write_elem(target, "var", var)
        write_elem(target, "uns", {PROVENANCE: dict(provenance)})
        writer = SparseWriter(target, "X", len(plan.names), dtype)
        start = 0
        for block in matrix.blocks():
            kept = found.kept[start : start + block.shape[0]]
            start += block.shape[0]
            writer.append(plan.apply(converted(block[kept], scale)).astype(dtype))
        writer.close()


def write_overlay(settings: Mapping[str, Any], out: Path, head: Sequence[str]) -> None:
    """The settings that fit needs for the imported file, as YAML under some words."""
    from scbig.data.inspection.suggestion import as_yaml

    lines = [*(f"# {line}" for line in head), as_yaml(settings)]
    with replaced_when_done(out) as temporary:
        temporary.write_text("\n".join(lines) + "\n")
