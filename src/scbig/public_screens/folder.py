"""Where public screens are kept."""

import os
from pathlib import Path

#: Names the folder; the platform's cache folder otherwise.
FOLDER_VARIABLE = "SCBIG_DATA"
#: Set to anything but 0 or false: no connection is made.
OFFLINE_VARIABLE = "SCBIG_OFFLINE"


def data_folder(asked: str | Path | None = None) -> Path:
    """The folder asked for, or of ``SCBIG_DATA``, or of the platform for caches."""
    import platformdirs

    named = asked or os.environ.get(FOLDER_VARIABLE)
    if named:
        return Path(named).expanduser()
    return platformdirs.user_cache_path("scbig", appauthor=False) / "screens"


def downloads_of(folder: Path) -> Path:
    """Where files as their hosts have them are kept, and may be put by hand."""
    return folder / "downloads"


def is_offline() -> bool:
    """Does the environment forbid connections?"""
    return os.environ.get(OFFLINE_VARIABLE, "").lower() not in ("", "0", "false", "no")
