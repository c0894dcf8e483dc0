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
from pathlib import Path

import yaml

from report import write_tables

ROOT = Path(__file__).resolve().parents[1]


def real_data() -> Path:
    """Folder of the real panels."""
    return Path(os.environ.get("SCBIG_REAL_DATA", ROOT / ".." / "shared" / "data"))


def run_cell(folder: Path, arguments: list[str]) -> bool:
    """Fit and test one cell of the matrix; what it prints goes to ``log.txt``."""
    folder.mkdir(parents=True, exist_ok=True)
    run = folder / "run"
    resume = ["--ckpt_path=last"] if (run / "checkpoints" / "last.ckpt").exists() else []
    commands = [
        ["fit", "--config", "conf/base.yaml", *arguments, f"--run_dir={run}", *resume],
        ["test", "--config", f"{run}/config.yaml", f"--run_dir={run}", "--ckpt_path=best"],
    ]
    with (folder / "log.txt").open("a") as log:
        for command in commands:
            done = subprocess.run(
                [sys.executable, "-m", "scbig", *command], cwd=ROOT, stdout=log, stderr=log
            )
            if done.returncode:
                return False
    return True


def main() -> None:
    """Run what is missing of a profile, then write the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profile", default=os.environ.get("PROFILE", "smoke"))
    parser.add_argument("--out", type=Path, default=ROOT / "runs" / "benchmark")
    options = parser.parse_args()
    matrix = yaml.safe_load((Path(__file__).parent / "matrix.yaml").read_text())
    if options.profile not in matrix["profiles"]:
        parser.error(f"no profile {options.profile!r}: there are {', '.join(matrix['profiles'])}")
    profile = matrix["profiles"][options.profile]
    failed = []
    for data in profile["data"]:
        needs = matrix["data"][data].get("needs")
        if needs and not (real_data() / needs).exists():
            print(f"{data}: skipped, {real_data() / needs} is not there (set SCBIG_REAL_DATA)")
            continue
        for seed in profile["seeds"]:
            for model in profile["models"]:
                cell = options.out / data / f"seed_{seed}" / model
                if (cell / "run" / "metrics.json").exists():
                    print(f"{cell}: done before")
                    continue
                given = [a.format(seed=seed) for a in matrix["data"][data]["arguments"]]
                started = time.monotonic()
                fine = run_cell(cell, [*given, *matrix["models"][model]])
                verdict = "done" if fine else f"FAILED, see {cell / 'log.txt'}"
                print(f"{cell}: {verdict} ({time.monotonic() - started:.0f} s)", flush=True)
                failed += [] if fine else [cell]
    print(write_tables(options.out))
    raise SystemExit(1 if failed else 0)


if __name__ == "__main__":
    main()
