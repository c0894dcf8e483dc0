"""The public screens there are: found by walking their package."""

import pkgutil
from importlib import import_module

import scbig.public_screens.screens
from scbig.errors import UserError, listed
from scbig.public_screens.public_screen import PublicScreen


def public_screens() -> dict[str, PublicScreen]:
    """Screen by name, in the order of their files."""
    found: dict[str, PublicScreen] = {}
    for entry in pkgutil.iter_modules(scbig.public_screens.screens.__path__):
        module = import_module(f"{scbig.public_screens.screens.__name__}.{entry.name}")
        for thing in vars(module).values():
            if isinstance(thing, PublicScreen):
                found[thing.name] = thing
    return found


def screen_named(name: str) -> PublicScreen:
    """The screen of a name.

    Raises:
        UserError: there is none.
    """
    screens = public_screens()
    if name not in screens:
        raise UserError(f"no public screen {name!r}: there are {listed(screens, 50)}")
    return screens[name]
