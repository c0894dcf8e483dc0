"""``Finding``: one thing an audit found."""

from dataclasses import dataclass
from typing import Literal

#: ``leak``: it is there. ``unproven``: it cannot be excluded, so the audit fails as well.
#: ``note``: to know; the audit does not fail.
Severity = Literal["leak", "unproven", "note"]


@dataclass(frozen=True)
class Finding:
    """What was found, with numbers and examples, and what to do, on one line.

    Attributes:
        severity: how bad it is.
        check: the check that found it.
        text: the finding.
    """

    severity: Severity
    check: str
    text: str

    @property
    def fails(self) -> bool:
        """Whether the audit fails by it."""
        return self.severity != "note"
