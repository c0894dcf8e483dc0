"""One request: bytes of one mirror behind those that are there already."""

from __future__ import annotations

import email.utils
import re
import time
from collections.abc import Callable
from importlib.metadata import version
from typing import TYPE_CHECKING

from scbig.public_screens.download.failures import MirrorError, TransientError
from scbig.public_screens.download.partial_file import PartialFile
from scbig.public_screens.download.patience import Patience
from scbig.public_screens.download.progress import progress_of
from scbig.public_screens.remote_file import RemoteFile

if TYPE_CHECKING:
    import requests

BLOCK = 1 << 18
#: Said by hosts that are busy or broken for the moment.
TRANSIENT = frozenset({408, 425, 429, 500, 502, 503, 504})
#: Some hosts refuse the default name of the HTTP library.
AGENT = f"scbig/{version('scbig')} (research data download)"


def transfer(
    url: str,
    part: PartialFile,
    file: RemoteFile,
    patience: Patience,
    make_room: Callable[[int], None],
) -> None:
    """Bring ``part`` to its full length.

    Args:
        url: the mirror.
        part: bytes so far; continued where that is safe, begun anew where not.
        file: what is wanted; a host that announces another size or kind is refused at once.
        patience: timeouts.
        make_room: called with the bytes that are still to come; raises when they do not fit.

    Raises:
        TransientError: the host is busy, or dropped the connection; the bytes so far are kept.
        MirrorError: the host does not have the file.
    """
    import requests
    import urllib3

    # as the host stores it: a gzip file must not be unpacked on the way
    headers = {"User-Agent": AGENT, "Accept-Encoding": "identity"}
    headers |= _range(url, part, file)
    timeouts = (patience.connect_timeout, patience.read_timeout)
    try:
        with requests.get(url, headers=headers, stream=True, timeout=timeouts) as response:
            _receive(response, url, part, file, make_room)
    except (requests.TooManyRedirects, requests.exceptions.InvalidSchema) as error:
        raise MirrorError(f"it redirects without end or out of the web ({_brief(error)})") from None
    except (requests.exceptions.InvalidURL, requests.exceptions.MissingSchema) as error:
        raise MirrorError(f"its address cannot be read ({_brief(error)})") from None
    except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
        if isinstance(_cause(error), urllib3.exceptions.NameResolutionError):
            raise MirrorError("its name is not known; is there a network?") from None
        raise TransientError(f"no answer, or the connection broke ({_brief(error)})") from None


def _range(url: str, part: PartialFile, file: RemoteFile) -> dict[str, str]:
    """Headers that ask for the rest; empty to begin anew."""
    validator = part.validator_of(url)
    if not part.size or (file.identity.checksum is None and validator is None):
        return {}
    asked = {"Range": f"bytes={part.size}-"}
    return asked if validator is None else asked | {"If-Range": validator}


def _receive(
    response: requests.Response,
    url: str,
    part: PartialFile,
    file: RemoteFile,
    make_room: Callable[[int], None],
) -> None:
    start = _start(response, part)
    announced = _announced(response)
    total = start + announced if announced is not None else file.identity.size
    _refuse_other(response, file, total)
    if announced is not None:
        make_room(announced)
    validator = response.headers.get("ETag") or response.headers.get("Last-Modified")
    # a weak ETag does not promise equal bytes
    part.note(url, None if validator is None or validator.startswith("W/") else validator)
    done = start
    with (
        part.path.open("ab" if start else "wb") as out,
        progress_of(file.name, total) as told,
    ):
        told(start)
        # not iter_content, which would undo a Content-Encoding
        for block in response.raw.stream(BLOCK, decode_content=False):
            if not done:
                _refuse_kind(block, file)
            out.write(block)
            done += len(block)
            told(done)
    if total is not None and done < total:
        raise TransientError(f"it sent {done:,} of {total:,} bytes")
    if not done:
        raise MirrorError("it sent nothing")


def _start(response: requests.Response, part: PartialFile) -> int:
    """Where the bytes of a response belong.

    Raises:
        MirrorError: it is no answer with bytes.
    """
    status = response.status_code
    if status == 200:
        return 0
    if status == 206:
        given = re.match(r"bytes (\d+)-", response.headers.get("Content-Range", ""))
        if given is None or int(given[1]) != part.size:
            part.forget()
            raise TransientError("it sent another part than asked for")
        return part.size
    if status == 416:
        # more bytes are here than there: they are of something else
        part.forget()
        raise TransientError("what was here did not fit, and was thrown away")
    if status in TRANSIENT:
        raise TransientError(f"HTTP {status}", _asked_wait(response))
    if status in (202, 403):
        raise MirrorError(f"HTTP {status}, as for a bot challenge")
    raise MirrorError(f"HTTP {status}")


def _announced(response: requests.Response) -> int | None:
    length = response.headers.get("Content-Length", "")
    return int(length) if length.isdigit() else None


def _refuse_other(response: requests.Response, file: RemoteFile, total: int | None) -> None:
    if "text/html" in response.headers.get("Content-Type", ""):
        raise MirrorError("it sent a web page instead of data, as for a bot challenge")
    wanted = file.identity.size
    if wanted is not None and total != wanted:
        raise MirrorError(f"its file has {total:,} bytes, and must have {wanted:,}")


def _refuse_kind(block: bytes, file: RemoteFile) -> None:
    wanted = file.signature
    if not block.startswith(wanted[: len(block)]):
        raise MirrorError(f"it sent something else: it starts with {block[:16]!r}")


def _asked_wait(response: requests.Response) -> float | None:
    said = response.headers.get("Retry-After", "")
    if said.isdigit():
        return float(said)
    date = email.utils.parsedate_tz(said)
    return None if date is None else email.utils.mktime_tz(date) - time.time()


def _cause(error: Exception) -> object:
    """What the HTTP libraries wrapped."""
    inner = error.args[0] if error.args else error
    return getattr(inner, "reason", None) or inner


def _brief(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {_cause(error)}".split())[:160]
