import json
from pathlib import Path

import pytest

from scbig.errors import UserError
from scbig.public_screens.remote_file import Identity
from scbig.public_screens.screens.norman2019 import SCREEN
from scbig.public_screens.source_file import read_source

GOOD = {"name": "ours", "like": "scperturb", "file": "n.h5ad", "urls": ["http://here/n.h5ad"]}


def written(folder: Path, values: object) -> Path:
    path = folder / "ours.json"
    path.write_text(json.dumps(values))
    return path


def test_a_mirror_of_ones_own(tmp_path: Path) -> None:
    source = read_source(written(tmp_path, GOOD | {"size": 9, "checksum": "md5:ab"}), SCREEN)
    assert source.layout == SCREEN.default.layout and source.name == "ours"
    assert source.file.urls == ("http://here/n.h5ad",)
    assert source.file.identity == Identity(9, "md5:ab")
    assert source.cells is None
    assert read_source(written(tmp_path, GOOD), SCREEN).file.identity == Identity()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"like": None}, "lacks like"),
        ({"color": "red"}, "unknown color"),
        ({"like": "nobody"}, "has no source 'nobody'"),
        ({"name": "scperturb"}, "has a source 'scperturb' already"),
        ({"name": "a/b"}, "must be a plain name"),
        ({"file": "../n.h5ad"}, "must be a plain name"),
        ({"file": "n.txt"}, "must end in .h5ad"),
        ({"urls": "http://here"}, "urls must be a list"),
        ({"urls": []}, "urls must be a list"),
        ({"size": "9"}, "must be a number of bytes"),
        ({"size": True}, "must be a number of bytes"),
        ({"checksum": "crc:1"}, "must be md5:DIGEST"),
    ],
)
def test_what_is_refused(tmp_path: Path, change: dict[str, object], says: str) -> None:
    values = {key: value for key, value in (GOOD | change).items() if value is not None}
    with pytest.raises(UserError, match=says):
        read_source(written(tmp_path, values), SCREEN)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no description of a source at"):
        read_source(tmp_path / "none.json", SCREEN)
