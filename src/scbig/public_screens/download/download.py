"""A remote file to a folder: mirror after mirror, until the bytes are right."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
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
from scbig.public_screens.download.progress import Tell
from scbig.public_screens.download.transfer import transfer
from scbig.public_screens.download.verify import fault_of
from scbig.public_screens.remote_file import RemoteFile, readable_size

#: A try that brings so many bytes is not a failed one: a host may drop every connection after a
#: while and still deliver.
SOME_BYTES = 1 << 20


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
            _Download(file, PartialFile(target), patience, tell, beside).run()
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


@dataclass(frozen=True)
class _Download:
    """One file on its way; the arguments are those of ``download``."""

    file: RemoteFile
    part: PartialFile
    patience: Patience
    tell: Tell
    beside: int

    def run(self) -> None:
        """Ask one mirror after the other."""
        size = self.file.identity.size
        if size is not None:
            self._make_room(size - self.part.size)
        reasons = []
        for url in self.file.urls:
            try:
                self._fetch_from(url)
                return
            except MirrorError as error:
                self._tell_of(url, str(error))
                reasons.append(f"{url}: {error}")
        raise NoMirrorError(
            f"{self.file.name} ({self.file.identity}) could not be had from any of {len(reasons)} "
            f"mirrors: {'; '.join(reasons)}. Try again later, or put the file into "
            f"{self.part.target.parent} by hand"
        )

    def _fetch_from(self, url: str) -> None:
        """The whole file, of one mirror and what is here already.

        Raises:
            MirrorError: it does not deliver, or not the right bytes.
        """
        continued = self.part.size > 0
        if continued:
            self.tell(f"{self.file.name}: {readable_size(self.part.size)} are here already")
        fault = self._complete(url)
        if fault is not None and continued:
            # the bytes that were here may be the wrong ones, and not this mirror's
            self._tell_of(url, f"{fault}; what was here is thrown away")
            self.part.forget()
            fault = self._complete(url)
        if fault is not None:
            self.part.forget()
            raise MirrorError(f"what it sent is wrong: {fault}")
        self.part.accept()

    def _complete(self, url: str) -> str | None:
        """Bring the part to its full length, over as many connections as it takes.

        Returns:
            What is wrong with it then.
        """
        failures = 0
        while self.file.identity.size is None or self.part.size != self.file.identity.size:
            before = self.part.size
            try:
                transfer(url, self.part, self.file, self.patience, self._make_room)
                break
            except TransientError as error:
                failures = 0 if self.part.size - before >= SOME_BYTES else failures + 1
                if failures >= self.patience.attempts:
                    raise MirrorError(f"{error}, {failures} times in a row") from None
                wait = self.patience.wait_after(max(failures, 1), error.asked_wait)
                self._tell_of(url, f"{error}; again in {wait:g} s")
                time.sleep(wait)
        return fault_of(self.part.path, self.file.identity, self.file.signature)

    def _tell_of(self, url: str, what: str) -> None:
        self.tell(f"{self.file.name}: {url}: {what}")

    def _make_room(self, coming: int) -> None:
        refuse_full_disk(self.part.target.parent, coming + self.beside)
