"""The README says what is there: its commands, options, overlays and targets exist."""

import inspect
import re
from pathlib import Path

import pytest

from scbig.cli import TRAINER_COMMANDS
from scbig.commands.data import check, make
from scbig.commands.data_audit import audit
from scbig.commands.data_pack import pack
from scbig.commands.data_split import split
from scbig.commands.evaluate import evaluate_file
from scbig.commands.modules import modules
from scbig.commands.predict import predict
from scbig.commands.screen_file import ScreenFile
from scbig.datamodule import PerturbationDataModule
from scbig.models.scbig import ScBIG

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
BLOCKS = "\n".join(
    re.findall(r"^```\w*\n(.*?)^```", README, flags=re.DOTALL | re.MULTILINE)
).replace("\\\n", " ")
SCBIG = [line.split("#")[0].split() for line in BLOCKS.splitlines() if line.startswith("scbig ")]
COMMANDS = {
    "predict": predict,
    "evaluate": evaluate_file,
    "modules": modules,
    "data check": check,
    "data make": make,
    "data split": split,
    "data audit": audit,
    "data pack": pack,
}


def options_of(command: str) -> tuple[set[str], set[str]]:
    """Options at the top, and those below ``--data.``."""
    if command in TRAINER_COMMANDS:
        top = {"config", "name", "run_dir", "ckpt_path", "seed_everything"}
        return top, set(inspect.signature(PerturbationDataModule).parameters)
    return (
        set(inspect.signature(COMMANDS[command]).parameters),
        set(inspect.signature(ScreenFile).parameters),
    )


@pytest.mark.parametrize("words", SCBIG, ids=" ".join)
def test_commands_and_options_exist(words: list[str]) -> None:
    command = " ".join(words[1:3]) if words[1] == "data" else words[1]
    top, data = options_of(command)
    for option in (word[2:].split("=")[0] for word in words if word.startswith("--")):
        group, _, name = option.partition(".")
        if group == "data":
            assert name.split(".")[0] in data, option
        elif group == "model":
            parameter = name.removeprefix("init_args.").split(".")[0]
            assert parameter in inspect.signature(ScBIG).parameters, option
        else:
            assert group in top, option


def test_there_are_commands_and_their_files_exist() -> None:
    assert len(SCBIG) >= 8
    for path in re.findall(r"conf/[\w/]+\.yaml", README):
        assert (ROOT / path).is_file(), path


def test_targets_exist() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"^make (\w+)", BLOCKS, flags=re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, flags=re.MULTILINE), target


def test_profiles_of_the_benchmark_exist() -> None:
    matrix = (ROOT / "benchmarks" / "matrix.yaml").read_text()
    makefile = (ROOT / "Makefile").read_text()
    for profile in re.findall(r"PROFILE=(\w+)", README):
        known = re.search(rf"^  {profile}:", matrix, flags=re.MULTILINE)
        assert known or f"$(filter {profile},$(PROFILE))" in makefile, profile
