"""The command line as a user types it, in the test's own process."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from scbig.cli import main

ROOT = Path(__file__).parents[1]
TINY = ["--config", str(ROOT / "conf" / "base.yaml"), "--config", str(ROOT / "tests" / "tiny.yaml")]
Command = Callable[..., int]


def command_in(folder: Path) -> Command:
    """``scbig`` as run in ``folder``: takes the words of the line, gives the exit code."""

    def run(*arguments: object) -> int:
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(folder)
            # the command line leaves the chosen folder to processes that it starts, not to the
            # next test
            patch.setenv("SCBIG_RUN_DIR", "")
            patch.setattr(sys, "argv", ["scbig", *map(str, arguments)])
            try:
                main()
            except SystemExit as stop:
                return int(stop.code or 0)
            return 0

    return run


def make_screen_files(scbig: Command) -> None:
    """A small synthetic screen and its priors, in ``files/`` of the folder of ``scbig``."""
    sizes = ("--n_genes", 60, "--n_targets", 14, "--n_pairs", 16, "--seed", 3)
    assert scbig("data", "make", "--out", "files", *sizes) == 0
