"""``PartialFile``: what has arrived of a file, and whether the rest may be put behind it."""

import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class PartialFile:
    """``<file>.part`` and, beside it, where it came from.

    The same name in each run: a stopped download goes on where it was. Bytes of another mirror may
    follow only where a checksum will judge the whole; else the same address must still serve what
    it served, by its ETag or date.

    Attributes:
        target: the file to be.
    """

    target: Path

    @property
    def path(self) -> Path:
        """Bytes so far."""
        return self.target.with_name(self.target.name + ".part")

    @property
    def _note(self) -> Path:
        return self.target.with_name(self.target.name + ".part.json")

    @property
    def size(self) -> int:
        """Number of bytes so far."""
        return self.path.stat().st_size if self.path.is_file() else 0

    def validator_of(self, url: str) -> str | None:
        """ETag or date that ``url`` gave the bytes so far; ``None`` when it gave none."""
        try:
            note = json.loads(self._note.read_text(encoding="utf-8"))
            return str(note["validator"]) if note["url"] == url and note["validator"] else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def note(self, url: str, validator: str | None) -> None:
        """Remember where the bytes are from."""
        self._note.write_text(json.dumps({"url": url, "validator": validator}), encoding="utf-8")

    def forget(self) -> None:
        """Throw the bytes away."""
        self.path.unlink(missing_ok=True)
        self._note.unlink(missing_ok=True)

    def accept(self) -> None:
        """The bytes are the file."""
        self.path.replace(self.target)
        self._note.unlink(missing_ok=True)
