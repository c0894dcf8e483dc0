"""``scbig data list``: the public screens that ``scbig data fetch`` knows."""


def list_screens(folder: str | None = None) -> None:
    """Show the public screens, their size and licence, and which of them are here.

    Args:
        folder: where screens are kept; SCBIG_DATA, or the platform's cache folder by default.
    """
    from scbig.public_screens.fetch import path_of
    from scbig.public_screens.find_screens import public_screens
    from scbig.public_screens.folder import data_folder
    from scbig.public_screens.remote_file import readable_size

    kept = data_folder(folder)
    rows = [("screen", "source", "cells x genes", "conditions", "download", "licence", "here")]
    for screen in public_screens().values():
        for source in screen.sources:
            is_default = source == screen.default
            path = path_of(screen, source, kept)
            rows.append(
                (
                    screen.name if is_default else "",
                    source.name,
                    f"{_number(source.cells)} x {_number(source.genes)}",
                    _number(screen.conditions) if is_default else "",
                    readable_size(source.file.identity.size, unknown="?"),
                    source.licence,
                    path.name if path.is_file() else "no",
                )
            )
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (text.ljust(width) for text, width in zip(row, widths, strict=True))
        print("  ".join(cells).rstrip())
    print(f"folder: {kept}")


def _number(value: int | None) -> str:
    return "?" if value is None else f"{value:,}"
