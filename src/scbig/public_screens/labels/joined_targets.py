"""Labels that join gene symbols: ``A+B``, ``A+ctrl``, ``A_B``."""

from dataclasses import dataclass

from scbig.conditions import canonical
from scbig.errors import UserError


@dataclass(frozen=True)
class JoinedTargets:
    """Reads the label styles of ``scbig.conditions``.

    Attributes:
        style: ``plus`` or ``underscore``.
    """

    style: str = "plus"

    def __call__(self, label: str) -> str | None:
        """Canonical condition; ``None`` for ``*`` and labels with an empty target."""
        if label == "*":
            return None
        try:
            return canonical(label, self.style)
        except UserError:
            return None
