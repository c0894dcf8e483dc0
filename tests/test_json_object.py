from pathlib import Path

import pytest

from scbig.errors import UserError
from scbig.json_object import read_json_object


def test_an_object_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"a": [1]}')
    assert read_json_object(tmp_path / "a.json", "list of things") == {"a": [1]}


@pytest.mark.parametrize(
    ("held", "says"),
    [
        (None, "no list of things at"),
        (b"{", "is not JSON"),
        (b"\xff\xfe", "is not JSON"),
        (b"[]", "is not a list of things: expected an object with a"),
    ],
)
def test_anything_else_is_refused(tmp_path: Path, held: bytes | None, says: str) -> None:
    if held is not None:
        (tmp_path / "a.json").write_bytes(held)
    with pytest.raises(UserError, match=says) as caught:
        read_json_object(tmp_path / "a.json", "list of things", "an object with a")
    assert "a.json" in str(caught.value) and "\n" not in str(caught.value)
