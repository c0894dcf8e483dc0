import os
import signal
import time

import pytest

import scbig.data.unreadable as unreadable
from scbig.data.unreadable import readable, refuse_crashing
from scbig.errors import UserError


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "f.h5ad"
    path.write_bytes(b"x")
    return path


def test_anything_that_is_raised_is_one_line():
    for error in (OSError("a\nb"), KeyError("x"), Exception(), MemoryError("all")):
        with pytest.raises(UserError, match="f cannot be read as AnnData") as caught, readable("f"):
            raise error
        assert "\n" not in str(caught.value)
    with pytest.raises(UserError, match=r"^as it is$"), readable("f"):
        raise UserError("as it is")


def test_a_crash_is_refused(file):
    def crash():
        os.kill(os.getpid(), signal.SIGSEGV)

    with pytest.raises(UserError, match="is damaged: the HDF5 library crashes"):
        refuse_crashing(file, crash)


def test_a_reading_without_end_is_refused(file, monkeypatch):
    monkeypatch.setattr(unreadable, "LONGEST_TRIAL", 0.05)
    with pytest.raises(UserError, match="does not come to an end"):
        refuse_crashing(file, lambda: time.sleep(60))


def test_what_the_trial_says_is_said(file):
    def refuse():
        raise UserError("it is no AnnData")

    with pytest.raises(UserError, match=r"^it is no AnnData$"):
        refuse_crashing(file, refuse)
    refuse_crashing(file, lambda: None)


def test_large_files_and_folders_are_not_tried(file, tmp_path, monkeypatch):
    monkeypatch.setattr(unreadable, "LARGEST_TRIAL", 0)
    refuse_crashing(file, lambda: os.kill(os.getpid(), signal.SIGSEGV))
    refuse_crashing(tmp_path, lambda: os.kill(os.getpid(), signal.SIGSEGV))
