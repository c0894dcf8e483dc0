"""Components by class path: ``{"class_path": ..., "init_args": {...}}`` to object and back.

The command line parses this form into objects (jsonargparse); a checkpoint keeps it, so that a
model can be built again without the command line. The class path is the only registry.
"""

import functools
import inspect
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from scbig.errors import UserError, listed

#: Packages whose classes a checkpoint may name.
TRUSTED = ("scbig",)

_PLAIN = (str, int, float, bool, type(None))


def describe(thing: Any) -> Any:
    """The plain form of a component, a factory of one, or a container of them.

    A factory is a class or a ``functools.partial`` of one: what jsonargparse makes of a
    ``Callable[[DataSpec], Encoder]`` argument. An instance must keep its ``__init__`` arguments
    as attributes of the same names.

    Raises:
        TypeError: the thing cannot be described, a lambda for example.
    """
    if isinstance(thing, _PLAIN):
        return thing
    if isinstance(thing, dict):
        return {key: describe(value) for key, value in thing.items()}
    if isinstance(thing, list | tuple):
        return [describe(value) for value in thing]
    if isinstance(thing, functools.partial):
        # jsonargparse binds its own instantiator first, the class second
        cls = next((a for a in (thing.func, *thing.args) if isinstance(a, type)), None)
        if cls is not None:
            return _entry(cls, thing.keywords)
    if isinstance(thing, type):
        return _entry(thing, {})
    if type(thing).__module__ != "builtins":
        # of the class, not of its __init__: a class without one inherits (*args, **kwargs)
        names = list(inspect.signature(type(thing)).parameters)
        return _entry(type(thing), {name: getattr(thing, name) for name in names})
    raise TypeError(
        f"{thing!r} cannot be described: give a class, a functools.partial of one, "
        "or an object that keeps its arguments as attributes"
    )


def _entry(cls: type, arguments: dict[str, Any]) -> dict[str, Any]:
    path = f"{cls.__module__}.{cls.__qualname__}"
    return {"class_path": path, "init_args": {k: describe(v) for k, v in arguments.items()}}


def find_class(class_path: str, trusted: Sequence[str] = TRUSTED) -> type:
    """The class at a dotted path.

    Args:
        class_path: as a checkpoint or a configuration names it.
        trusted: top-level packages that may be imported: building a class runs its code.

    Raises:
        UserError: there is none, or its package is not trusted.
    """
    package = class_path.partition(".")[0]
    if package not in trusted:
        raise UserError(
            f"the class {class_path!r} is of the package {package!r}, and only {listed(trusted)} "
            "is trusted: name the package as trusted if you know its code"
        )
    module, _, name = class_path.rpartition(".")
    try:
        found = getattr(import_module(module), name)
    except (ImportError, AttributeError, ValueError):
        raise UserError(f"no class {class_path!r}: check the spelling, or install it") from None
    if not isinstance(found, type):
        raise UserError(f"{class_path!r} is not a class")
    return found


def build_factory(
    description: dict[str, Any], trusted: Sequence[str] = TRUSTED
) -> functools.partial[Any]:
    """Factory of a described component; nested descriptions become factories too.

    Raises:
        UserError: a class is not there, or not trusted (``find_class``).
    """
    arguments = {k: _revive(v, trusted) for k, v in description.get("init_args", {}).items()}
    return functools.partial(find_class(description["class_path"], trusted), **arguments)


def _revive(value: Any, trusted: Sequence[str]) -> Any:
    if isinstance(value, dict) and "class_path" in value:
        return build_factory(value, trusted)
    if isinstance(value, dict):
        return {key: _revive(item, trusted) for key, item in value.items()}
    if isinstance(value, list):
        return [_revive(item, trusted) for item in value]
    return value
