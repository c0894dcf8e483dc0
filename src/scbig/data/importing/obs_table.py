"""``obs`` and ``var`` of the imported file: what the file had, and the names of the package."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from scbig.data.importing.gene_plan import GenePlan
from scbig.data.inspection.inspection import Inspection

#: Column with the canonical condition, and where a column of that name in the file goes.
CONDITION, OF_FILE = "condition", "{}_of_file"


def obs_table(obs: pd.DataFrame, found: Inspection) -> tuple[pd.DataFrame, list[str]]:
    """Annotation of the kept cells, and what was changed, one line each.

    Every column of the file stays. Its own ``condition``, when it differs, becomes
    ``condition_of_file``; cell names that repeat get a number, the old ones are kept beside.
    """
    said: list[str] = []
    out = _writable(obs[found.kept].copy(), said)
    names = found.names
    if CONDITION in out and not np.array_equal(out[CONDITION].astype(str).to_numpy(), names):
        other = _free(OF_FILE.format(CONDITION), out.columns)
        out = out.rename(columns={CONDITION: other})
        said.append(f"obs {CONDITION} of the file is kept as obs {other}")
    elif CONDITION in out:
        out = out.drop(columns=CONDITION)
    out.insert(0, CONDITION, pd.Series(pd.Categorical(names), index=out.index))
    if found.cell_names_repeat:
        kept_as = _free(OF_FILE.format("cell_name"), out.columns)
        out[kept_as] = np.asarray(out.index, dtype=object)
        out.index = pd.Index(_numbered(out.index.astype(str).tolist()))
        said.append(
            f"{found.cell_names_repeat:,} cell names repeat and get a number; the old ones are obs "
            f"{kept_as}"
        )
    out.index = pd.Index(out.index.astype(str), name=_index_name("cell", out.columns))
    return out, said


def var_table(var: pd.DataFrame, plan: GenePlan) -> tuple[pd.DataFrame, list[str]]:
    """Annotation of the genes, by their names; the index of the file is kept as a column."""
    said: list[str] = []
    out = _writable(var.iloc[plan.source].copy(), said)
    old = out.index.astype(str)
    if not np.array_equal(old, plan.names):
        kept_as = _free(OF_FILE.format("name"), out.columns)
        out.insert(0, kept_as, np.asarray(old, dtype=object))
        said.append(f"genes are named anew; the index of the file is var {kept_as}")
    out.index = pd.Index(list(plan.names), name=_index_name("gene", out.columns))
    return out, said


def _index_name(name: str, taken: pd.Index) -> str | None:
    return None if name in taken else name


def _free(name: str, taken: Sequence[str] | pd.Index) -> str:
    return name if name not in taken else _free(f"{name}_", taken)


def _numbered(names: list[str]) -> list[str]:
    taken, seen = set(names), set()
    out = []
    count: dict[str, int] = {}
    for name in names:
        new = name
        while new in seen or (new != name and new in taken):
            count[name] = count.get(name, 0) + 1
            new = f"{name}-{count[name]}"
        seen.add(new)
        out.append(new)
    return out


def _writable(table: pd.DataFrame, said: list[str]) -> pd.DataFrame:
    """Columns as HDF5 can hold them: text becomes categorical, with gaps; other objects text."""
    table.columns = table.columns.map(str)
    for column in list(table.columns):
        values = table[column]
        if values.dtype != object and not isinstance(values.dtype, pd.StringDtype):
            if isinstance(values.dtype, pd.CategoricalDtype):
                table[column] = values.cat.remove_unused_categories()
            continue
        absent = values.isna()
        texts = values[~absent]
        if not all(isinstance(value, str) for value in texts):
            said.append(f"{column} holds values of several kinds: kept as text")
        table[column] = pd.Categorical(
            values.astype(object).where(~absent, None).map(str, na_action="ignore")
        )
    if "_index" in table.columns:
        table = table.rename(columns={"_index": "index_of_file"})
    return table


def rewritten_cells(found: Inspection) -> int:
    """Number of kept cells whose label is not its canonical name."""
    assert found.conditions is not None
    labels, names = found.conditions.labels, found.conditions.reading.names
    differs = np.asarray([names.get(label, label) != label for label in labels.labels])
    return int(differs[labels.codes[found.kept]].sum())
