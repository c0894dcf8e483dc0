"""Which function a command calls; nothing is imported before it is asked for."""

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

#: Words of each command, module below ``scbig.commands`` and function.
ROUTES = {
    ("predict",): ("predict", "predict"),
    ("evaluate",): ("evaluate", "evaluate_file"),
    ("modules",): ("modules", "modules"),
    ("data", "list"): ("data_list", "list_screens"),
    ("data", "fetch"): ("data_fetch", "fetch"),
    ("data", "check"): ("data_check", "check"),
    ("data", "import"): ("data_import", "import_screen"),
    ("data", "split"): ("data_split", "split"),
    ("data", "audit"): ("data_audit", "audit"),
    ("data", "pack"): ("data_pack", "pack"),
    ("data", "make"): ("data_make", "make"),
    ("data", "prior", "build"): ("data_prior_build", "build"),
    ("data", "prior", "expression"): ("data_prior_expression", "expression"),
    ("data", "prior", "check"): ("data_prior_check", "check"),
    ("doctor",): ("doctor", "doctor"),
}
#: What groups of commands are for.
GROUPS = {
    ("data",): "Get, make and check screens and splits.",
    ("data", "prior"): "Make and check embeddings of genes.",
}
#: Commands that may be followed by what an option of theirs names: ``scbig data check F`` is
#: ``scbig data check --data F``.
POSITIONAL = {
    ("modules",): "--data",
    ("data", "check"): "--data",
    ("data", "import"): "--data",
    ("data", "split"): "--data",
    ("data", "audit"): "--data",
    ("data", "pack"): "--data",
    ("data", "fetch"): "--name",
    ("data", "prior", "expression"): "--data",
    ("data", "prior", "check"): "--embedding",
}


def function_of(words: tuple[str, ...]) -> Callable[..., None]:
    """The function behind a command."""
    module, name = ROUTES[words]
    function: Callable[..., None] = getattr(import_module(f"scbig.commands.{module}"), name)
    return function


def commands_for(arguments: Sequence[str]) -> dict[str, Any]:
    """Commands that ``arguments`` may mean, nested by their words, as ``auto_cli`` takes them.

    One, where they name one: help and parsing do not wait for the imports of the others.
    """
    named = [words for words in ROUTES if tuple(arguments[: len(words)]) == words]
    tree: dict[str, Any] = {}
    for words in named or ROUTES:
        level = tree
        for depth, word in enumerate(words[:-1], 1):
            level = level.setdefault(word, {"_help": GROUPS[words[:depth]]})
        level[words[-1]] = function_of(words)
    return tree
