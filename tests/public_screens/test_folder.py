from pathlib import Path

import platformdirs
import pytest

from scbig.public_screens.folder import data_folder, is_offline


def test_the_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("SCBIG_DATA", raising=False)
    assert data_folder() == platformdirs.user_cache_path("scbig", appauthor=False) / "screens"
    monkeypatch.setenv("SCBIG_DATA", str(tmp_path))
    assert data_folder() == tmp_path
    assert data_folder("~/x") == Path.home() / "x"


@pytest.mark.parametrize(
    ("value", "expected"), [("", False), ("0", False), ("False", False), ("1", True), ("yes", True)]
)
def test_offline(monkeypatch: pytest.MonkeyPatch, value: str, expected: bool) -> None:
    monkeypatch.setenv("SCBIG_OFFLINE", value)
    assert is_offline() is expected
