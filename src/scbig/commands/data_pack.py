"""``scbig data pack``: a screen larger than memory, sorted by condition, on disk."""

from scbig.commands.screen_file import ScreenFile


def pack(data: ScreenFile, out: str, seed: int = 0) -> None:
    """Rewrite a file as a packed screen, which every command takes as --data.path.

    It is checked as fit would check it. Cells are sorted by condition and covariates, shuffled
    within, and written in compressed chunks, in memory that does not grow with the expression. A
    run that was interrupted is continued by the same command.

    Args:
        data: the file and how it is to be read; the packed screen remembers it.
        out: folder to write, ending in .zarr.
        seed: of the order of cells within a condition.
    """
    import sys
    import time
    from pathlib import Path

    from scbig.data.packed.expression_source import source_bytes
    from scbig.data.packed.pack_writer import pack as write
    from scbig.data.packed.packed_screen import memory_gb

    started = time.monotonic()
    index = write(
        data.path, out, data.contract, seed, lambda line: print(line, file=sys.stderr, flush=True)
    )
    for line in index.reported:
        print(f"note: {line}")
    needed = memory_gb(index.n_values, index.scale == "counts")
    print(
        f"{index.n_cells} cells x {len(index.genes)} genes, {len(index.condition_names) - 1} "
        f"conditions, {index.n_values} values: {source_bytes(Path(out)) / 1e9:.3g} GB on disk, "
        f"{needed:.3g} GB if it were in memory; {time.monotonic() - started:.0f} s"
    )
    print(out)
