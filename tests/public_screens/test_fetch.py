"""From mirrors on this machine to a file that fit reads."""

import hashlib
from dataclasses import replace
from pathlib import Path

import anndata as ad
import h5py
import pytest

from flaky_host import flaky_host, page, status, whole
from scbig.errors import UserError
from scbig.public_screens.download.patience import Patience
from scbig.public_screens.fetch import fetch_screen, path_of, room_beside
from scbig.public_screens.folder import downloads_of
from scbig.public_screens.public_screen import PublicScreen, Source
from scbig.public_screens.remote_file import Identity, RemoteFile
from scbig.public_screens.screens.norman2019 import SCREEN
from source_files import log_normalised, miniature, write_source

LABELS = ["control", "A", "A_B", "control"]
QUICK = Patience(attempts=2, first_wait=0.01)


@pytest.fixture
def host():
    with flaky_host() as running:
        yield running


def served(folder: Path, name: str = "norman.h5ad", member: str = "") -> bytes:
    path = folder / name
    source = miniature(LABELS)
    if member:
        source = log_normalised(miniature(["ctrl", "A+ctrl", "ctrl"], "condition"))
        source.var["gene_name"] = source.var_names
    write_source(source, path, member)
    return path.read_bytes()


def at(source: Source, data: bytes, *urls: str) -> Source:
    identity = Identity(len(data), "sha256:" + hashlib.sha256(data).hexdigest())
    return replace(source, file=RemoteFile(source.file.name, urls, identity))


def own(*sources: Source) -> PublicScreen:
    return replace(SCREEN, sources=sources)


def test_download_and_conversion(host, tmp_path: Path) -> None:
    data = served(tmp_path / "there")
    url = host.serve("/a", whole(data, stop=4000), whole(data))
    source = at(SCREEN.default, data, host.serve("/challenge", page()), url)
    folder = tmp_path / "here"
    told: list[str] = []
    got = fetch_screen(own(source), (source,), folder, told.append, patience=QUICK)
    assert got.path == folder / "norman2019.h5ad"
    assert got.download == downloads_of(folder) / "NormanWeissman2019_filtered.h5ad"
    assert ad.read_h5ad(got.path).obs["condition"].tolist() == ["control", "A", "A+B", "control"]
    assert got.record.checksum == source.file.identity.checksum
    assert [line for line in told if "web page" in line]
    assert host.ranges("/a") == [None, "bytes=4000-"]
    again = fetch_screen(own(source), (source,), folder, told.append, patience=QUICK)
    assert again.record == got.record and again.download is None
    assert len(host.asked) == 3


def test_another_copy_stands_in(host, tmp_path: Path) -> None:
    packed = tmp_path / "there" / "Norman.h5ad.gz"
    counts = miniature(["control", "A", "A+B"])
    counts.layers["counts"] = counts.X.copy()
    write_source(counts, packed)
    data = packed.read_bytes()
    first = at(SCREEN.default, b"what is gone", host.serve("/gone", status(404)))
    second = at(SCREEN.source_named("scperturbench"), data, host.serve("/b", whole(data)))
    told: list[str] = []
    screen = own(first, second)
    got = fetch_screen(screen, (first, second), tmp_path, told.append, patience=QUICK)
    assert got.path.name == "norman2019.scperturbench.h5ad" and got.record.cells == 3
    assert "scperturb does not deliver: taking the copy of scperturbench" in told


def test_a_zip(host, tmp_path: Path) -> None:
    data = served(tmp_path / "there", "norman.zip", "norman")
    source = at(SCREEN.source_named("gears"), data, host.serve("/z", whole(data)))
    got = fetch_screen(own(source), (source,), tmp_path, lambda _: None, patience=QUICK)
    assert (got.record.cells, got.record.scale) == (3, "log1p_cp10k")
    wrong = replace(source, file=replace(source.file, content=Identity(5)))
    got.path.unlink()
    with pytest.raises(UserError, match=r"\.h5ad inside .* is not the one expected: it has"):
        fetch_screen(own(wrong), (wrong,), tmp_path, lambda _: None, patience=QUICK)


def test_no_mirror_names_every_reason_and_the_other_copies(host, tmp_path: Path) -> None:
    source = at(SCREEN.default, b"x", host.address + "/1", host.serve("/2", status(403)))
    screen = own(source, SCREEN.source_named("gears"))
    with pytest.raises(UserError) as error:
        fetch_screen(screen, (source,), tmp_path, lambda _: None, patience=QUICK)
    message = str(error.value)
    assert "/1: HTTP 404" in message and "/2: HTTP 403" in message and "\n" not in message
    assert "another copy is --source gears (log1p_cp10k, size not known)" in message


def test_offline(host, tmp_path: Path) -> None:
    data = served(tmp_path / "there")
    url = host.serve("/a", whole(data))
    source = at(SCREEN.default, data, url)
    with pytest.raises(UserError) as error:
        fetch_screen(own(source), (source,), tmp_path, lambda _: None, offline=True)
    for part in (source.file.name, f"{len(data):,} bytes", str(source.file.checksum), url,
                 str(downloads_of(tmp_path))):  # fmt: skip
        assert part in str(error.value)
    placed = downloads_of(tmp_path) / source.file.name
    placed.parent.mkdir()
    placed.write_bytes(data[:-1])
    with pytest.raises(UserError, match=r"is not NormanWeissman2019_filtered\.h5ad: it has"):
        fetch_screen(own(source), (source,), tmp_path, lambda _: None, offline=True)
    placed.write_bytes(data)
    got = fetch_screen(own(source), (source,), tmp_path, lambda _: None, offline=True)
    assert got.record.cells == 4 and not host.asked


def test_a_copy_that_is_here_does_not_keep_the_preferred_one_away(host, tmp_path: Path) -> None:
    data = served(tmp_path / "there")
    first = at(SCREEN.default, data, host.serve("/a", whole(data)))
    second = replace(SCREEN.source_named("pertpy"), layout=first.layout,
                     file=RemoteFile("b.h5ad", (host.serve("/b", whole(data)),)))  # fmt: skip
    screen = own(first, second)
    for sources, name in (
        ((second,), "norman2019.pertpy.h5ad"),
        ((first, second), "norman2019.h5ad"),
    ):
        got = fetch_screen(screen, sources, tmp_path, lambda _: None, patience=QUICK)
        assert got.path.name == name
    got.path.unlink()
    (downloads_of(tmp_path) / first.file.name).unlink()
    got = fetch_screen(screen, (first, second), tmp_path, lambda _: None, offline=True)
    assert got.path.name == "norman2019.pertpy.h5ad"


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(UserError, match="cannot be written"):
        fetch_screen(SCREEN, (SCREEN.default,), tmp_path / "file", lambda _: None)


def test_a_foreign_file_is_not_taken(tmp_path: Path) -> None:
    source = SCREEN.default
    path = path_of(SCREEN, source, tmp_path)
    miniature(LABELS).write_h5ad(path)
    with pytest.raises(UserError, match="was not made by scbig data fetch"):
        fetch_screen(SCREEN, (source,), tmp_path, lambda _: None, offline=True)


def test_a_file_of_another_download_is_not_taken(tmp_path: Path) -> None:
    source = replace(SCREEN.default, file=RemoteFile("a.h5ad", ()))
    write_source(miniature(LABELS), downloads_of(tmp_path) / "a.h5ad")
    fetch_screen(SCREEN, (source,), tmp_path, lambda _: None, offline=True)
    with pytest.raises(UserError, match=r"scperturb \(no checksum\), and .* is asked for"):
        fetch_screen(SCREEN, (SCREEN.default,), tmp_path, lambda _: None, offline=True)


@pytest.mark.parametrize("cut", [0.3, 0.9])
def test_a_damaged_file_leaves_nothing(tmp_path: Path, cut: float) -> None:
    data = served(tmp_path / "there")
    source = replace(SCREEN.default, file=RemoteFile("a.h5ad", ()))
    placed = downloads_of(tmp_path) / "a.h5ad"
    placed.parent.mkdir()
    placed.write_bytes(data[: int(cut * len(data))])
    with pytest.raises(UserError, match=r"a.h5ad.* damaged") as error:
        fetch_screen(SCREEN, (source,), tmp_path, lambda _: None, offline=True)
    assert "\n" not in str(error.value)
    assert not list(tmp_path.glob("*.h5ad")) and not list(tmp_path.glob("*.partial"))


@pytest.mark.parametrize(
    ("name", "packed"), [("a.h5ad.gz", b"\x1f\x8bno"), ("a.zip", b"PK\x03\x04")]
)
def test_a_damaged_archive_leaves_nothing(tmp_path: Path, name: str, packed: bytes) -> None:
    source = replace(SCREEN.default, file=RemoteFile(name, ()))
    placed = downloads_of(tmp_path) / name
    placed.parent.mkdir()
    placed.write_bytes(packed)
    with pytest.raises(UserError, match="is damaged"):
        fetch_screen(SCREEN, (source,), tmp_path, lambda _: None, offline=True)
    assert [path.name for path in placed.parent.iterdir()] == [name]


def test_a_file_of_another_layout_leaves_nothing(tmp_path: Path) -> None:
    source = replace(SCREEN.default, file=RemoteFile("a.h5ad", ()))
    write_source(miniature(["A", "B"]), downloads_of(tmp_path) / "a.h5ad")
    with pytest.raises(UserError, match=r"a\.h5ad: .* has no control cell among its 2 labels"):
        fetch_screen(SCREEN, (source,), tmp_path, lambda _: None, offline=True)
    assert {path.name for path in tmp_path.iterdir()} == {"downloads", ".norman2019.h5ad.lock"}


def test_a_file_that_is_no_anndata(tmp_path: Path) -> None:
    source = replace(SCREEN.default, file=RemoteFile("a.h5ad", ()))
    placed = downloads_of(tmp_path) / "a.h5ad"
    placed.parent.mkdir()
    for group, says in (("Y", "no X with the expression: the file has Y"), ("X", "X lacks data")):
        with h5py.File(placed, "w") as file:
            file.create_group(group).attrs["encoding-type"] = "csr_matrix"
        with pytest.raises(UserError, match=says):
            fetch_screen(SCREEN, (source,), tmp_path, lambda _: None, offline=True)
    with h5py.File(placed, "w") as file:
        file["X"] = [[1.0]]
    with pytest.raises(UserError, match="obs and var cannot be read"):
        fetch_screen(SCREEN, (source,), tmp_path, lambda _: None, offline=True)


def test_room_for_what_is_made_beside() -> None:
    assert room_beside(RemoteFile("a.h5ad", (), Identity(10))) == 10
    assert room_beside(RemoteFile("a.h5ad.gz", (), Identity(10))) == 100
    assert room_beside(RemoteFile("a.zip", (), Identity(10), Identity(30))) == 60
    assert room_beside(RemoteFile("a.h5ad", ())) == 0
