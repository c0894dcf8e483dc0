"""``scbig data import``: a file of another lab in the form that fit reads, and how to read it."""

from typing import Literal

from scbig.commands.inspected_file import MOST_VALUES, InspectedFile


def import_screen(
    data: InspectedFile,
    out: str,
    duplicate_genes: Literal["rename", "sum", "first"] = "rename",
    embeddings: list[str] | None = None,
    aliases: str | None = None,
) -> None:
    """Bring a file into the form that fit reads; every guess is printed with its evidence.

    Written: OUT, with obs ``condition`` (control, A, A+B), unique gene names, expression in X, and
    uns ``scbig_import``, which says what it came from and what was changed; and beside it the
    overlay for fit, OUT with ``.yaml``. Where the evidence is not clear nothing is written, the
    exit code is 2 and the message names the option.

    Args:
        data: the file, and what you know of it.
        out: ``.h5ad`` to write.
        duplicate_genes: of genes that share a name, rename all but the first, sum their counts, or
            keep the first.
        embeddings: files of target embeddings, for the overlay.
        aliases: table of gene aliases, for the overlay.
    """
    from pathlib import Path

    import scbig
    from scbig.commands.target_coverage import alias_names, coverage_lines
    from scbig.data.anndata_reader import sha256_of
    from scbig.data.importing.write_screen import (
        replaced_when_done,
        write_overlay,
        write_screen,
    )
    from scbig.data.inspection.inspect_file import inspect_file
    from scbig.data.inspection.report import report_lines, titled
    from scbig.data.inspection.stored_file import opened
    from scbig.data.inspection.suggestion import after_import, contract_of
    from scbig.data.packed.pack_index import is_packed
    from scbig.data.schema import read_screen
    from scbig.errors import UserError

    if is_packed(data.path):
        raise UserError(
            f"{data.path} is a packed screen, which fit reads: import what it was packed of"
        )
    target, source = Path(out), Path(data.path)
    overlay = target.with_suffix(".yaml")
    if target.suffix != ".h5ad":
        raise UserError(f"--out {out}: an imported screen is written as .h5ad")
    if not target.parent.is_dir():
        raise UserError(f"--out {out}: the folder {target.parent} does not exist")
    if target.exists() and source.exists() and target.samefile(source):
        raise UserError(f"--out {out} is the file that is imported: give another name")
    with opened(source) as file:
        found = inspect_file(file, data.declared, alias_names(aliases))
        if found.problems:
            raise UserError(found.problems[0])
        for line in report_lines(found):
            print(line)
        targets = found.conditions.reading.targets if found.conditions else []
        for line in titled("embedded", coverage_lines(targets, embeddings or [], aliases)):
            print(line)
        settings = after_import(found, out, embeddings or [], aliases)
        names = {"source": source.name, "sha256": sha256_of(source), "scbig": scbig.__version__}
        with replaced_when_done(target) as temporary:
            written = write_screen(file, found, temporary, names, duplicate_genes)
            if found.expression and found.expression.seen.n_values <= MOST_VALUES:
                read_screen(temporary, contract_of(settings))
    head = [f"{target.name}: {source.name} as scbig data import read it", *written.reported]
    write_overlay(settings, overlay, head)
    for line in titled("changed", list(written.reported) or ["nothing"]):
        print(line)
    print(f"\n{target}: {written.n_cells:,} cells x {written.n_genes:,} genes")
    print(f"{overlay}: settings for fit\n\n  scbig fit --config conf/base.yaml --config {overlay}")
