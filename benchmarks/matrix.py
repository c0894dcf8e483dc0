"""The benchmark matrix: which cells a profile has, and whether their data are at hand."""

import hashlib
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
#: Files that an argument names, by placeholder or as an overlay.
FILES = re.compile(r"(?:\{(?:real|file)\}|conf/)[^\],]*")


def real_panels() -> Path:
    """Folder of the real panels: SCBIG_REAL_DATA, or beside the project."""
    return Path(os.environ.get("SCBIG_REAL_DATA", ROOT / ".." / "shared" / "data")).resolve()


@dataclass(frozen=True)
class Places:
    """Where things are.

    Attributes:
        out: the benchmark's folder.
        real: folder of the real panels.
    """

    out: Path
    real: Path = field(default_factory=real_panels)

    def fill(self, text: str, **further: object) -> str:
        """A text of the matrix with its placeholders filled."""
        known = {"real": self.real, "drawn": self.out / "data", "python": sys.executable}
        return text.format(**known, **further)


@dataclass(frozen=True)
class Cell:
    """One data, split, seed and model: a fit and a test in a folder of their own.

    Attributes:
        folder: of the cell, for log, state and run folder.
        arguments: of ``scbig fit`` on top of conf/base.yaml.
        sha256: of the arguments and of every file that they name: what a result is a result of.
        minutes: time limit of fit and test together.
    """

    data: str
    split: str
    seed: int
    model: str
    folder: Path
    arguments: tuple[str, ...]
    sha256: str
    minutes: float

    @property
    def name(self) -> str:
        """For people."""
        return f"{self.data}/{self.split}/seed_{self.seed}/{self.model}"

    @property
    def run(self) -> Path:
        """Run folder of the fit and the test."""
        return self.folder / "run"


@dataclass(frozen=True)
class Plan:
    """Cells to run, the data that were left out with the reason, and notes on the others."""

    profile: str
    cells: tuple[Cell, ...]
    skipped: dict[str, str] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)


def read_matrix(path: Path = ROOT / "benchmarks" / "matrix.yaml") -> dict[str, Any]:
    """The matrix as plain values."""
    matrix: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return matrix


def plan(
    matrix: dict[str, Any],
    profile: str,
    places: Places,
    only: Sequence[str] = (),
    make: bool = True,
) -> Plan:
    """Cells of a profile.

    Args:
        matrix: see matrix.yaml.
        profile: name of one.
        places: where data are and results go.
        only: patterns ``data/seed/model`` with ``*``; a cell that meets one of them is kept.
        make: whether data are made that are not there, where the matrix says how.
    """
    chosen, skipped, cells = matrix["profiles"][profile], {}, []
    for data in chosen["data"]:
        entry = matrix["data"][data]
        members = [
            (split, model, seed)
            for split, model, seed in product(entry["splits"], chosen["models"], chosen["seeds"])
            if not only or any(_meets(pattern, data, seed, model) for pattern in only)
        ]
        why = _absence(entry, places, make) if members else "no cell is asked for (--only)"
        if why:
            skipped[data] = why
            continue
        for split, model, seed in members:
            given = [entry["arguments"], matrix["splits"][split], matrix["models"][model]]
            folder = places.out / "cells" / data / split / f"seed_{seed}" / model
            words = [word.replace("{seed}", str(seed)) for word in _flat(given)]
            file = places.fill(entry.get("file", ""))
            cells.append(
                Cell(
                    data=data,
                    split=split,
                    seed=seed,
                    model=model,
                    folder=folder,
                    arguments=tuple(places.fill(word, file=file) for word in words),
                    sha256=_fingerprint(words, file, places),
                    minutes=float(chosen["minutes"]),
                )
            )
    notes = {data: matrix["data"][data].get("note", "") for data in chosen["data"]}
    return Plan(profile, tuple(cells), skipped, notes)


def _flat(nested: Sequence[Any]) -> Iterator[str]:
    """Arguments in order: anchors of the YAML leave lists within lists."""
    for item in nested:
        if isinstance(item, str):
            yield item
        else:
            yield from _flat(item)


def _meets(pattern: str, data: str, seed: int, model: str) -> bool:
    parts = (pattern.split("/") + ["*"] * 3)[:3]
    return all(
        fnmatch(name, part or "*")
        for name, part in zip((data, str(seed), model), parts, strict=True)
    )


def _absence(entry: dict[str, Any], places: Places, make: bool) -> str:
    """Why data cannot be had, "" when they can; makes them if need be."""
    file = places.fill(entry.get("file", ""))
    named = [m for word in _flat(entry["arguments"]) for m in FILES.findall(word)]
    others = [ROOT / places.fill(m, file=file) for m in named if "{file}" not in m]
    absent = [path for path in others if not path.exists()]
    if absent:
        return f"{absent[0]} is not there (SCBIG_REAL_DATA names the folder of the real panels)"
    if not file or Path(file).exists():
        return ""
    if "make" not in entry:
        return f"{file} is not there (SCBIG_REAL_DATA names the folder of the real panels)"
    return _make(entry["make"], Path(file), places) if make else "it was not drawn yet"


def _make(command: str, file: Path, places: Places) -> str:
    """Make a file by a command; half a file is never left under its name."""
    part = file.with_name(f"part_{file.name}")
    words = [places.fill(word, file=part) for word in shlex.split(command)]
    scripts = [Path(word) for word in words if word.endswith(".py")]
    absent = [script for script in scripts if not script.exists()]
    if absent:
        return f"it is drawn by {absent[0].name}, which is not beside the folder of the real panels"
    file.parent.mkdir(parents=True, exist_ok=True)
    print(f"drawing {file}", flush=True)
    done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode or not part.exists():
        last = (done.stderr.strip().splitlines() or ["it wrote no file"])[-1]
        return f"{scripts[0].name if scripts else words[0]} failed: {last}"
    part.replace(file)
    return ""


def _fingerprint(words: Sequence[str], file: str, places: Places) -> str:
    """Hash of arguments with the content, not the place, of every file that they name."""
    contents = {
        name: file_sha256((ROOT / places.fill(name, file=file)).resolve())
        for name in sorted({"conf/base.yaml", *(m for w in words for m in FILES.findall(w))})
    }
    return hashlib.sha256(json.dumps([list(words), contents]).encode()).hexdigest()


@lru_cache(maxsize=256)
def file_sha256(path: Path) -> str:
    """Hash of a file's content."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
