"""What a host can do wrong: worth another try or not; and when none of them delivers."""

from scbig.errors import UserError


class MirrorError(Exception):
    """This mirror will not do; the message says why, in a few words."""


class TransientError(MirrorError):
    """This mirror may do in a moment.

    Args:
        message: why, in a few words.
        asked_wait: seconds that the host asked to be left alone.
    """

    def __init__(self, message: str, asked_wait: float | None = None) -> None:
        super().__init__(message)
        self.asked_wait = asked_wait


class NoMirrorError(UserError):
    """None of the mirrors of a file delivers it."""
