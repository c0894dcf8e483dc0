"""What is said of a screen before it is trained on: sizes, and what the priors know of it."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from scbig.data.packed.packed_screen import memory_gb
from scbig.data.packed.stored_cells import StoredCells
from scbig.data.screen import Screen
from scbig.data.split_description import split_line
from scbig.data_spec import DataSpec
from scbig.split import Split


def describe_screen(
    screen: Screen, spec: DataSpec, split: Split, cells_per_condition: int
) -> list[str]:
    """Lines on cells and split; and one more when batches repeat cells of small strata."""
    on_disk = isinstance(screen.cells, StoredCells)
    lines = [
        f"screen: {len(screen.condition)} cells x {spec.n_genes} genes, "
        f"{screen.cells_of[0]} of them control (for training and evaluation alike); "
        f"library: {screen.library}" + (", read from disk" if on_disk else ""),
        split_line(split, screen.conditions),
    ]
    numbers = screen.condition_strata[screen.codes_of(split.train)]
    median = float(np.median(numbers[numbers > 0])) if len(numbers) else np.inf
    if len(screen.strata) > 1 and median < cells_per_condition:
        lines.append(
            f"a condition has {median:g} cells (median) in a combination of covariates: "
            f"rows of {cells_per_condition} cells repeat some of them"
        )
    return lines


def advice_to_pack(screen: Screen, max_memory_gb: float) -> list[str]:
    """One line when cells in memory take more of it than a packed screen would."""
    if isinstance(screen.cells, StoredCells):
        return []
    needed = memory_gb(screen.cells.nnz, screen.counts is not None)
    if needed <= max_memory_gb:
        return []
    return [
        f"the expression takes {needed:.3g} GB of memory, more than max_memory_gb "
        f"{max_memory_gb:g}: to train from disk, scbig data pack FILE --out S.zarr with the same "
        "--data options, then --data.path S.zarr"
    ]


def coverage_of(spec: DataSpec, targets: Sequence[str]) -> dict[str, Any]:
    """How much of ``targets`` and of the genes each prior source knows; plain values."""
    embedding = spec.targets
    known = {
        source.name: sum(
            bool(embedding.known[embedding.row[t], s]) for t in targets if t in embedding.row
        )
        for s, source in enumerate(embedding.sources)
    }
    return {
        "targets": len(targets),
        "measured": sum(target in spec.gene_column for target in targets),
        "with_embedding": known,
        "without_embedding": embedding.missing(targets),
        "sources": [source.provenance for source in embedding.sources],
        "gene_relations": dict(spec.modules.coverage),
        "gene_sets": len(spec.gene_sets),
    }
