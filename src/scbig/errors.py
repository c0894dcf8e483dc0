"""The one exception that means "the input is wrong", not "scbig is wrong"."""


class UserError(ValueError):
    """Bad input: the message says what is wrong, where, and what to do, on one line.

    The command line prints it to stderr and exits with code 2; in Python it is a ``ValueError``.
    """

    def __init__(self, message: str) -> None:
        super().__init__(" ".join(message.split()))


def listed(items: object, most: int = 5) -> str:
    """The first few of ``items``, comma-separated, and how many more there are."""
    names = [str(item) for item in items]  # type: ignore[attr-defined]
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"
