"""``scbig data prior expression``: an embedding of genes from training cells."""

from pathlib import Path

from scbig.commands.screen_file import ScreenFile


def expression(data: ScreenFile, split: str, out: str, width: int = 64, seed: int = 0) -> None:
    """Make an embedding of the measured genes from how they vary together over training cells.

    Only control cells and cells of training conditions are read. The file carries the hash of these
    cells (fitted_on): fit refuses it under another split, and scbig data audit tells.

    Args:
        data: the file and how it is to be read.
        split: split file.
        out: npz to write.
        width: length of the vectors.
        seed: of the start of the solver.
    """
    from importlib.metadata import version

    from scbig.conditions import target_genes
    from scbig.data.highly_variable import training_rows
    from scbig.data.provenance import provenance
    from scbig.data.schema import read_screen
    from scbig.data.splits.split_file import SplitFile
    from scbig.errors import listed
    from scbig.priors.embedding_archive import refuse_output, write_embedding
    from scbig.priors.expression_vectors import expression_vectors

    target = Path(out)
    refuse_output(target)
    screen = read_screen(data.path, data.contract)
    sides = SplitFile(split).split(screen.conditions)
    rows = training_rows(screen, sides)
    vectors = expression_vectors(screen.cells[rows], screen.genes, width, seed)
    said = provenance(screen, rows)
    made_from = {
        "kind": "expression",
        "scbig": version("scbig"),
        "settings": {"width": width, "seed": seed},
        "split_sha256": sides.sha256,
        "cells": len(rows),
        **said,
    }
    write_embedding(target, vectors, made_from, str(said["sha256"]))
    for line in (*screen.reported, *vectors.notes):
        print(f"note: {line}")
    targets = target_genes(screen.conditions)
    missing = sorted(set(targets) - set(vectors.names))
    print(f"fitted on {len(rows)} of {len(screen.condition)} cells, {said['sha256']}")
    print(
        f"{len(targets) - len(missing)} of {len(targets)} target genes have a vector"
        + (f"; without: {listed(missing, 20)}" if missing else "")
    )
    print(f"{len(vectors.names)} genes x {width}: {target}")
