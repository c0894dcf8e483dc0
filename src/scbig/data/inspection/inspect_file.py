"""``inspect_file``: asks one question after the other, and goes on where one stays open."""

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from scbig.conditions import CONTROL
from scbig.data.inspection.condition_column import (
    ConditionColumn,
    choose_column,
    condition_columns,
    declared_labels,
    faults,
    read_column,
)
from scbig.data.inspection.control_flags import control_flags
from scbig.data.inspection.covariate_columns import (
    CovariateColumn,
    choose_context,
    choose_covariates,
    covariate_columns,
)
from scbig.data.inspection.declared import Declared
from scbig.data.inspection.expression_choice import LookedAt, choose_expression
from scbig.data.inspection.expression_scale import ExpressionScale
from scbig.data.inspection.gene_naming import gene_naming
from scbig.data.inspection.inspection import Inspection
from scbig.data.inspection.library_column import (
    Libraries,
    library_columns,
    library_of,
)
from scbig.data.inspection.split_suggestion import suggest_split
from scbig.data.inspection.stored_file import RAW, StoredFile
from scbig.data.inspection.value_evidence import look_at, no_evidence, sampled_spans
from scbig.data.inspection.vocabulary import Vocabulary
from scbig.errors import UserError, listed

T = TypeVar("T")


def inspect_file(
    file: StoredFile, declared: Declared, further_genes: Collection[str] = ()
) -> Inspection:
    """Look at a file and answer what can be answered; what is open becomes a problem.

    Args:
        file: opened.
        declared: what need not be found.
        further_genes: names that are genes too, such as those of an alias table.

    Raises:
        UserError: an option names what is not there, or a part of the file is damaged.
    """
    looked = _look(file, declared)
    found = Inspection(
        len(file.obs),
        looked,
        gene_naming(file.var, declared.gene_key),
        min_cells=declared.min_cells,
    )
    found = replace(found, cell_names_repeat=int(file.obs.index.duplicated().sum()))
    found = _with_conditions(found, file, declared, further_genes)
    found = _with_expression(found, file, declared)
    found = _with_kept(found)
    if found.conditions is None:
        return found
    found = _with_covariates(found, file, declared)
    return _with_split(found)


def _look(file: StoredFile, declared: Declared) -> tuple[LookedAt, ...]:
    spans = sampled_spans(len(file.obs))
    matrices = file.matrices
    if declared.layer is not None:
        matrices = tuple(m for m in matrices if m.layer == declared.layer)
        if not matrices:
            raise UserError(
                f"the file has no layer {declared.layer!r}: it has "
                f"{listed([m.layer for m in file.matrices if m.layer], 20) or 'none'}"
            )
    looked = []
    for matrix in matrices:
        try:
            seen = look_at(matrix, spans)
        except UserError as error:
            # another matrix may be sound; this one is not used, which the report says
            if len(matrices) == 1:
                raise
            unusable = ExpressionScale("", str(error).removeprefix(f"{matrix.name} "))
            looked.append(LookedAt(matrix, no_evidence(), unusable))
        else:
            looked.append(LookedAt(matrix, seen, declared.scale_of(seen)))
    return tuple(looked)


def _settle(problems: list[str], ask: Callable[[], T]) -> T | None:
    try:
        return ask()
    except UserError as error:
        problems.append(str(error))
        return None


def _with_conditions(
    found: Inspection, file: StoredFile, declared: Declared, further_genes: Collection[str]
) -> Inspection:
    flags = control_flags(file.obs)
    raw = () if file.raw_var is None else map(str, file.raw_var.index)
    genes = {*found.genes.names, *found.genes.index, *raw, *further_genes}
    vocabulary = Vocabulary(frozenset(genes), found.genes.symbol)
    problems = list(found.problems)
    chosen: ConditionColumn | None
    if declared.condition_key is not None:
        labels = declared_labels(file.obs, declared.condition_key)
        chosen = read_column(
            labels, vocabulary, flags, declared.control_label, declared.label_style
        )
        columns = [chosen]
    else:
        columns = condition_columns(
            file.obs, vocabulary, flags, declared.control_label, declared.label_style
        )
        chosen = _settle(problems, lambda: choose_column(columns))
    if chosen is not None:
        problems += faults(chosen)
    return replace(
        found,
        columns=tuple(columns),
        conditions=chosen,
        flags=tuple(flags),
        problems=tuple(problems),
    )


def _with_expression(found: Inspection, file: StoredFile, declared: Declared) -> Inspection:
    problems = list(found.problems)
    looked = found.looked
    libraries = {
        one.matrix.name: library_columns(file.obs.iloc[one.seen.rows], one.seen.sums)
        for one in looked
        if one.scale.kind == "counts"
    }
    if declared.scale is not None and declared.layer is None and looked[0].scale.kind:
        looked = looked[:1]  # declared without a layer: X, if it is that
    known = {
        name: bool(columns.named) or declared.library_key is not None
        for name, columns in libraries.items()
    }
    sampled = _settle(problems, lambda: choose_expression(looked, known))
    if sampled is None:
        return replace(found, problems=tuple(problems))
    seen = sampled.seen if sampled.seen.exact else look_at(sampled.matrix)
    chosen = replace(sampled, seen=seen, scale=declared.scale_of(seen))
    if chosen.scale.kind != sampled.scale.kind:
        problems.append(f"{chosen.matrix.name} cannot be read: {chosen.scale.words}")
        return replace(found, problems=tuple(problems))
    fitting, library = Libraries(), None
    if chosen.scale.kind == "counts":
        fitting = library_columns(file.obs, chosen.seen.sums)
        library = _settle(
            problems, lambda: library_of(fitting, file.obs, seen.sums, declared.library_key)
        )
    elif declared.library_key is not None:
        problems.append(
            f"--data.library_key {declared.library_key} is for raw counts, and "
            f"{chosen.matrix.name} is {chosen.scale.words}: leave it out"
        )
    names = found.genes
    if chosen.matrix.layer == RAW:
        names = gene_naming(file.var_of(chosen.matrix), declared.gene_key)
    return replace(
        found,
        expression=chosen,
        genes=names,
        libraries=fitting,
        library=library,
        problems=tuple(problems),
    )


def _with_kept(found: Inspection) -> Inspection:
    kept = np.ones(found.n_cells, dtype=np.bool_)
    dropped: dict[str, int] = {}
    if found.conditions is not None:
        labels, reading = found.conditions.labels, found.conditions.reading
        for k, label in enumerate(labels.labels):
            if label in reading.unknown:
                reason = f"labelled {label!r}" if label else "without a label"
                dropped[reason] = int(labels.sizes[k])
        kept &= found.conditions.names != ""
    one = found.expression
    if one is not None and found.library is None:
        # genes of a panel may all be silent in a cell; of a cell without any count nothing is known
        silent = (one.seen.entries == 0) & kept
        of_a_panel = one.scale.kind == "log" and one.scale.target_sum is None
        if silent.any() and not of_a_panel:
            dropped["without any count"] = int(silent.sum())
            kept &= ~silent
    return replace(found, kept=kept, dropped=dropped)


def _with_covariates(found: Inspection, file: StoredFile, declared: Declared) -> Inspection:
    assert found.conditions is not None
    problems = list(found.problems)
    names = np.where(found.kept, found.conditions.names, "")
    taken = [
        *found.conditions.key.split("+"),
        # names of cell lines look like genes too, but none of them is a control
        *(c.key for c in found.columns if c.names_genes and c.n_control),
        *(flag.column for flag in found.flags),
        *(c.key for c in found.libraries.columns),
    ]
    candidates = covariate_columns(file.obs, names, taken)
    kept, dropped = found.kept, dict(found.dropped)
    context_column: CovariateColumn | None = None
    if declared.context is None and declared.covariates is None:
        if declared.drop_levels_without_control:
            kept = _controlled(candidates, kept, dropped)
            names = np.where(kept, found.conditions.names, "")
            candidates = covariate_columns(file.obs, names, taken)
        context_column = _settle(problems, lambda: choose_context(candidates))
    context = context_column.key if context_column else declared.context or ""
    if declared.covariates is not None:
        covariates = tuple(declared.covariates)
    else:
        control = names[kept] == CONTROL
        covariates = tuple(c.key for c in choose_covariates(candidates, context_column, control))
    for column in (*covariates, *((context,) if context else ())):
        if column not in file.obs:
            raise UserError(
                f"no obs column {column!r} (a covariate): the file has "
                f"{listed(file.obs.columns, 30)}"
            )
    return replace(
        found,
        kept=kept,
        dropped=dropped,
        candidates=tuple(candidates),
        covariates=covariates,
        context=context,
        levels=file.obs[context].astype(str).to_numpy(dtype=np.str_)[kept]
        if context
        else found.levels,
        problems=tuple(problems),
    )


def _controlled(
    candidates: list[CovariateColumn], kept: npt.NDArray[np.bool_], dropped: dict[str, int]
) -> npt.NDArray[np.bool_]:
    """Without the cells of contexts that have no control."""
    first = next((c for c in candidates if c.role == "context"), None)
    if first is None or not first.without_control:
        return kept
    gone = np.isin(first.codes, np.flatnonzero((first.perturbed > 0) & (first.controls == 0)))
    out = kept.copy()
    out[np.flatnonzero(kept)[gone]] = False
    dropped[f"of {first.key} {listed(first.without_control)}, without control"] = int(gone.sum())
    return out


def _with_split(found: Inspection) -> Inspection:
    large = [n for n, k in found.sizes.items() if n != CONTROL and k >= found.min_cells]
    problems = list(found.problems)
    controls = found.sizes[CONTROL]
    if controls and controls < found.min_cells:
        problems.append(
            f"there are {controls} control cells and min_cells is {found.min_cells}: effects need "
            "control cells to be measured against"
        )
    elif controls and not large and len(found.sizes) > 1:
        problems.append(
            f"none of {len(found.sizes) - 1} perturbed conditions has {found.min_cells} cells "
            "(min_cells): there is nothing to learn from"
        )
    return replace(found, split=suggest_split(sorted(large)), problems=tuple(problems))
