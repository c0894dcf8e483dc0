"""Run the benchmark matrix: one process a cell, resumable, a crash is one red cell.

    python benchmarks/run.py --profile smoke
    python benchmarks/run.py --profile full --jobs 2 --only "twin_*/1/scbig"
    make benchmark PROFILE=ablation

Cells stand in OUT/cells/<data>/<split>/seed_<n>/<model>; a finished cell is not run again unless
its arguments or its data changed. OUT/reports/<profile> gets report.html, report.md and the tidy
tables scores.parquet, cells.parquet and cells.csv. Ctrl-C leaves finished cells as they are, and
the same command goes on from there.
"""

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from threading import Event

from cell_runner import Outcome, minutes_left, run_cell
from matrix import ROOT, Cell, Places, plan, read_matrix


def run_cells(cells: Sequence[Cell], jobs: int) -> list[Outcome]:
    """Run cells, ``jobs`` at a time, and say how it goes.

    Raises:
        KeyboardInterrupt: Ctrl-C or SIGTERM, after what was running has been ended.
    """
    threads, stop = max(1, (os.cpu_count() or 1) // jobs), Event()
    outcomes: list[Outcome] = []
    waiting = list(cells)
    with ThreadPoolExecutor(jobs) as pool:
        try:
            running = [pool.submit(run_cell, cell, threads, stop) for cell in cells]
            for future in as_completed(running):
                outcome = future.result()
                outcomes.append(outcome)
                waiting.remove(outcome.cell)
                print(_progress(outcome, outcomes, waiting, len(cells), jobs), flush=True)
        except BaseException:
            stop.set()
            pool.shutdown(cancel_futures=True)
            raise
    return outcomes


def _progress(
    outcome: Outcome, outcomes: list[Outcome], waiting: list[Cell], total: int, jobs: int
) -> str:
    said = {
        "done": f"done in {outcome.seconds:.0f} s, {outcome.peak_mb:.0f} MB",
        "kept": f"done before ({outcome.seconds:.0f} s)",
    }.get(outcome.status, f"{outcome.status.upper()}, see {outcome.cell.folder / 'log.txt'}")
    left = minutes_left(outcomes, waiting, jobs) if waiting else None
    more = "" if left is None else f"; about {left:.0f} min left"
    return f"[{len(outcomes)}/{total}] {outcome.cell.name}: {said}{more}"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--profile", default="smoke", help="a profile of benchmarks/matrix.yaml")
    parser.add_argument("--jobs", type=int, default=1, help="cells that run at the same time")
    parser.add_argument("--out", type=Path, default=ROOT / "runs" / "benchmark")
    parser.add_argument(
        "--only", action="append", default=[], metavar="DATA/SEED/MODEL",
        help="run these cells of the profile, * stands for any; may be given again",
    )  # fmt: skip
    parser.add_argument("--report", action="store_true", help="run nothing, write the report anew")
    options = parser.parse_args()
    if options.jobs < 1:
        parser.error(f"--jobs is {options.jobs}: give 1 or more")
    return options


def main() -> int:
    """Run what is missing of a profile, then write the report; 1 when a cell is red."""
    options, matrix = _options(), read_matrix()
    if options.profile not in matrix["profiles"]:
        names = ", ".join(matrix["profiles"])
        print(f"no profile {options.profile!r}: there are {names}", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        places = Places(options.out.resolve())
        asked = plan(matrix, options.profile, places, options.only, make=not options.report)
        for data, why in asked.skipped.items():
            print(f"{data}: skipped, {why}", flush=True)
        outcomes = [] if options.report else run_cells(asked.cells, options.jobs)
    except KeyboardInterrupt:
        print("stopped: finished cells are kept, the same command goes on from here")
        return 130
    # imported late: what the report needs would count to every cell's start
    from report import write_report

    # a part that was run stands in the report of the whole profile
    whole = plan(matrix, options.profile, places, make=False) if options.only else asked
    print(f"report: {write_report(whole, places.out / 'reports' / options.profile)}")
    return 0 if all(outcome.good for outcome in outcomes) else 1


if __name__ == "__main__":
    raise SystemExit(main())
