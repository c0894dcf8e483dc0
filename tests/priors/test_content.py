import gzip
import pickle
import zipfile

import pytest

from scbig.errors import UserError
from scbig.priors.content import head_of, open_text


def test_text_is_found_under_gzip_and_zip(tmp_path):
    (tmp_path / "plain").write_text("a\nb\n")
    with gzip.open(tmp_path / "gz", "wt") as file:
        file.write("a\nb\n")
    with zipfile.ZipFile(tmp_path / "zip", "w") as archive:
        archive.writestr("inside/a.gmt", "a\nb\n")
    for name in ("plain", "gz", "zip"):
        with open_text(tmp_path / name) as text:
            assert text.read() == "a\nb\n"
    assert head_of(tmp_path / "gz") == b"a\nb\n"


def _zip_of_two(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a", "1")
        archive.writestr("b", "2")


def _cut(path):
    with gzip.open(path, "wb") as file:
        file.write(bytes(range(256)) * 99)
    path.write_bytes(path.read_bytes()[:-200])


@pytest.mark.parametrize(
    ("write", "says"),
    [
        (_cut, "damaged or cut off"),
        (lambda path: path.write_bytes(b"\x1f\x8bnonsense"), "damaged or cut off|cannot read"),
        (lambda path: path.write_bytes(b"PK\x03\x04nonsense"), "damaged or cut off"),
        (_zip_of_two, "holds a, b: unpack it"),
        (lambda path: path.write_bytes(b"\xff\xfe\x00 no text"), "is not text"),
        (lambda path: None, "no file at"),
    ],
)
def test_broken_text_is_one_line(tmp_path, write, says):
    path = tmp_path / "file"
    write(path)
    with pytest.raises(UserError, match=says) as caught, open_text(path) as text:
        text.read()
    assert "\n" not in str(caught.value)


def test_a_pickle_is_not_opened(tmp_path):
    path = tmp_path / "GenePT_gene_embedding_ada_text.pickle"
    path.write_bytes(pickle.dumps({"A": [1.0, 2.0]}))
    with pytest.raises(UserError, match=r"is a pickle, .* convert it once: python -c"):
        head_of(path)
    (tmp_path / "empty.csv").write_text("\n")
    with pytest.raises(UserError, match="is empty"):
        head_of(tmp_path / "empty.csv")
