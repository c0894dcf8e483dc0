"""Files arrive as they should be or not at all, whatever a host does."""

import gzip
import hashlib
import multiprocessing
import shutil
from collections import namedtuple
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from flaky_host import FlakyHost, flaky_host, hang, page, redirect, status, whole
from scbig.errors import UserError
from scbig.public_screens.download.download import download
from scbig.public_screens.download.partial_file import PartialFile
from scbig.public_screens.download.patience import Patience
from scbig.public_screens.remote_file import Identity, RemoteFile

SIGNATURE = b"\x89HDF\r\n\x1a\n"
DATA = SIGNATURE + np.random.default_rng(0).bytes(300_000)
KNOWN = Identity(len(DATA), "md5:" + hashlib.md5(DATA).hexdigest())
QUICK = Patience(
    attempts=3, first_wait=0.01, longest_wait=0.05, connect_timeout=2, read_timeout=0.5
)


@pytest.fixture
def host():
    with flaky_host() as running:
        yield running


def fetched(
    folder: Path, *urls: str, identity: Identity = KNOWN, told: list[str] | None = None
) -> bytes:
    file = RemoteFile("screen.h5ad", urls, identity)
    path = download(file, folder, QUICK, (told if told is not None else []).append)
    assert not list(folder.glob("*.part*"))
    return path.read_bytes()


def refused(folder: Path, *urls: str, identity: Identity = KNOWN) -> str:
    with pytest.raises(UserError) as error:
        fetched(folder, *urls, identity=identity)
    assert not (folder / "screen.h5ad").exists()
    return str(error.value)


def test_a_file_is_fetched_once(host: FlakyHost, tmp_path: Path) -> None:
    url = host.serve("/a", whole(DATA))
    assert fetched(tmp_path / "new", url) == DATA
    assert fetched(tmp_path / "new", url) == DATA
    assert host.ranges("/a") == [None] and host.encodings == {"identity"}


@pytest.mark.parametrize("checksum", [KNOWN.checksum, None])
def test_a_dropped_connection_is_continued(
    host: FlakyHost, tmp_path: Path, checksum: str | None
) -> None:
    url = host.serve("/a", whole(DATA, '"v1"', stop=100_000), whole(DATA, '"v1"'))
    assert fetched(tmp_path, url, identity=Identity(len(DATA), checksum)) == DATA
    assert host.asked == [("/a", None, None), ("/a", "bytes=100000-", '"v1"')]


def test_without_checksum_and_etag_it_begins_anew(host: FlakyHost, tmp_path: Path) -> None:
    url = host.serve("/a", whole(DATA, stop=100_000), whole(DATA))
    assert fetched(tmp_path, url, identity=Identity()) == DATA
    assert host.ranges("/a") == [None, None]


def test_a_changed_file_begins_anew(host: FlakyHost, tmp_path: Path) -> None:
    newer = SIGNATURE + bytes(len(DATA))
    url = host.serve("/a", whole(DATA, '"v1"', stop=100_000), whole(newer, '"v2"'))
    assert fetched(tmp_path, url, identity=Identity()) == newer


def test_a_weak_etag_promises_nothing(host: FlakyHost, tmp_path: Path) -> None:
    url = host.serve("/a", whole(DATA, 'W/"v1"', stop=100_000), whole(DATA, 'W/"v1"'))
    assert fetched(tmp_path, url, identity=Identity()) == DATA
    assert host.ranges("/a") == [None, None]


def test_a_host_without_ranges_begins_anew(host: FlakyHost, tmp_path: Path) -> None:
    url = host.serve("/a", whole(DATA, ranges=False, stop=100_000), whole(DATA, ranges=False))
    assert fetched(tmp_path, url) == DATA
    assert host.ranges("/a") == [None, "bytes=100000-"]


def test_another_mirror_continues(host: FlakyHost, tmp_path: Path) -> None:
    first = host.serve("/a", whole(DATA, stop=100_000), status(404))
    second = host.serve("/b", whole(DATA))
    assert fetched(tmp_path, first, second) == DATA
    assert host.ranges("/b") == ["bytes=100000-"]


def test_wrong_bytes_of_one_mirror_do_not_spoil_another(host: FlakyHost, tmp_path: Path) -> None:
    wrong = SIGNATURE + bytes(len(DATA) - len(SIGNATURE))
    first = host.serve("/a", whole(wrong, stop=100_000), status(404))
    second = host.serve("/b", whole(DATA))
    told: list[str] = []
    assert fetched(tmp_path, first, second, told=told) == DATA
    assert host.ranges("/b") == ["bytes=100000-", None]
    assert any("thrown away" in line for line in told)


def test_wrong_bytes_are_refused(host: FlakyHost, tmp_path: Path) -> None:
    wrong = SIGNATURE + bytes(len(DATA) - len(SIGNATURE))
    url = host.serve("/a", whole(wrong))
    message = refused(tmp_path, url)
    assert f"and must be {KNOWN.checksum.removeprefix('md5:')}" in message and url in message
    assert not list(tmp_path.glob("*.part*"))
    good = host.serve("/b", whole(DATA))
    assert fetched(tmp_path, url, good) == DATA


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (status(404), "HTTP 404"),
        (status(403), "HTTP 403, as for a bot challenge"),
        (status(202), "HTTP 202, as for a bot challenge"),
        (page(), "a web page instead of data"),
        (status(200, {"Content-Type": "application/octet-stream"}), "0 bytes"),
        (whole(b"<html>" + DATA[6:]), "starts with b'<html>"),
        (whole(DATA[:-1]), "300,007 bytes, and must have 300,008"),
    ],
)
def test_what_will_not_do_is_asked_once(
    host: FlakyHost, tmp_path: Path, answer: object, says: str
) -> None:
    bad = host.serve("/a", answer)
    assert says in refused(tmp_path, bad)
    assert len(host.asked) == 1
    good = host.serve("/b", whole(DATA))
    assert fetched(tmp_path, bad, good) == DATA
    assert len(host.ranges("/b")) == 1


def test_an_empty_answer_is_refused_where_nothing_is_known(host: FlakyHost, tmp_path: Path) -> None:
    url = host.serve("/a", status(200))
    assert "it sent nothing" in refused(tmp_path, url, identity=Identity())


@pytest.mark.parametrize("to", ["/a", "ftp://127.0.0.1/x"])
def test_redirects_that_lead_nowhere(host: FlakyHost, tmp_path: Path, to: str) -> None:
    assert "redirects without end or out of the web" in refused(
        tmp_path, host.serve("/a", redirect(to))
    )


def test_a_redirect_is_followed(host: FlakyHost, tmp_path: Path) -> None:
    there = host.serve("/there", whole(DATA, stop=100_000), whole(DATA))
    url = host.serve("/a", redirect(there))
    assert fetched(tmp_path, url) == DATA
    assert host.ranges("/there") == [None, "bytes=100000-"]


PAST = "Wed, 21 Oct 2015 07:28:00 GMT"


@pytest.mark.parametrize(
    "answer",
    [
        status(503),
        status(429, {"Retry-After": "0"}),
        status(429, {"Retry-After": PAST}),
        hang(1.0),
    ],
)
def test_a_busy_host_is_asked_again(host: FlakyHost, tmp_path: Path, answer: object) -> None:
    url = host.serve("/a", answer, answer, whole(DATA))
    assert fetched(tmp_path, url) == DATA
    assert len(host.ranges("/a")) == 3


def test_a_host_that_stays_busy_is_left(host: FlakyHost, tmp_path: Path) -> None:
    url = host.serve("/a", status(503))
    message = refused(tmp_path, url, host.address + "/none")
    assert "HTTP 503, 3 times in a row" in message and "/none: HTTP 404" in message
    assert "from any of 2 mirrors" in message and "\n" not in message
    assert len(host.ranges("/a")) == 3


def test_progress_is_not_a_failed_try(
    host: FlakyHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scbig.public_screens.download.download.SOME_BYTES", 40_000)
    url = host.serve("/a", whole(DATA, stop=50_000))
    impatient = replace(QUICK, attempts=1)
    file = RemoteFile("screen.h5ad", (url,), KNOWN)
    assert download(file, tmp_path, impatient, lambda _: None).read_bytes() == DATA
    assert len(host.ranges("/a")) == 7


def test_a_host_that_is_away(tmp_path: Path) -> None:
    with flaky_host() as gone:
        url = gone.address + "/a"
    assert "no answer" in refused(tmp_path, url)
    assert "name is not known" in refused(tmp_path, "http://no.such.host.invalid/a")


def test_a_stopped_download_goes_on(host: FlakyHost, tmp_path: Path) -> None:
    part = PartialFile(tmp_path / "screen.h5ad")
    part.path.write_bytes(DATA[:123_456])
    url = host.serve("/a", whole(DATA))
    assert fetched(tmp_path, url) == DATA
    assert host.ranges("/a") == ["bytes=123456-"]


def test_a_complete_part_needs_no_connection(host: FlakyHost, tmp_path: Path) -> None:
    PartialFile(tmp_path / "screen.h5ad").path.write_bytes(DATA)
    assert fetched(tmp_path, host.address + "/none") == DATA
    assert not host.asked


def test_another_part_than_asked_for_is_not_put_behind(host: FlakyHost, tmp_path: Path) -> None:
    PartialFile(tmp_path / "screen.h5ad").path.write_bytes(DATA[:1000])
    other = status(206, {"Content-Range": f"bytes 0-9/{len(DATA)}"}, DATA[:10])
    assert fetched(tmp_path, host.serve("/a", other, whole(DATA))) == DATA
    assert host.ranges("/a") == ["bytes=1000-", None]


def test_what_a_host_packs_on_the_way_is_not_unpacked(host: FlakyHost, tmp_path: Path) -> None:
    # the time would be in its first bytes, and a quote among them changes how they are shown
    packed = gzip.compress(DATA, mtime=0)
    url = host.serve("/a", status(200, {"Content-Encoding": "gzip"}, packed))
    file = RemoteFile("screen.h5ad.gz", (url,), Identity(len(packed)))
    assert download(file, tmp_path, QUICK, lambda _: None).read_bytes() == packed
    assert r"starts with b'\x1f\x8b" in refused(tmp_path, url, identity=Identity())


def test_a_note_that_cannot_be_read_is_no_note(host: FlakyHost, tmp_path: Path) -> None:
    part = PartialFile(tmp_path / "screen.h5ad")
    part.path.write_bytes(DATA[:1000])
    part.path.with_name("screen.h5ad.part.json").write_text("{")
    url = host.serve("/a", whole(DATA, '"v1"'))
    assert fetched(tmp_path, url, identity=Identity()) == DATA
    assert host.ranges("/a") == [None]


def test_too_long_a_part_is_thrown_away(host: FlakyHost, tmp_path: Path) -> None:
    PartialFile(tmp_path / "screen.h5ad").path.write_bytes(DATA + b"more")
    assert fetched(tmp_path, host.serve("/a", whole(DATA))) == DATA


def test_an_interrupt_keeps_what_is_there(
    host: FlakyHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(self: object, done: int) -> None:
        if done:
            raise KeyboardInterrupt

    url = host.serve("/a", whole(DATA))
    progress = "scbig.public_screens.download.progress.PlainProgress.__call__"
    with monkeypatch.context() as patch:
        patch.setattr(progress, stop)
        with pytest.raises(KeyboardInterrupt):
            fetched(tmp_path, url)
    kept = PartialFile(tmp_path / "screen.h5ad").size
    assert 0 < kept < len(DATA)
    assert fetched(tmp_path, url) == DATA
    assert host.ranges("/a") == [None, f"bytes={kept}-"]


def test_a_file_put_by_hand_is_verified(host: FlakyHost, tmp_path: Path) -> None:
    (tmp_path / "screen.h5ad").write_bytes(DATA)
    assert fetched(tmp_path, host.address + "/none") == DATA
    (tmp_path / "screen.h5ad").write_bytes(DATA[:-1] + b"!")
    with pytest.raises(UserError, match=r"screen.h5ad: its md5 is .* remove it"):
        fetched(tmp_path, host.address + "/none")
    assert not host.asked


def test_a_full_disk_is_seen_before(
    host: FlakyHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(0, 0, 1000))
    url = host.serve("/a", whole(DATA))
    assert "1 kB free, and 300 kB are needed" in refused(tmp_path, url)
    assert not host.asked
    assert "300 kB are needed" in refused(tmp_path, url, identity=Identity())


def test_what_is_not_verified_is_said(host: FlakyHost, tmp_path: Path) -> None:
    told: list[str] = []
    fetched(tmp_path, host.serve("/a", whole(DATA)), identity=Identity(), told=told)
    assert told == ["screen.h5ad: no checksum is published, its bytes are not verified"]


def _fetch_in_a_process(folder: Path, url: str) -> None:
    assert fetched(folder, url) == DATA


def test_two_processes_fetch_once(host: FlakyHost, tmp_path: Path) -> None:
    url = host.serve("/a", whole(DATA))
    context = multiprocessing.get_context("spawn")
    processes = [
        context.Process(target=_fetch_in_a_process, args=(tmp_path, url)) for _ in range(2)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0]
    assert (tmp_path / "screen.h5ad").read_bytes() == DATA
    assert host.ranges("/a") == [None]


def test_patience_has_limits() -> None:
    patience = Patience(first_wait=1, longest_wait=10)
    assert [patience.wait_after(n) for n in (1, 2, 3, 9)] == [1, 2, 4, 10]
    assert patience.wait_after(1, asked=7) == 7
    assert patience.wait_after(1, asked=3600) == 10
    with pytest.raises(UserError, match="at least one attempt"):
        Patience(attempts=0)
