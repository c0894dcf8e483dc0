"""``scbig data fetch``: a public screen, downloaded, verified and brought into form."""

import sys


def fetch(
    name: str,
    source: str | None = None,
    folder: str | None = None,
    offline: bool = False,
) -> None:
    """Download a public screen and bring it into the form that fit reads.

    A download that was stopped goes on where it was. A file that lies in FOLDER/downloads under
    its name, put there by hand for example, is verified and used. Printed: the path, what is in
    the file, every cell that was left out and every name that was changed, and a line to train on
    it.

    Args:
        name: of the screen; scbig data list shows them.
        source: a copy by name, instead of the preferred one; or a JSON file that describes a
            mirror of your own.
        folder: where screens are kept; SCBIG_DATA, or the platform's cache folder by default.
        offline: make no connection, and say which file to put where; SCBIG_OFFLINE=1 does the
            same.
    """
    from scbig.public_screens.fetch import fetch_screen
    from scbig.public_screens.find_screens import screen_named
    from scbig.public_screens.folder import data_folder, is_offline
    from scbig.public_screens.source_file import read_source

    screen = screen_named(name)
    if source is None:
        sources = screen.substitutes()
    elif source.endswith(".json"):
        sources = (read_source(source, screen),)
    else:
        sources = (screen.source_named(source),)
    try:
        got = fetch_screen(
            screen, sources, data_folder(folder), _tell, offline=offline or is_offline()
        )
    except KeyboardInterrupt:
        _tell("stopped; the same command goes on where this one was")
        raise SystemExit(130) from None
    print(got.path)
    for line in got.record.lines():
        print(line)
    if got.download is not None:
        print(f"download      {got.download}, may be removed")
    print(got.record.fit_line(got.path))


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
