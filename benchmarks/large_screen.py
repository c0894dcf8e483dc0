"""A synthetic screen larger than memory: packed, then trained from disk and from memory.

``python benchmarks/large_screen.py --cells 1000000 --genes 5000 --folder /scratch/large`` makes the
screen, packs it and runs ``scbig fit`` on it from disk. Then that run is continued by turns from
disk and from memory, an epoch each, which compares the throughput of training steps without the
memory that fitting statistics in memory takes. It prints time and peak memory of every stage, and
deletes what it made unless ``--keep`` is given.
"""

import argparse
import json
import os
import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event

import anndata
import h5py
import numpy as np
import pandas as pd
import scipy.sparse as sp

from cost import run_measured

ROOT = Path(__file__).parents[1]
#: Cells generated at once.
BLOCK = 20_000
#: Genes that a target raises, and the share of counts that they take.
PROGRAMME, SHARE = 40, 0.08
#: Steps at the start of a stage that are not timed.
WARM = 5


@dataclass(frozen=True)
class Sizes:
    """Size of the screen.

    Attributes:
        cells: control cells included, which are a fiftieth.
        genes: measured genes.
        conditions: perturbed conditions.
        counts: mean counts a cell; 270 over 5,000 genes fill about 5 % of the matrix.
        batches: batches, over which every condition is spread.
    """

    cells: int
    genes: int
    conditions: int
    counts: int = 270
    batches: int = 2


def write_screen(path: Path, sizes: Sizes, seed: int = 0) -> float:
    """Write the screen block by block as h5ad, cells in random order; returns its density."""
    rng = np.random.default_rng(seed)
    condition = rng.integers(1, sizes.conditions + 1, sizes.cells)
    condition[rng.random(sizes.cells) < 0.02] = 0
    batch = rng.integers(sizes.batches, size=sizes.cells)
    abundance = np.cumsum(rng.lognormal(0.0, 1.0, (sizes.batches, sizes.genes)), axis=1)
    abundance /= abundance[:, -1:]
    programme = rng.integers(sizes.genes, size=(sizes.conditions + 1, PROGRAMME))
    names = np.asarray(["control", *(f"T{i}" for i in range(1, sizes.conditions + 1))])
    obs = pd.DataFrame(
        {
            "condition": pd.Categorical.from_codes(condition, names),
            "batch": pd.Categorical.from_codes(batch, [f"b{i}" for i in range(sizes.batches)]),
        },
        index=[f"cell{i:08d}" for i in range(sizes.cells)],
    )
    var = pd.DataFrame(index=[*names[1 : sizes.genes // 2], *gene_names(sizes)])
    with h5py.File(path, "w") as file:
        file.attrs.update({"encoding-type": "anndata", "encoding-version": "0.1.0"})
        anndata.io.write_elem(file, "obs", obs)
        anndata.io.write_elem(file, "var", var)
        group = file.create_group("X")
        shape = np.asarray([sizes.cells, sizes.genes])
        group.attrs.update(
            {"encoding-type": "csr_matrix", "encoding-version": "0.1.0", "shape": shape}
        )
        chunked = {"shape": (0,), "maxshape": (None,), "chunks": (2**18,)}
        data = group.create_dataset("data", dtype="f4", **chunked)
        indices = group.create_dataset("indices", dtype="i4", **chunked)
        indptr = np.zeros(sizes.cells + 1, dtype=np.int64)
        for start in range(0, sizes.cells, BLOCK):
            rows = slice(start, min(start + BLOCK, sizes.cells))
            cells = _block(rng, condition[rows], batch[rows], abundance, programme, sizes)
            first = int(indptr[start])
            indptr[start + 1 : rows.stop + 1] = first + cells.indptr[1:]
            for array, values in ((data, cells.data), (indices, cells.indices)):
                array.resize((first + cells.nnz,))
                array[first:] = values
        group.create_dataset("indptr", data=indptr)
    return float(indptr[-1]) / sizes.cells / sizes.genes


def gene_names(sizes: Sizes) -> list[str]:
    """Names of the genes that are no target."""
    measured = len(range(1, min(sizes.genes // 2, sizes.conditions + 1)))
    return [f"G{i}" for i in range(sizes.genes - measured)]


def _block(
    rng: np.random.Generator,
    condition: np.ndarray,
    batch: np.ndarray,
    abundance: np.ndarray,
    programme: np.ndarray,
    sizes: Sizes,
) -> sp.csr_matrix:
    numbers = np.maximum(rng.poisson(sizes.counts, len(condition)), 1)
    cell = np.repeat(np.arange(len(condition)), numbers)
    gene = np.empty(len(cell), dtype=np.int64)
    for b, cumulated in enumerate(abundance):
        mine = np.flatnonzero(batch[cell] == b)
        gene[mine] = np.searchsorted(cumulated, rng.random(len(mine)))
    moved = np.flatnonzero((rng.random(len(cell)) < SHARE) & (condition[cell] > 0))
    place = rng.integers(PROGRAMME, size=len(moved))
    gene[moved] = programme[condition[cell[moved]], place]
    ones = np.ones(len(cell), dtype=np.float32)
    counts = sp.csr_matrix((ones, (cell, gene)), shape=(len(condition), sizes.genes))
    counts.sum_duplicates()
    return counts


def write_embedding(path: Path, sizes: Sizes, seed: int = 0) -> None:
    """Random vectors of the targets: what they say does not matter here."""
    names = np.asarray([f"T{i}" for i in range(1, sizes.conditions + 1)])
    vectors = np.random.default_rng(seed).normal(size=(len(names), 16)).astype(np.float32)
    np.savez(path, genes=names, emb=vectors)


@dataclass(frozen=True)
class Stage:
    """What a stage took."""

    name: str
    seconds: float
    peak_mb: float


def run(name: str, words: list[str], folder: Path) -> Stage:
    """Run ``scbig`` and measure it; its output is in ``NAME.log`` of the folder."""
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT / 'benchmarks'}"}
    command = [sys.executable, "-m", "scbig", *words]
    log = folder / f"{name.replace(' ', '_')}.log"
    cost = run_measured(
        command, log, folder=folder, environment=environment, seconds=7200, stop=Event()
    )
    if cost.exit_code:
        raise SystemExit(f"{name} ended with {cost.exit_code}:\n{log.read_text()[-3000:]}")
    return Stage(name, cost.seconds, cost.peak_mb)


def fit_words(folder: Path, run: Path, clock: Path, arguments: argparse.Namespace) -> list[str]:
    """The command line of a fit from disk: the shipped base configuration, few steps."""
    steps = arguments.steps
    settings = {
        "data.path": folder / "screen.zarr",
        "data.embeddings": json.dumps([str(folder / "embedding.npz")]),
        "data.max_memory_gb": 0.0,
        "data.conditions_per_batch": arguments.conditions_per_batch,
        "data.cells_per_condition": arguments.cells_per_condition,
        "data.batches_per_epoch": steps,
        "data.stability_seeds": 1,
        "trainer.accelerator": arguments.accelerator,
        "trainer.max_epochs": 2,
        "trainer.check_val_every_n_epoch": 1000,
        "trainer.callbacks": clock_callback(clock),
        "model.init_args.pretrain_steps": steps,
        "checkpoint.every_n_train_steps": steps,
        "run_dir": run,
    }
    base = ["fit", "--config", str(ROOT / "conf" / "base.yaml")]
    return [*base, *(f"--{name}={value}" for name, value in settings.items()), *arguments.fit]


def continue_words(run: Path, clock: Path, memory_gb: float, epochs: int) -> list[str]:
    """The command line that continues a run up to ``epochs``, from memory or from disk."""
    settings = {
        "config": run / "config.yaml",
        "ckpt_path": "last",
        "run_dir": run,
        "data.max_memory_gb": memory_gb,
        "trainer.max_epochs": epochs,
        "trainer.callbacks": clock_callback(clock),
    }
    return ["fit", *(f"--{name}={value}" for name, value in settings.items())]


def clock_callback(clock: Path) -> str:
    """A ``StepClock``, as an option of the command line."""
    return json.dumps([{"class_path": "step_clock.StepClock", "init_args": {"path": str(clock)}}])


def rates(ends: Sequence[float]) -> float:
    """Steps a second between the ends of steps, without the first ones."""
    return (len(ends) - 1 - WARM) / (ends[-1] - ends[WARM])


def main() -> None:
    """Make, pack, train; print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, required=True, help="scratch folder, some GB")
    parser.add_argument("--cells", type=int, default=1_000_000)
    parser.add_argument("--genes", type=int, default=5_000)
    parser.add_argument("--conditions", type=int, default=1_200)
    parser.add_argument("--steps", type=int, default=60, help="of each stage of training")
    parser.add_argument("--conditions_per_batch", type=int, default=8)
    parser.add_argument("--cells_per_condition", type=int, default=64)
    parser.add_argument("--accelerator", default="cpu")
    parser.add_argument("--turns", type=int, default=2, help="of disk against memory; 0 for none")
    parser.add_argument("--keep", action="store_true", help="keep the files")
    parser.add_argument("fit", nargs="*", help="further options of scbig fit, after --")
    arguments = parser.parse_args()
    sizes = Sizes(arguments.cells, arguments.genes, arguments.conditions)
    folder = arguments.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        measure(folder, sizes, arguments)
    finally:
        if not arguments.keep:
            shutil.rmtree(folder)


def measure(folder: Path, sizes: Sizes, arguments: argparse.Namespace) -> None:
    """All stages, and their table."""
    file, packed = folder / "screen.h5ad", folder / "screen.zarr"
    if not file.exists():
        started = time.monotonic()
        density = write_screen(file, sizes)
        write_embedding(folder / "embedding.npz", sizes)
        print(
            f"made {sizes.cells} x {sizes.genes}, {sizes.conditions} conditions, density "
            f"{density:.1%}, {file.stat().st_size / 1e9:.2f} GB in "
            f"{time.monotonic() - started:.0f} s",
            flush=True,
        )
    if not packed.exists():
        words = ["data", "pack", str(file), "--out", str(packed), "--data.covariates", '["batch"]']
        _print(run("pack", words, folder))
    cells = 2 * arguments.conditions_per_batch * arguments.cells_per_condition
    run_folder, clock = folder / "run", folder / "clock.json"
    shutil.rmtree(run_folder, ignore_errors=True)
    _print(run("fit disk", fit_words(folder, run_folder, clock, arguments), folder))
    times = json.loads(clock.read_text())
    for stage, steps in (
        ("encoder", slice(None, arguments.steps)),
        ("flow", slice(-arguments.steps, None)),
    ):
        rate = rates(times["ends"][steps])
        print(f"  {stage}: {rate:.2f} steps/s, {cells * rate:.0f} cells/s", flush=True)
    print(f"  ru_maxrss {times['maxrss_mb']:.0f} MB", flush=True)
    found: dict[str, list[tuple[float, float]]] = {"disk": [], "memory": []}
    for turn in range(2 * arguments.turns):
        place, memory_gb = (("disk", 0.0), ("memory", 1e6))[turn % 2]
        words = continue_words(run_folder, clock, memory_gb, 3 + turn)
        _print(run(f"go on {place}", words, folder))
        times = json.loads(clock.read_text())
        found[place].append(
            (rates(times["ends"][-arguments.steps :]), rates(times["cpu"][-arguments.steps :]))
        )
        wall, cpu = found[place][-1]
        print(
            f"  {wall:.2f} steps/s, {cells * wall:.0f} cells/s; {1 / cpu:.2f} CPU s/step",
            flush=True,
        )
    if arguments.turns:
        disk, memory = (np.mean(found[place], axis=0) for place in ("disk", "memory"))
        ratio = disk / memory
        print(f"disk / memory: {ratio[0]:.0%} by wall time, {ratio[1]:.0%} by CPU time")


def _print(stage: Stage) -> None:
    print(f"{stage.name:<12}{stage.seconds:>8.0f} s{stage.peak_mb:>9.0f} MB peak", flush=True)


if __name__ == "__main__":
    main()
