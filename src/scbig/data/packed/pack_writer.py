"""``pack``: rewrites a file as a screen on disk, sorted by condition, in bounded memory."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from scbig.data.anndata_reader import sha256_of
from scbig.data.expression_reader import checked_values
from scbig.data.packed.expression_source import (
    ExpressionSource,
    open_source,
    source_bytes,
)
from scbig.data.packed.merged_runs import create_arrays, indptr_of, keep, merge, write_sizes
from scbig.data.packed.pack_folder import alone, check_output, take_up, there_already
from scbig.data.packed.pack_index import VERSION, PackIndex, is_packed
from scbig.data.packed.pack_labels import kept_columns, left_out, write_labels
from scbig.data.packed.sorted_runs import SortedRun
from scbig.data.packed.stored_cells import BLOCK
from scbig.data.provenance import screen_digest
from scbig.data.screen import Screen
from scbig.data.screen_labels import ScreenLabels, read_labels
from scbig.errors import UserError

if TYPE_CHECKING:
    import zarr

    from scbig.data.schema import ScreenContract

Say = Callable[[str], None]


def pack(
    path: str | Path, out: str | Path, contract: ScreenContract, seed: int = 0, say: Say = print
) -> PackIndex:
    """Pack a file: check it as ``read_screen`` does, sort its cells by condition, write chunks.

    Cells are in the order of conditions, then of strata, and shuffled within, so that neighbours
    are a random sample of their condition. Memory is bounded by a block of cells and by the labels.
    The work is done in a hidden folder beside ``out``, which appears at the end and complete; what
    a killed run has left is taken up again if file and settings are the same.

    Args:
        path: ``.h5ad`` file or AnnData ``.zarr`` folder, dense or stored by cell.
        out: folder to write, ending in ``.zarr``.
        contract: how the file is to be read; it has no annotations, all obs columns but those of
            fractions are kept.
        seed: of the order within condition and stratum.
        say: is told how far it is, a line at a time.

    Returns:
        The sidecar. A screen that is there already, from the same file and settings, is left alone.

    Raises:
        UserError: the file is not what the contract says, something else is at ``out``, or the disk
            cannot be written.
    """
    source, target = Path(path), Path(out)
    check_output(target)
    if not source.exists():
        raise UserError(f"no data file at {source}")
    if is_packed(source):
        raise UserError(f"{source} is packed already")
    plan = {
        "version": VERSION,
        "contract": _plain(contract),
        "seed": seed,
        "source": {
            "name": source.name,
            "bytes": source_bytes(source),
            "sha256": sha256_of(source),
        },
    }
    work = target.with_name(f".{target.name}.part")
    if target.exists():
        index = there_already(target, plan)
        shutil.rmtree(work, ignore_errors=True)
        say(f"{target} is there already, from the same file and settings")
        return index
    try:
        with alone(work, target), open_source(source, contract.layer) as opened:
            take_up(work, plan, say)
            index = _write(work, opened, contract, plan, say)
            (work / "pack").replace(target)
    except OSError as error:
        raise UserError(
            f"{target} cannot be written ({error}): the same command continues when that is mended"
        ) from error
    shutil.rmtree(work)
    return index


def _write(
    work: Path, source: ExpressionSource, contract: ScreenContract, plan: dict[str, Any], say: Say
) -> PackIndex:
    import zarr

    labels = read_labels(source.labels, contract)
    outline = labels.outline
    order = packed_order(outline, plan["seed"])
    runs = _sorted_runs(work / "runs", source, contract, labels, order, say)
    n_genes = len(labels.genes)
    indptr = indptr_of(runs, len(order))
    progress = work / "merged"
    if not progress.exists():
        shutil.rmtree(work / "pack", ignore_errors=True)
        group = zarr.open_group(work / "pack", mode="w", zarr_format=3)
        create_arrays(group, runs, int(indptr[-1]), n_genes)
        write_labels(group, source.labels, labels, outline, order)
        write_sizes(group, runs, indptr)
        keep(progress, 0)
    group = zarr.open_group(work / "pack", mode="r+")
    merge(group, runs, indptr, n_genes, progress, _counter(say, "written"))
    shape = (len(order), n_genes)
    say("hashing")
    library = runs[0].library
    index = PackIndex(
        genes=labels.genes,
        condition_names=labels.condition_names,
        covariates=labels.covariates,
        strata=tuple(map(tuple, outline.strata.tolist())),
        context=labels.context,
        library=library,
        scale=contract.scale,
        sha256=screen_digest(
            shape,
            [*labels.hashed_texts, library],
            [labels.condition[order], labels.covariate_codes[order]],
            indptr,
            _in_pieces(group, "indices"),
            _in_pieces(group, "data"),
        ),
        n_cells=len(order),
        n_values=int(indptr[-1]),
        columns=tuple(kept_columns(source.labels)),
        contract=plan["contract"],
        seed=plan["seed"],
        source=plan["source"],
        reported=(*labels.reported, *left_out(source.labels)),
    )
    index.write(work / "pack")
    return index


def packed_order(outline: Screen, seed: int) -> npt.NDArray[np.int64]:
    """Row of the screen that stands at each place: by condition, by stratum, then by chance."""
    shuffled = np.random.default_rng(seed).permutation(len(outline.condition))
    joint = outline.condition * len(outline.strata) + outline.stratum
    return shuffled[np.argsort(joint[shuffled], kind="stable")]


def _sorted_runs(
    folder: Path,
    source: ExpressionSource,
    contract: ScreenContract,
    labels: ScreenLabels,
    order: npt.NDArray[np.int64],
    say: Say,
) -> list[SortedRun]:
    position = np.empty_like(order)
    position[order] = np.arange(len(order))
    blocks = source.blocks()
    count, runs = _counter(say, "sorted"), []
    for k, block in enumerate(blocks):
        first, last = np.searchsorted(labels.rows, [block.start, block.stop]).tolist()
        run = folder / f"{k:06d}"
        if not run.exists() and last > first:
            rows = labels.rows[first:last]
            matrix = source.read(block)[rows - block.start]
            with _among(block, len(blocks)):
                checked = checked_values(
                    matrix,
                    source.labels,
                    rows,
                    contract.layer,
                    contract.scale,
                    contract.library_key,
                )
            SortedRun.write(
                run,
                matrix,
                position[first:last],
                checked.totals,
                checked.library,
                whole=checked.totals is not None,
            )
        if run.exists():
            runs.append(SortedRun.read(run))
        count(k + 1, len(blocks))
    return runs


@contextmanager
def _among(block: slice, n_blocks: int) -> Iterator[None]:
    """What is wrong with a block is said of it, where it is not the whole file."""
    try:
        yield
    except UserError as error:
        if n_blocks == 1:
            raise
        raise UserError(f"among cells {block.start} to {block.stop - 1}: {error}") from error


def _in_pieces(group: zarr.Group, name: str) -> Iterator[npt.NDArray[Any]]:
    array: Any = group[name]
    for start in range(0, array.shape[0], BLOCK):
        yield np.asarray(array[start : start + BLOCK])


def _plain(contract: ScreenContract) -> dict[str, Any]:
    values = {k: v for k, v in asdict(contract).items() if k != "annotations"}
    return {**values, "covariates": list(contract.covariates)}


def _counter(say: Say, what: str) -> Callable[[int, int], None]:
    """Says ``what`` about ten times in all."""

    def count(done: int, number: int) -> None:
        if done * 10 // number > (done - 1) * 10 // number:
            say(f"{what} {done} of {number} blocks")

    return count
