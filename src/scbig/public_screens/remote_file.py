"""``RemoteFile``: a file that several hosts keep, and how to know that it has arrived."""

from dataclasses import dataclass, field

#: First bytes by the end of a file's name.
SIGNATURES = {
    ".h5ad": b"\x89HDF\r\n\x1a\n",
    ".gz": b"\x1f\x8b",
    ".zip": b"PK\x03\x04",
}
UNITS = ("bytes", "kB", "MB", "GB", "TB")


@dataclass(frozen=True)
class Identity:
    """What is known of the bytes of a file; ``None`` is not known, and said to be not verified.

    Attributes:
        size: number of bytes.
        checksum: algorithm and hexadecimal digest, such as ``md5:c870...``.
    """

    size: int | None = None
    checksum: str | None = None

    def __str__(self) -> str:
        """Size and checksum in words."""
        size = f"{self.size:,} bytes" if self.size is not None else "size not known"
        return f"{size}, {self.checksum or 'checksum not known'}"


@dataclass(frozen=True)
class RemoteFile:
    """A file with its mirrors, all of which hold the same bytes.

    Attributes:
        name: under which it is kept; its end says what it is: ``.h5ad``, ``.h5ad.gz`` or ``.zip``
            with one ``.h5ad`` inside.
        urls: mirrors, the preferred first.
        identity: of the file.
        content: of the ``.h5ad`` inside, for ``.gz`` and ``.zip``.
    """

    name: str
    urls: tuple[str, ...]
    identity: Identity = field(default_factory=Identity)
    content: Identity = field(default_factory=Identity)

    @property
    def checksum(self) -> str | None:
        """Of the file or, where only that is known, of what is inside."""
        return self.identity.checksum or self.content.checksum

    @property
    def is_packed(self) -> bool:
        """Is there an ``.h5ad`` inside?"""
        return not self.name.endswith(".h5ad")

    @property
    def signature(self) -> bytes:
        """First bytes that a file of this kind must have; empty when any will do."""
        return next((s for end, s in SIGNATURES.items() if self.name.endswith(end)), b"")


def readable_size(size: int | None, unknown: str = "size not known") -> str:
    """``1.5 GB`` for 1,546,729,675."""
    if size is None:
        return unknown
    value, unit = float(size), 0
    while value >= 1000 and unit < len(UNITS) - 1:
        value, unit = value / 1000, unit + 1
    return f"{value:.0f} {UNITS[unit]}" if unit == 0 else f"{value:.3g} {UNITS[unit]}"
