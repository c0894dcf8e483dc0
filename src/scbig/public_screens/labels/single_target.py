"""Labels that are one gene symbol, whatever characters it has."""

from dataclasses import dataclass

from scbig.conditions import CONTROL, CONTROL_TOKENS


@dataclass(frozen=True)
class SingleTarget:
    """Reads the symbol as it is; ``control``, ``ctrl`` and ``non-targeting`` are control."""

    def __call__(self, label: str) -> str | None:
        """Canonical condition; ``None`` for an empty label and ``*``."""
        text = label.strip()
        if text in CONTROL_TOKENS:
            return CONTROL
        return text if text not in ("", "*") else None
