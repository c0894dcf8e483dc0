"""A file of a source to one that ``read_screen`` takes; expression is copied, never read whole."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from scbig.conditions import CONTROL, targets_of
from scbig.errors import UserError, listed
from scbig.public_screens.conversion.cells import ChosenCells, choose_cells
from scbig.public_screens.conversion.genes import name_genes
from scbig.public_screens.conversion.record import KEY, ScreenRecord
from scbig.public_screens.conversion.source_frames import read_frames
from scbig.public_screens.conversion.stored_matrix import StoredMatrix
from scbig.public_screens.public_screen import PublicScreen, Source

if TYPE_CHECKING:
    import pandas as pd

#: Parts of an AnnData file that may be made from tested conditions, and are not carried over.
LEFT = ("uns", "obsm", "obsp", "varm", "varp", "layers", "raw")


def convert(path: Path, target: Path, screen: PublicScreen, source: Source) -> ScreenRecord:
    """Write ``target`` from the ``.h5ad`` of a source.

    obs gets ``condition`` (canonical) and ``source_label``; var has unique symbols and
    ``ensembl_id``; X is the expression of the layout, in memory a block at a time. DE lists,
    embeddings and further layers stay behind.

    Args:
        path: the ``.h5ad`` as the source has it.
        target: written whole or not at all.
        screen: what is in it.
        source: its layout.

    Returns:
        What was written, with every drop and change.

    Raises:
        UserError: the file is damaged, or not of its layout.
    """
    import h5py  # type: ignore[import-untyped]

    partial = target.with_name(f".{target.name}.partial")
    try:
        with h5py.File(path, "r") as given, h5py.File(partial, "w") as made:
            record = _write(given, made, path, screen, source)
        partial.replace(target)
    except UserError as error:
        raise UserError(f"{source.file.name}: {error}") from None
    # what h5py raises on a damaged file and on a full disk
    except (OSError, RuntimeError) as error:
        raise UserError(
            f"{source.file.name} cannot be converted: {error}; it is damaged, or the disk is full"
        ) from error
    finally:
        partial.unlink(missing_ok=True)
    return record


def _write(given: Any, made: Any, path: Path, screen: PublicScreen, source: Source) -> ScreenRecord:
    from anndata.io import write_elem

    layout = source.layout
    if layout.matrix not in given:
        raise UserError(
            f"no {layout.matrix} with the expression: the file has {listed(given, 20)}; it is not "
            "of the layout that was published"
        )
    matrix = StoredMatrix(given[layout.matrix], layout.matrix)
    obs, var = read_frames(path)
    if matrix.shape != (len(obs), len(var)):
        raise UserError(
            f"{layout.matrix} is {matrix.shape[0]} x {matrix.shape[1]}, and obs and var have "
            f"{len(obs)} and {len(var)} rows: the file is damaged"
        )
    cells = choose_cells(obs, layout)
    n_conditions = len(cells.obs["condition"].cat.categories) - 1
    reported = _unexpected(screen, source, len(obs), len(var), n_conditions)
    reported += cells.reported
    genes = name_genes(var, layout, reported)
    reported += _left_behind(given, layout.matrix)
    reported += [f"known: {line}" for line in source.known_defects]
    made.attrs.update({"encoding-type": "anndata", "encoding-version": "0.1.0"})
    write_elem(made, "obs", cells.obs)
    write_elem(made, "var", genes)
    matrix.write(made, "X", cells.kept)
    memory = StoredMatrix(made["X"], "X").bytes_in_memory
    record = _record(screen, source, cells, genes, memory, reported)
    write_elem(made, "uns", {KEY: record.as_json})
    return record


def _unexpected(
    screen: PublicScreen, source: Source, cells: int, genes: int, conditions: int
) -> list[str]:
    # the number of conditions is that of the whole screen, not of every copy
    whole = screen.conditions if source.name == screen.default.name else None
    compared = (
        ("cells", cells, source.cells),
        ("genes", genes, source.genes),
        ("perturbed conditions", conditions, whole),
    )
    return [
        f"the file has {found} {what}, and {published} are published"
        for what, found, published in compared
        if published is not None and found != published
    ]


def _left_behind(given: Any, matrix: str) -> list[str]:
    names = [
        f"{part}/{name}"
        for part in LEFT
        if part in given and hasattr(given[part], "keys")
        for name in given[part]
        if f"{part}/{name}" != matrix and not name.startswith("__")
    ]
    if matrix != "X" and "X" in given:
        names.append("X")
    return [f"left behind: {listed(names, 20)}"] if names else []


def _record(
    screen: PublicScreen,
    source: Source,
    cells: ChosenCells,
    genes: pd.DataFrame,
    memory: int,
    reported: list[str],
) -> ScreenRecord:
    condition = cells.obs["condition"]
    orders = np.asarray([len(targets_of(name)) for name in condition.cat.categories])
    return ScreenRecord(
        screen=screen.name,
        source=source.name,
        file=source.file.name,
        checksum=source.file.checksum,
        cells=len(condition),
        control_cells=int((condition == CONTROL).sum()),
        genes=len(genes),
        singles=int((orders == 1).sum()),
        combinations=int((orders > 1).sum()),
        scale=source.layout.scale,
        library_key=cells.library_column,
        covariates=cells.matched_by,
        context=cells.context,
        memory=memory,
        reported=tuple(reported),
        version=version("scbig"),
    )
