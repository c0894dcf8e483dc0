"""Run the benchmark matrix: one process a cell, resumable, a crash is one red cell.

    python benchmarks/run.py --profile smoke
    make benchmark PROFILE=ablation

Every finished cell is a run folder, ``runs/benchmark/<data>/seed_<n>/<model>``; a cell that has its
metrics.json is not run again. ``report.py`` turns what is there into tables.
"""

import argparse
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import yaml

from report import write_tables

ROOT = Path(__file__).resolve().parents[1]


def real_data() -> Path:
    """Folder of the real panels."""
    return Path(os.environ.get("SCBIG_REAL_DATA", ROOT / ".." / "shared" / "data"))


@dataclass(frozen=True)
class Cell:
    """One data, seed and model: a fit and a test in a folder of their own."""

    folder: Path
    arguments: list[str]

    def run(self, threads: int) -> str:
        """Fit and test, or say that it was done before; what is printed goes to ``log.txt``."""
        run = self.folder / "run"
        if (run / "metrics.json").exists():
            return "done before"
        self.folder.mkdir(parents=True, exist_ok=True)
        last = run / "checkpoints" / "last.ckpt"
        resume = ["--ckpt_path=last"] if last.exists() else []
        commands = [
            ["fit", "--config", "conf/base.yaml", *self.arguments, f"--run_dir={run}", *resume],
            ["test", "--config", f"{run}/config.yaml", f"--run_dir={run}", "--ckpt_path=best"],
        ]
        environment = {**os.environ, "OMP_NUM_THREADS": str(threads), "SCBIG_RUN_DIR": ""}
        started = time.monotonic()
        with (self.folder / "log.txt").open("a") as log:
            for command in commands:
                whole = [sys.executable, "-m", "scbig", *command]
                done = subprocess.run(whole, cwd=ROOT, stdout=log, stderr=log, env=environment)
                if done.returncode:
                    return f"FAILED, see {self.folder / 'log.txt'}"
        return f"done in {time.monotonic() - started:.0f} s"


def cells_of(matrix: dict[str, Any], profile: str, out: Path) -> list[Cell]:
    """Cells of a profile; data whose file is not at hand are named and left out."""
    chosen, cells = matrix["profiles"][profile], []
    for data in chosen["data"]:
        needs = matrix["data"][data].get("needs", "")
        file = real_data() / needs
        if not file.exists():
            print(f"{data}: skipped, {file} is not there (set SCBIG_REAL_DATA)")
            continue
        for model, seed in product(chosen["models"], chosen["seeds"]):
            given = [
                argument.format(seed=seed, file=file, real=real_data())
                for argument in matrix["data"][data]["arguments"]
            ]
            folder = out / data / f"seed_{seed}" / model
            cells.append(Cell(folder, [*given, *matrix["models"][model]]))
    return cells


def main() -> None:
    """Run what is missing of a profile, then write the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profile", default=os.environ.get("PROFILE", "smoke"))
    parser.add_argument("--jobs", type=int, default=1, help="cells that run at the same time")
    parser.add_argument("--out", type=Path, default=ROOT / "runs" / "benchmark")
    options = parser.parse_args()
    matrix = yaml.safe_load((Path(__file__).parent / "matrix.yaml").read_text())
    if options.profile not in matrix["profiles"]:
        parser.error(f"no profile {options.profile!r}: there are {', '.join(matrix['profiles'])}")
    cells = cells_of(matrix, options.profile, options.out)
    threads = max(1, (os.cpu_count() or 1) // options.jobs)
    failed = 0
    with ThreadPoolExecutor(options.jobs) as pool:
        running = {pool.submit(cell.run, threads): cell for cell in cells}
        for number, done in enumerate(as_completed(running), 1):
            outcome = done.result()
            failed += outcome.startswith("FAILED")
            print(f"[{number}/{len(cells)}] {running[done].folder}: {outcome}", flush=True)
    print(write_tables(options.out))
    raise SystemExit(1 if failed else 0)


if __name__ == "__main__":
    main()
