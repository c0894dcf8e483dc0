import inspect
import subprocess
import sys

import pytest

from scbig.commands.routes import GROUPS, POSITIONAL, ROUTES, commands_for, function_of


@pytest.mark.parametrize("words", ROUTES, ids=" ".join)
def test_every_route_leads_to_a_documented_function(words: tuple[str, ...]) -> None:
    function = function_of(words)
    assert inspect.getdoc(function)
    if words in POSITIONAL:
        name = POSITIONAL[words].removeprefix("--")
        assert name in inspect.signature(function).parameters


def test_a_named_command_comes_alone_and_a_group_whole() -> None:
    assert list(commands_for(["data", "prior", "build", "--out", "x"])["data"]) == [
        "_help",
        "prior",
    ]
    group = commands_for(["data", "--help"])
    assert {words[0] for words in ROUTES} == set(group)
    assert set(GROUPS) == {words[:n] for words in ROUTES for n in range(1, len(words))}
    assert set(commands_for(["nothing"])) == set(group)


def test_help_of_a_light_command_does_not_wait_for_torch() -> None:
    code = (
        "import sys; sys.argv = ['scbig', 'data', 'list', '--help']\n"
        "from scbig.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print('torch' in sys.modules, 'anndata' in sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.split() == ["False", "False"]
    assert "usage" in done.stdout
