"""The object in a JSON file that a user named."""

import json
from pathlib import Path
from typing import Any

from scbig.errors import UserError


def read_json_object(path: Path, what: str, expected: str = "an object") -> dict[str, Any]:
    """Read a file that is ``what``, such as "split file".

    Args:
        path: the file.
        what: what the file should be, for the message.
        expected: what it should hold, for the message.

    Raises:
        UserError: no such file, not JSON, or JSON of something else than an object.
    """
    try:
        values = json.loads(path.read_text())
    except FileNotFoundError:
        raise UserError(f"no {what} at {path}") from None
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise UserError(f"{path} is not JSON: {error}") from None
    if not isinstance(values, dict):
        raise UserError(f"{path} is not a {what}: expected {expected}")
    return values
