import pytest

from scbig.public_screens.download import progress
from scbig.public_screens.download.progress import progress_of
from scbig.public_screens.remote_file import readable_size


def test_lines_at_each_tenth(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "FEWEST_SECONDS", 0.0)
    with progress_of("a.h5ad", 1000) as told:
        for done in range(0, 1001, 50):
            told(done)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 10 and lines[0] == "a.h5ad: 100 bytes, 10%"
    assert lines[-1] == "a.h5ad: 1 kB, 100%"


def test_lines_now_and_then(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = iter(range(100))
    monkeypatch.setattr(progress.time, "monotonic", lambda: float(next(now)))
    with progress_of("a.h5ad", None) as told:
        for done in range(25):
            told(done)
    assert capsys.readouterr().err.splitlines() == ["a.h5ad: 9 bytes", "a.h5ad: 19 bytes"]


def test_a_bar_on_a_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with progress_of("a.h5ad", 1000) as told:
        told(1000)
    assert "a.h5ad" in capsys.readouterr().err


def test_sizes() -> None:
    sizes = [readable_size(n) for n in (None, 0, 999, 34_557_246, 1_546_729_675, 65_830_941_948)]
    assert sizes == ["size not known", "0 bytes", "999 bytes", "34.6 MB", "1.55 GB", "65.8 GB"]
