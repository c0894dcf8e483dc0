"""Are the same cells on two sides, or under two conditions, by expression or by barcode?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from scbig.data.audit.evidence import SIDES, Evidence
from scbig.data.audit.finding import Finding
from scbig.data.audit.row_hash import row_hash
from scbig.data.cell_matrix import mean_of, row_blocks
from scbig.data.screen import Screen
from scbig.errors import listed

if TYPE_CHECKING:
    from anndata import AnnData

CHECK = "cells"
#: Cells with fewer genes seen may be equal by chance.
FEWEST_ENTRIES = 10
#: Barcodes of a 10x whitelist; so many lanes apart, two cells share one by chance.
WHITELIST = 737_280
#: A lane holds at least this share of the cells; rarer endings of names are no lanes.
LANE_SHARE = 0.01
#: Two cells of one barcode are one cell when their deviations from the mean correlate so.
SAME_CELL = 0.7
#: Standard deviations above what lanes explain by chance.
BEYOND_CHANCE = 5.0

Rows = npt.NDArray[np.int64]


def check_equal_cells(evidence: Evidence) -> Iterator[Finding]:
    """Equal expression under different cell names."""
    screen = evidence.screen
    hashed, entries = [], []
    for _, block in row_blocks(screen.cells, np.arange(len(screen.condition))):
        hashed.append(row_hash(block))
        entries.append(np.diff(block.indptr))
    informative = np.flatnonzero(np.concatenate(entries) >= FEWEST_ENTRIES)
    first, second = _pairs(np.concatenate(hashed), informative)
    yield from _report(evidence, first, second, "have equal expression")


def check_barcodes(evidence: Evidence) -> Iterator[Finding]:
    """Equal barcodes once lanes and other endings are stripped, beyond what lanes explain."""
    screen = evidence.screen
    barcode, ending = split_names(screen.cell_names)
    first, second = _pairs(barcode, np.arange(len(barcode)))
    if not len(first):
        return
    lane, size = np.unique(ending, return_counts=True)
    is_lane = dict(zip(lane.tolist(), (size >= LANE_SHARE * len(ending)).tolist(), strict=True))
    lanes = np.asarray([is_lane[e] for e in ending.tolist()])
    across = lanes[first] & lanes[second]
    equal = _correlation(screen, first, second) >= SAME_CELL
    same = ~across | equal
    yield from _report(evidence, first[same], second[same], "share their barcode")
    n = size[size >= LANE_SHARE * len(ending)].astype(np.float64)
    expected = float(n.sum() ** 2 - (n**2).sum()) / 2 / WHITELIST
    seen = int((~same).sum())
    text = (
        f"{seen} pairs of cells from different lanes share a barcode and differ in expression; "
        f"{expected:.1f} are expected by chance"
    )
    if seen > expected + BEYOND_CHANCE * max(1.0, expected) ** 0.5:
        yield Finding("leak", CHECK, f"{text}: the same cells may be there twice; remove them")
    elif seen:
        yield Finding("note", CHECK, text)


def split_names(
    names: tuple[str, ...],
) -> tuple[npt.NDArray[np.str_], npt.NDArray[np.str_]]:
    """Barcode of each cell name, and what stands around it, such as the lane ``-1``.

    The barcode is the first run of eight or more nucleotides. In names without one it is what is
    before the number that ends the name, unless it counts the cells (``cell_17``): where most
    of the cells would share it, only a name that is there without its number is cut.
    """
    text = pd.Series(names, dtype=str)
    found = text.str.extract(r"^(.*?)([ACGTN]{8,})(.*)$")
    numbered = text.str.replace(r"[-_.]\d+$", "", regex=True)
    cut = numbered.isin(set(names)) | (numbered.nunique() > len(text) / 2)
    barcode = np.where(found[1].notna(), found[1], np.where(cut, numbered, text))
    ending = [name.replace(code, "|", 1) for name, code in zip(names, barcode, strict=True)]
    return barcode.astype(np.str_), np.asarray(ending, dtype=np.str_)


def _pairs(keys: npt.NDArray[np.generic], rows: Rows) -> tuple[Rows, Rows]:
    """Pairs of rows with equal keys: each with the first of its kind."""
    _, group = np.unique(keys[rows], return_inverse=True)
    order = np.argsort(group, kind="stable")
    starts = np.r_[True, np.diff(group[order]) > 0] if len(order) else np.zeros(0, dtype=bool)
    first = order[np.maximum.accumulate(np.where(starts, np.arange(len(order)), 0))]
    repeated = ~starts
    return rows[first[repeated]], rows[order[repeated]]


def _correlation(screen: Screen, first: Rows, second: Rows) -> npt.NDArray[np.float64]:
    mean = mean_of(screen.cells, np.arange(len(screen.condition)))
    out = np.zeros(len(first))
    for start in range(0, len(first), 1024):
        block = slice(start, start + 1024)
        a = screen.cells[first[block]].toarray() - mean
        b = screen.cells[second[block]].toarray() - mean
        norm = np.sqrt((a * a).sum(1) * (b * b).sum(1))
        out[block] = (a * b).sum(1) / np.maximum(norm, 1e-12)
    return out


def _report(evidence: Evidence, first: Rows, second: Rows, what: str) -> Iterator[Finding]:
    screen, side = evidence.screen, evidence.side_of_cell
    other_side = side[first] != side[second]
    other_condition = screen.condition[first] != screen.condition[second]
    for chosen, severity, where in (
        (other_side, "leak", "on two sides"),
        (~other_side & other_condition, "leak", "under two conditions"),
        (~other_condition, "note", "in one condition"),
    ):
        if not chosen.any():
            continue
        examples = [
            f"{_named(screen, side, a)} = {_named(screen, side, b)}"
            for a, b in zip(first[chosen][:3].tolist(), second[chosen][:3].tolist(), strict=True)
        ]
        yield Finding(
            "leak" if severity == "leak" else "note",
            CHECK,
            f"{int(chosen.sum())} pairs of cells {what} {where}: {listed(examples)}"
            + ("; remove one of each" if severity == "leak" else ""),
        )


def _named(screen: Screen, side: Rows, row: int) -> str:
    condition = screen.condition_names[screen.condition[row]]
    return f"{screen.cell_names[row]} ({condition}, {SIDES[side[row]]})"


def make_names_unique(adata: AnnData) -> list[str]:
    """Give cells of one name numbers, so that the file can be read; one line when there are any."""
    repeated = adata.obs_names.duplicated()
    if not repeated.any():
        return []
    names = adata.obs_names[repeated].unique()
    adata.obs_names_make_unique(join="-")
    return [
        f"{len(names)} cell names are there more than once: {listed(names)}; one cell has one row"
    ]
