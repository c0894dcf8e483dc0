"""The examples of docs/evaluate.md run, on files in the layout of each tool."""

import json
import re
import shlex
import sys
from pathlib import Path

import pytest

from scbig.cell_eval_referee import SHARED
from scbig.cli import main
from tool_files import TEST, TOOLS

DOC = Path(__file__).parents[1] / "docs" / "evaluate.md"


def sections() -> dict[str, str]:
    parts = re.split(r"^#+ (.+)$", DOC.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("tool", TOOLS)
def test_examples_run(
    tool: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    known = TOOLS[tool](tmp_path)
    (code,), (command,) = (blocks(sections()[tool], kind) for kind in ("python", "bash"))
    exec(compile(code, f"{DOC.name}: {tool}", "exec"), known)  # the page is part of this project
    words = shlex.split(command.replace("\\\n", " "))
    # one baseline is enough to see that the command works
    quick = ("--baselines", "[additive]", "--replicate", "false")
    monkeypatch.setattr(sys, "argv", [*words, *quick])
    capsys.readouterr()
    main()
    assert "report:" in capsys.readouterr().out
    name = words[words.index("--name") + 1] if "--name" in words else "predicted"
    folder = tmp_path / ("scores" if "--out" in words else f"evaluation/{name}")
    written = json.loads((folder / "metrics.json").read_text())
    lines = 2 if tool == "State" else 1
    assert written["model"] == name and written["n_conditions"] == lines * len(TEST)
    assert written["scores"][name]["all"]["mse"]["mean"] < 1.0


def test_every_shared_metric_is_in_the_table() -> None:
    table = sections()["cell-eval as a referee"]
    for theirs, shared in SHARED.items():
        stem, _, kind = theirs.partition("discrimination_score")
        assert theirs in table or (not stem and kind in table)
        assert shared.ours.removesuffix("_l2").removesuffix("_cosine") in table


def test_every_tool_has_a_test() -> None:
    tested = {title for title, text in sections().items() if blocks(text, "python")}
    assert tested == set(TOOLS)
