"""A mirror of one's own, described in a JSON file."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from scbig.errors import UserError, listed
from scbig.json_object import read_json_object
from scbig.public_screens.public_screen import PublicScreen, Source
from scbig.public_screens.remote_file import Identity, RemoteFile

REQUIRED = {"name", "like", "file", "urls"}
OPTIONAL = {"size", "checksum"}


def read_source(path: str | Path, screen: PublicScreen) -> Source:
    """The source that a JSON object describes.

    ``{"name": "ours", "like": "scperturb", "file": "norman.h5ad", "urls": ["http://..."], "size":
    698680199, "checksum": "md5:..."}``: the file has the layout of the source it is ``like``; size
    and checksum may be left out.

    Args:
        path: the JSON file.
        screen: whose source it is.

    Raises:
        UserError: it cannot be read, or says too little or too much.
    """
    given = read_json_object(Path(path), "description of a source")
    missing, unknown = REQUIRED - set(given), set(given) - REQUIRED - OPTIONAL
    if missing or unknown:
        raise UserError(
            f"{path} lacks {listed(sorted(missing)) or 'nothing'} and has unknown "
            f"{listed(sorted(unknown)) or 'nothing'}: a source has "
            f"{listed(sorted(REQUIRED), 9)}, and may have {listed(sorted(OPTIONAL), 9)}"
        )
    like = screen.source_named(_text(given, "like", path))
    urls = given["urls"]
    if not (isinstance(urls, list) and urls and all(isinstance(url, str) for url in urls)):
        raise UserError(f"{path}: urls must be a list of addresses")
    size, checksum = given.get("size"), given.get("checksum")
    if size is not None and (isinstance(size, bool) or not isinstance(size, int) or size < 1):
        raise UserError(f"{path}: size {size!r} must be a number of bytes")
    if checksum is not None and str(checksum).partition(":")[0] not in ("md5", "sha256"):
        raise UserError(f"{path}: checksum {checksum!r} must be md5:DIGEST or sha256:DIGEST")
    name = _text(given, "name", path)
    if name in [source.name for source in screen.sources]:
        raise UserError(f"{path}: {screen.name} has a source {name!r} already: choose another name")
    file = RemoteFile(_file_name(given, path), tuple(urls), Identity(size, checksum))
    return replace(like, name=name, file=file, cells=None, genes=None)


def _text(given: dict[str, Any], key: str, path: str | Path) -> str:
    value = given[key]
    if not isinstance(value, str) or not value or "/" in value or "\\" in value:
        raise UserError(f"{path}: {key} {value!r} must be a plain name")
    return value


def _file_name(given: dict[str, Any], path: str | Path) -> str:
    name = _text(given, "file", path)
    if not name.endswith((".h5ad", ".h5ad.gz", ".zip")) or name.startswith("."):
        raise UserError(f"{path}: file {name!r} must end in .h5ad, .h5ad.gz or .zip")
    return name
