"""``scbig data fetch`` and ``data list``, against a host on this machine."""

import hashlib
import json
import shlex
from pathlib import Path

import pytest

from command_line import Command, command_in
from flaky_host import FlakyHost, flaky_host, status, whole
from small_screen import make_small_adata


@pytest.fixture
def host():
    with flaky_host() as running:
        yield running


@pytest.fixture
def scbig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.setenv("SCBIG_DATA", str(tmp_path / "kept"))
    monkeypatch.delenv("SCBIG_OFFLINE", raising=False)
    return command_in(tmp_path)


@pytest.fixture
def mirror(host: FlakyHost, tmp_path: Path) -> Path:
    """A JSON file of a mirror whose first address is gone and whose second breaks off once."""
    adata = make_small_adata()
    labels = adata.obs.pop("condition").astype(str).str.replace("+", "_")
    adata.obs["perturbation"] = labels.astype("category")
    adata.write_h5ad(tmp_path / "there.h5ad")
    data = (tmp_path / "there.h5ad").read_bytes()
    path = tmp_path / "mirror.json"
    urls = [host.serve("/gone", status(404)), host.serve("/a", whole(data, stop=9000), whole(data))]
    described = {"name": "ours", "like": "scperturb", "file": "small.h5ad", "urls": urls,
                 "size": len(data), "checksum": "md5:" + hashlib.md5(data).hexdigest()}  # fmt: skip
    path.write_text(json.dumps(described))
    return path


def test_a_screen_is_fetched_and_can_be_trained_on(
    scbig: Command, mirror: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert scbig("data", "fetch", "norman2019", "--source", mirror) == 0
    out, err = capsys.readouterr()
    path = tmp_path / "kept" / "norman2019.ours.h5ad"
    lines = out.splitlines()
    assert lines[0] == str(path)
    assert "cells         400 (120 control)" in lines
    assert "conditions    4 singles, 3 combinations" in lines
    assert any("md5:" in line for line in lines)
    assert "/gone: HTTP 404" in err and "again in 1 s" in err
    assert scbig("data", "check", path) == 0
    out = capsys.readouterr().out
    assert "400 cells x 30 genes" in out and "control      120 cells" in out
    line = shlex.split(lines[-1])
    assert line[:2] == ["scbig", "fit"] and line[line.index("--data.path") + 1] == str(path)
    options = line[line.index("--data.path") :]
    config = Path(__file__).parents[2] / "conf" / "base.yaml"
    assert scbig("fit", "--config", config, *options, "--print_config") == 0


def test_a_second_time_nothing_is_asked(
    scbig: Command, mirror: Path, host: FlakyHost, capsys: pytest.CaptureFixture[str]
) -> None:
    assert scbig("data", "fetch", "norman2019", "--source", mirror) == 0
    asked, first = len(host.asked), capsys.readouterr().out
    assert scbig("data", "fetch", "norman2019", "--source", mirror, "--offline", "true") == 0
    second = capsys.readouterr().out
    assert len(host.asked) == asked
    assert [line for line in first.splitlines() if "download" not in line] == second.splitlines()


def test_offline_says_what_to_put_where(
    scbig: Command,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = ("--offline", "true", "--folder", tmp_path / "other")
    assert scbig("data", "fetch", "adamson2016_pilot", *folder) == 2
    message = capsys.readouterr().err
    for part in ("AdamsonWeissman2016_GSM2406675_10X001.h5ad", "34,557,246 bytes",
                 "md5:232f7e3756d41602bbe434b50662a76f", "https://zenodo.org/records/13350497/",
                 str(tmp_path / "other" / "downloads")):  # fmt: skip
        assert part in message
    monkeypatch.setenv("SCBIG_OFFLINE", "1")
    assert scbig("data", "fetch", "adamson2016_pilot") == 2
    assert str(tmp_path / "kept" / "downloads") in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("nobody2030",), "no public screen 'nobody2030'"),
        (("norman2019", "--source", "nobody"), "has no source 'nobody': there are scperturb"),
        (("norman2019", "--source", "none.json"), "no description of a source at none.json"),
    ],
)
def test_what_is_not_there(
    scbig: Command, words: tuple[str, ...], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert scbig("data", "fetch", *words) == 2
    err = capsys.readouterr().err
    assert says in err and err.count("\n") == 1


def test_an_interrupt_says_that_it_can_go_on(
    scbig: Command,
    mirror: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("scbig.public_screens.fetch.download", interrupt)
    assert scbig("data", "fetch", "norman2019", "--source", mirror) == 130
    assert "goes on where this one was" in capsys.readouterr().err


def test_the_list_says_what_is_here(
    scbig: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "norman2019.h5ad").touch()
    assert scbig("data", "list") == 0
    lines = capsys.readouterr().out.splitlines()
    norman = next(line for line in lines if line.startswith("norman2019 "))
    assert norman.split() == ["norman2019", "scperturb", "111,445", "x", "33,694", "236", "699",
                              "MB", "CC-BY-4.0", "norman2019.h5ad"]  # fmt: skip
    rpe1 = next(line for line in lines if line.startswith("replogle2022_rpe1 "))
    assert rpe1.split()[-1] == "no"
    assert lines[-1] == f"folder: {tmp_path / 'kept'}"
