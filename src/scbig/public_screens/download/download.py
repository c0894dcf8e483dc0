"""A remote file to a folder: mirror after mirror, until the bytes are right."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path

from scbig.errors import UserError
from scbig.public_screens.download.exclusive import exclusive
from scbig.public_screens.download.failures import (
    MirrorError,
    NoMirrorError,
    TransientError,
)
from scbig.public_screens.download.partial_file import PartialFile
from scbig.public_screens.download.patience import Patience
from scbig.public_screens.download.transfer import transfer
from scbig.public_screens.download.verify import fault_of
from scbig.public_screens.remote_file import RemoteFile, readable_size

#: A try that brings so many bytes is not a failed one: a host may drop every connection after a
#: while and still deliver.
SOME_BYTES = 1 << 20

Tell = Callable[[str], None]


def download(
    file: RemoteFile, folder: Path, patience: Patience, tell: Tell, beside: int = 0
) -> Path:
    """The file in ``folder``, verified; already there, put there by hand, or fetched.

    Args:
        file: what is wanted.
        folder: where it belongs; made when it is not there.
        patience: with each mirror.
        tell: told what goes wrong on the way, one line each.
        beside: bytes that must fit into the folder beside the file.

    Returns:
        Path of the file.

    Raises:
        NoMirrorError: no mirror has it.
        UserError: a file of that name is there and is another, or the disk is full.
    """
    target = folder / file.name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with exclusive(target, tell):
            if target.is_file():
                refuse_fault(target, file)
                return target
            _fetch(file, target, patience, tell, beside)
    except OSError as error:
        raise UserError(
            f"{target} cannot be written: {error}; what has arrived is kept and used next time"
        ) from error
    if file.identity.checksum is None:
        tell(f"{file.name}: no checksum is published, its bytes are not verified")
    return target


def refuse_fault(path: Path, file: RemoteFile) -> None:
    """Refuse a file that is not what it should be.

    Raises:
        UserError: it is not.
    """
    fault = fault_of(path, file.identity, file.signature)
    if fault is not None:
        raise UserError(f"{path} is not {file.name}: {fault}; remove it, and fetch it again")


def _fetch(file: RemoteFile, target: Path, patience: Patience, tell: Tell, beside: int) -> None:
    part = PartialFile(target)
    if file.identity.size is not None:
        refuse_full_disk(target.parent, file.identity.size - part.size + beside)
    reasons = []
    for url in file.urls:
        try:
            _fetch_from(url, part, file, patience, tell, beside)
            return
        except MirrorError as error:
            tell(f"{file.name}: {url}: {error}")
            reasons.append(f"{url}: {error}")
    raise NoMirrorError(
        f"{file.name} ({file.identity}) could not be had from any of {len(reasons)} mirrors: "
        f"{'; '.join(reasons)}. Try again later, or put the file into {target.parent} by hand"
    )


def _fetch_from(
    url: str, part: PartialFile, file: RemoteFile, patience: Patience, tell: Tell, beside: int
) -> None:
    """Bytes of one mirror, with as many tries as patience has.

    Raises:
        MirrorError: it does not deliver, or not the right bytes.
    """
    continued = part.size > 0
    if continued:
        tell(f"{file.name}: {readable_size(part.size)} are here already")
    _complete(url, part, file, patience, tell, beside)
    fault = fault_of(part.path, file.identity, file.signature)
    if fault is not None and continued:
        tell(f"{file.name}: {fault}; what was here is thrown away")
        part.forget()
        _complete(url, part, file, patience, tell, beside)
        fault = fault_of(part.path, file.identity, file.signature)
    if fault is not None:
        part.forget()
        raise MirrorError(f"what it sent is wrong: {fault}")
    part.accept()


def _complete(
    url: str, part: PartialFile, file: RemoteFile, patience: Patience, tell: Tell, beside: int
) -> None:
    """Bring the part to its full length, over as many connections as it takes."""
    failures = 0
    while True:
        before = part.size
        try:
            if file.identity.size is None or part.size != file.identity.size:
                transfer(
                    url,
                    part,
                    file,
                    patience,
                    lambda coming: refuse_full_disk(part.path.parent, coming + beside),
                )
            return
        except TransientError as error:
            failures = 1 if part.size - before >= SOME_BYTES else failures + 1
            if failures >= patience.attempts:
                raise MirrorError(f"{error}, {failures} times in a row") from None
            wait = patience.wait_after(failures, error.asked_wait)
            tell(f"{file.name}: {url}: {error}; again in {wait:g} s")
            time.sleep(wait)


def refuse_full_disk(folder: Path, needed: int) -> None:
    """Refuse what does not fit.

    Raises:
        UserError: the disk of ``folder`` has less than ``needed`` bytes free.
    """
    free = shutil.disk_usage(folder).free
    if needed > free:
        raise UserError(
            f"{folder} has {readable_size(free)} free, and {readable_size(needed)} are needed: "
            "make room, or name another folder (--folder, SCBIG_DATA)"
        )
