"""A public screen to a file that fit reads: download, verify, unpack, convert."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from scbig.errors import UserError
from scbig.public_screens.conversion.convert import convert
from scbig.public_screens.conversion.record import ScreenRecord
from scbig.public_screens.download.download import download, refuse_fault, refuse_full_disk
from scbig.public_screens.download.exclusive import exclusive
from scbig.public_screens.download.failures import NoMirrorError
from scbig.public_screens.download.patience import Patience
from scbig.public_screens.download.progress import Tell
from scbig.public_screens.folder import downloads_of
from scbig.public_screens.public_screen import PublicScreen, Source
from scbig.public_screens.remote_file import RemoteFile, readable_size
from scbig.public_screens.unpack import unpacked

#: How much larger an unpacked file is than the packed one, where it is not known.
UNPACKED = 5


@dataclass(frozen=True)
class FetchedScreen:
    """A screen on disk.

    Attributes:
        path: of the file that fit reads.
        download: the file it was made from; ``None`` when it was there already.
        record: what is in it.
    """

    path: Path
    download: Path | None
    record: ScreenRecord


def path_of(screen: PublicScreen, source: Source, folder: Path) -> Path:
    """Where a screen of a source is kept once it is converted."""
    copy = "" if source.name == screen.default.name else f".{source.name}"
    return folder / f"{screen.name}{copy}.h5ad"


def fetch_screen(
    screen: PublicScreen,
    sources: tuple[Source, ...],
    folder: Path,
    tell: Tell,
    offline: bool = False,
    patience: Patience | None = None,
) -> FetchedScreen:
    """The screen from the first of ``sources`` that delivers.

    Args:
        screen: what is wanted.
        sources: copies that will do, in order.
        folder: where screens are kept.
        tell: told what happens, one line each.
        offline: make no connection; use what is there.
        patience: with each mirror.

    Returns:
        The converted file and what is in it.

    Raises:
        UserError: it is not there and cannot be had, or is not what it should be.
    """
    downloads = downloads_of(folder)
    reasons = []
    for source, next_one in zip(sources, (*sources[1:], None), strict=True):
        path = path_of(screen, source, folder)
        if path.is_file():
            return FetchedScreen(path, None, _record_of(path, screen, source))
        try:
            if offline:
                file = _placed(source.file, downloads)
            else:
                room = room_beside(source.file)
                file = download(source.file, downloads, patience or Patience(), tell, room)
        except NoMirrorError as error:
            reasons.append(str(error))
            if next_one is not None and not offline:
                tell(f"{source.name} does not deliver: taking the copy of {next_one.name}")
            continue
        return _convert(screen, source, file, folder, tell)
    if offline:
        raise UserError(
            f"{screen.name} is not here, and no connection is made (offline): put "
            f"{'; or '.join(reasons)} into {downloads.absolute()}, and run this again"
        )
    raise UserError("; ".join(reasons) + _other_copies(screen, sources))


def _other_copies(screen: PublicScreen, sources: tuple[Source, ...]) -> str:
    return "".join(
        f"; another copy is --source {source.name} ({source.layout.scale}, "
        f"{readable_size(source.file.identity.size)})"
        for source in screen.sources
        if source not in sources
    )


def room_beside(file: RemoteFile) -> int:
    """Bytes that unpacking and conversion take beside the download; 0 when nothing is known."""
    size = file.identity.size or 0
    if not file.is_packed:
        return size
    content = file.content.size or UNPACKED * size
    return 2 * content


def _record_of(path: Path, screen: PublicScreen, source: Source) -> ScreenRecord:
    """What is in a file that is there already.

    Raises:
        UserError: it was made from another screen, copy or download.
    """
    record = ScreenRecord.of_file(path)
    wanted = (screen.name, source.name, source.file.checksum)
    if (record.screen, record.source, record.checksum) != wanted:
        raise UserError(
            f"{path} was made of {record.screen} from {record.source} "
            f"({record.checksum or 'no checksum'}), and {wanted[0]} from {wanted[1]} "
            f"({wanted[2] or 'no checksum'}) is asked for: move it away"
        )
    return record


def _placed(file: RemoteFile, downloads: Path) -> Path:
    """The file as it lies in the folder, verified.

    Raises:
        NoMirrorError: it does not; the message says what is missing, and where it can be had.
        UserError: it is another file.
    """
    path = downloads / file.name
    if not path.is_file():
        raise NoMirrorError(f"{file.name} ({file.identity}) from {' or '.join(file.urls)}")
    refuse_fault(path, file)
    return path


def _convert(
    screen: PublicScreen, source: Source, file: Path, folder: Path, tell: Tell
) -> FetchedScreen:
    target = path_of(screen, source, folder)
    with exclusive(target, tell):
        if target.is_file():
            return FetchedScreen(target, file, _record_of(target, screen, source))
        try:
            with unpacked(file, source.file) as path:
                refuse_full_disk(folder, path.stat().st_size)
                tell(f"{source.file.name}: converting")
                return FetchedScreen(target, file, convert(path, target, screen, source))
        except OSError as error:
            raise UserError(f"{source.file.name} cannot be unpacked: {error}") from error
