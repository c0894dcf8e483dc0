"""One screen of text on a file: what was found, by what evidence, and what is open."""

import textwrap
from collections.abc import Iterator, Sequence

import numpy as np

from scbig.conditions import CONTROL, JOIN
from scbig.data.inspection.condition_column import ConditionColumn, agree
from scbig.data.inspection.covariate_columns import CovariateColumn
from scbig.data.inspection.inspection import Inspection
from scbig.data.inspection.label_reading import NO_JOINING
from scbig.errors import listed

#: Columns of the terminal, and of the words in front.
WIDTH, MARGIN = 96, 13
_BARS = " ▁▂▃▄▅▆▇█"
_FEW = 3


def report_lines(found: Inspection) -> list[str]:
    """The report, wrapped."""
    said = [
        ("expression", list(_expression(found))),
        ("library", list(_library(found))),
        ("genes", list(_genes(found))),
        ("conditions", list(_conditions(found))),
        ("control", list(_control(found))),
        ("cells each", list(_sizes(found))),
        ("targets", list(_targets(found))),
        ("matched by", list(_covariates(found))),
        ("dropped", list(_dropped(found))),
        ("split", [found.split.words] if found.split else []),
    ]
    return [line for title, lines in said for line in titled(title, lines)]


def titled(title: str, lines: Sequence[str]) -> list[str]:
    """Lines with a title in front of the first, wrapped to the width of a terminal."""
    wrapped = [
        part
        for line in lines
        for part in textwrap.wrap(
            line, WIDTH - MARGIN, subsequent_indent="  ", break_on_hyphens=False
        )
    ]
    return [f"{title if k == 0 else '':<{MARGIN}}{part}" for k, part in enumerate(wrapped)]


def _expression(found: Inspection) -> Iterator[str]:
    chosen = found.expression
    if chosen is not None:
        how = "" if chosen.scale.is_declarable else " (brought to counts per 10,000 by import)"
        yield f"{chosen.matrix.name}: {chosen.scale.words}{how}"
    for one in found.looked:
        if chosen is None or one.matrix.name != chosen.matrix.name:
            yield f"{'not used ' if chosen else ''}{one.matrix.name}: {one.scale.words}"


def _library(found: Inspection) -> Iterator[str]:
    if found.expression is None:
        return
    if found.expression.scale.kind != "counts":
        yield "not needed: the values are normalised"
    elif found.library is not None:
        yield f"obs {found.library.key}: {found.library.words}"
    else:
        yield f"the sum over the {len(found.genes.names):,} genes of the file"
        for column in found.libraries.columns:
            yield (
                f"obs {column.key} could be the total counts ({column.words}): if so, "
                f"--data.library_key {column.key}"
            )
    yield from found.libraries.refused[:_FEW]


def _genes(found: Inspection) -> Iterator[str]:
    genes = found.genes
    where = "var index" if genes.key is None else f"var {genes.key}"
    yield f"{where}: {genes.words}, e.g. {listed(genes.names, 3)}"
    if genes.repeated:
        yield (
            f"names of several genes: {listed(genes.repeated, 3)}; import renames, sums or drops "
            "them (--duplicate_genes)"
        )
    if genes.unnamed:
        yield f"{genes.unnamed} genes have no name there: import calls them as the index does"


def style_words(column: ConditionColumn) -> str:
    """How the labels are written."""
    reading = column.reading
    joined = [label for label in reading.names if reading.joining.sign in label]
    parts = []
    if "+" in column.key and reading.joining.sign:
        parts.append("one target a column")
    elif reading.joining != NO_JOINING and joined:
        several = [label for label in joined if JOIN in reading.names[label]]
        parts.append(f"targets joined by {reading.joining.sign!r} ({(several or joined)[0]})")
    else:
        parts.append("one target a label")
    if reading.guide:
        parts.append(f"guides, written like {reading.guide}")
    return ", ".join(parts)


def _conditions(found: Inspection) -> Iterator[str]:
    chosen = found.conditions
    if chosen is not None:
        orders = [name.count(JOIN) + 1 for name in found.sizes if name != CONTROL]
        n_contexts = len(set(found.levels.tolist())) if found.context else 0
        yield (
            f"obs {chosen.key}: {orders.count(1)} singles, "
            f"{sum(order > 1 for order in orders)} combinations"
            + (f" in {n_contexts} contexts" if n_contexts else "")
            + f"; {style_words(chosen)}"
        )
        yield (
            f"{chosen.known:.0%} of its targets are known genes, {chosen.symbols:.0%} are written "
            "like symbols"
        )
        rewritten = [
            f"{label} as {name}"
            for label, name in chosen.reading.names.items()
            if name != CONTROL and sorted(label.split(JOIN)) != sorted(name.split(JOIN))
        ]
        if rewritten:
            yield f"{len(rewritten)} labels are rewritten: {listed(rewritten, 3)}"
    others = [c for c in found.columns if c is not chosen and c.names_genes and c.n_control]
    same = [c.key for c in others if chosen is not None and agree(c, chosen)]
    if same:
        yield f"obs {listed(same)} say{'s' if len(same) == 1 else ''} the same"
    for other in [c for c in others if c.key not in same][:_FEW]:
        yield (
            f"{'not chosen' if chosen else 'possible'}: obs {other.key}, {other.n_conditions} "
            f"conditions, {other.known:.0%} of targets known; {style_words(other)}"
        )


def _control(found: Inspection) -> Iterator[str]:
    chosen = found.conditions
    if chosen is None:
        return
    sizes = dict(zip(chosen.labels.labels, chosen.labels.sizes.tolist(), strict=True))
    controls = sorted(chosen.reading.controls, key=lambda label: -sizes.get(label, 0))
    words = [f"{label or '(empty)'} ({sizes[label]:,} cells)" for label in controls]
    yield f"{found.sizes[CONTROL]:,} cells: {listed(words, 4)}" + (
        f", as obs {chosen.flag} says" if chosen.flag else ""
    )
    for flag in found.flags:
        ours = chosen.names == CONTROL
        named = chosen.names != ""
        other = int(((ours != flag.cells) & named).sum())
        if flag.column != chosen.flag and other:
            yield f"obs {flag.column} says otherwise of {other:,} cells; the labels count"


def _sizes(found: Inspection) -> Iterator[str]:
    sizes = np.asarray([k for name, k in found.sizes.items() if name != CONTROL])
    if found.conditions is None or not len(sizes):
        return
    yield (
        f"{sizes.min():,} {histogram(sizes)} {sizes.max():,}, median {np.median(sizes):g} "
        "cells of a condition"
    )
    small = [name for name, k in found.sizes.items() if k < found.min_cells and name != CONTROL]
    if small:
        cells = sum(found.sizes[name] for name in small)
        yield (
            f"{len(small)} conditions have fewer than {found.min_cells} cells and will be left out "
            f"with their {cells:,} cells: {listed(small, 4)}"
        )


def histogram(sizes: np.ndarray[tuple[int, ...], np.dtype[np.int64]], bins: int = 12) -> str:
    """Sizes from the smallest to the largest as bars, on a logarithmic axis."""
    if sizes.min() == sizes.max():
        return _BARS[-1]
    counted, _ = np.histogram(np.log(sizes), bins=min(bins, len(sizes)))
    heights = np.ceil(counted / counted.max() * (len(_BARS) - 1)).astype(int)
    return "".join(_BARS[h] for h in heights.tolist())


def _targets(found: Inspection) -> Iterator[str]:
    if found.conditions is None:
        return
    targets = found.conditions.reading.targets
    measured = set(found.genes.names)
    absent = [target for target in targets if target not in measured]
    yield f"{len(targets) - len(absent)} of {len(targets)} target genes are measured" + (
        f"; not {listed(absent, 4)}" if absent else ""
    )


def _covariates(found: Inspection) -> Iterator[str]:
    if found.conditions is None:
        return
    used = (*((found.context,) if found.context else ()), *found.covariates)
    by_key = {column.key: column for column in found.candidates}
    for key in used:
        what = f"{key}, each level a context" if key == found.context else key
        yield f"obs {what}" + (f": {_levels(by_key[key])}" if key in by_key else "")
    if not used:
        yield "nothing: all control cells serve all conditions"
    others = [c for c in found.candidates if c.key not in used]
    for column in [c for c in others if c.role][:_FEW]:
        yield f"not by obs {column.key}: {_levels(column)}"
    unnamed = [column.key for column in others if not column.role and column.enough]
    if unnamed:
        yield f"could be by obs {listed(unnamed)}: --data.covariates '[{unnamed[0]}]'"


def _levels(column: CovariateColumn) -> str:
    controls = [
        f"{level} {n:,}" for level, n in zip(column.levels, column.controls.tolist(), strict=True)
    ]
    text = f"{len(column.levels)} levels, control cells {listed(controls, 4)}"
    if column.without_control:
        text += f"; none in {listed(column.without_control, 3)}"
    return text if column.is_complete else f"{text}; empty in {(column.codes < 0).sum():,} cells"


def _dropped(found: Inspection) -> Iterator[str]:
    for reason, number in found.dropped.items():
        yield f"{number:,} cells {reason}"
