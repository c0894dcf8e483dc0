"""``scbig data check``: one screen on what a file is, by what evidence, and what to declare."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scbig.commands.inspected_file import MOST_VALUES, InspectedFile

if TYPE_CHECKING:
    from scbig.data.inspection.inspection import Inspection


def check(
    data: InspectedFile, embeddings: list[str] | None = None, aliases: str | None = None
) -> None:
    """Look at a file and say what it is; what is declared is verified, all else is found.

    Ends with settings for fit to paste and with the next command. The exit code is 2 when
    something is open that only you can say: the last line names the option.

    Args:
        data: the file, and what you know of it.
        embeddings: files of target embeddings, to see which targets they have.
        aliases: table of gene aliases.
    """
    from pathlib import Path

    from scbig.commands.target_coverage import alias_names, coverage_lines
    from scbig.data.inspection.inspect_file import inspect_file
    from scbig.data.inspection.report import report_lines, titled
    from scbig.data.inspection.stored_file import opened
    from scbig.data.inspection.suggestion import as_yaml, overlay
    from scbig.data.packed.pack_index import is_packed
    from scbig.errors import UserError

    if is_packed(data.path):
        _describe_packed(data.path)
        return
    with opened(data.path) as file:
        found = inspect_file(file, data.declared, alias_names(aliases))
        name = Path(data.path).name
        print(f"{name}: {len(file.obs):,} cells x {len(file.var):,} genes")
    for line in report_lines(found):
        print(line)
    targets = found.conditions.reading.targets if found.conditions else []
    for line in titled("embedded", coverage_lines(targets, embeddings or [], aliases)):
        print(line)
    if found.problems:
        for line in titled("also open", found.problems[1:]):
            print(line)
        raise UserError(found.problems[0])
    reasons = list(found.needs_import) or _unread(data.path, found)
    if reasons:
        imported = Path(data.path).with_suffix("").name + "_screen"
        for line in titled("next", [f"import it first: {'; '.join(reasons)}"]):
            print(line)
        print(f"\n  scbig data import {data.path} --out {imported}.h5ad{_given(data)}")
        print(f"  scbig fit --config conf/base.yaml --config {imported}.yaml")
        return
    print("\n# fit reads the file as it is: save this as screen.yaml")
    print(as_yaml(overlay(found, data.path, embeddings or [], aliases)))
    print("\n  scbig fit --config conf/base.yaml --config screen.yaml")


def _describe_packed(path: str) -> None:
    """A packed screen was read and checked when it was packed: what is in it."""
    import numpy as np

    from scbig.conditions import targets_of
    from scbig.data.schema import ScreenContract, read_screen

    screen = read_screen(path, ScreenContract())
    sizes, orders = screen.cells_of, [len(targets_of(name)) for name in screen.conditions]
    print(f"packed        {len(screen.condition):,} cells x {len(screen.genes):,} genes")
    print(f"conditions    {orders.count(1)} singles, {sum(o > 1 for o in orders)} combinations")
    print(f"control       {sizes[0]:,} cells")
    print(f"cells each    {sizes[1:].min()} to {sizes[1:].max()}, median {np.median(sizes[1:]):g}")
    print(f"library       {screen.library}")
    for name, levels in screen.covariates.items():
        print(f"covariate     {name}: {len(levels)} levels")
    for line in screen.reported:
        print(f"note          {line}")
    print(f"\n  scbig fit --config conf/base.yaml --data.path {path}")


def _given(data: InspectedFile) -> str:
    """Options as they were given, to be given again."""
    import shlex
    from dataclasses import fields

    words = []
    for option in fields(data):
        value = getattr(data, option.name)
        if option.name != "path" and value != option.default:
            text = f"[{','.join(value)}]" if isinstance(value, list) else str(value)
            words.append(f" --data.{option.name} {shlex.quote(text)}")
    return "".join(words)


def _unread(path: str, found: Inspection) -> list[str]:
    """Read the file as fit would; why that cannot be, if it is for parts that no screen uses.

    Raises:
        UserError: what was found is not so.
    """
    from scbig.data.anndata_reader import open_anndata
    from scbig.data.inspection.suggestion import contract_of, overlay
    from scbig.data.schema import read_screen
    from scbig.errors import UserError

    if found.expression is not None and found.expression.seen.n_values > MOST_VALUES:
        return []
    try:
        adata = open_anndata(path)
    except UserError as error:
        return [f"fit cannot read all of it ({error})"]
    settings = overlay(found, path)
    read_screen(adata, contract_of(settings))
    return []
