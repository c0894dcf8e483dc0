"""``Patience``: how long a host is waited for, and how often it is asked again."""

from dataclasses import dataclass

from scbig.errors import UserError


@dataclass(frozen=True)
class Patience:
    """Limits of one mirror.

    Attributes:
        attempts: tries in a row that bring next to nothing, before the next mirror is asked.
        first_wait: seconds before the second try; doubled each time.
        longest_wait: seconds at most between two tries, whatever the host asks for.
        connect_timeout: seconds for a connection.
        read_timeout: seconds without a byte.
    """

    attempts: int = 5
    first_wait: float = 1.0
    longest_wait: float = 60.0
    connect_timeout: float = 15.0
    read_timeout: float = 60.0

    def __post_init__(self) -> None:
        if self.attempts < 1 or min(self.connect_timeout, self.read_timeout) <= 0:
            raise UserError("at least one attempt and a timeout above 0 seconds are needed")

    def wait_after(self, failures: int, asked: float | None = None) -> float:
        """Seconds to wait after so many failures in a row, or as long as the host asks for."""
        own = self.first_wait * 2.0 ** (failures - 1)
        return min(max(own, asked or 0.0), self.longest_wait)
