"""Is a file what it should be?"""

import hashlib
from pathlib import Path

from scbig.public_screens.download.progress import progress_of
from scbig.public_screens.remote_file import Identity

BLOCK = 1 << 22


def fault_of(path: Path, identity: Identity, signature: bytes) -> str | None:
    """What is wrong with a file, in a few words; ``None`` when nothing is known to be.

    Args:
        path: the file.
        identity: what its bytes must be.
        signature: its first bytes; empty when any will do.
    """
    size = path.stat().st_size
    if identity.size is not None and size != identity.size:
        return f"it has {size:,} bytes, and must have {identity.size:,}"
    with path.open("rb") as file:
        start = file.read(max(len(signature), 16))
    if not start:
        return "it is empty"
    if not start.startswith(signature):
        return f"it is not of its kind: it starts with {start[:16]!r}"
    if identity.checksum is None:
        return None
    algorithm, _, wanted = identity.checksum.partition(":")
    found = digest(path, algorithm)
    return None if found == wanted else f"its {algorithm} is {found}, and must be {wanted}"


def digest(path: Path, algorithm: str) -> str:
    """Hexadecimal digest of a file, read in blocks."""
    made = hashlib.new(algorithm, usedforsecurity=False)
    done = 0
    with path.open("rb") as file, progress_of(f"checking {path.name}", path.stat().st_size) as told:
        while block := file.read(BLOCK):
            made.update(block)
            done += len(block)
            told(done)
    return made.hexdigest()
