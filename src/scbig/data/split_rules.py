"""The split rules there are: found by walking their package, named by their module."""

import inspect
import pkgutil
from importlib import import_module
from typing import Any

import scbig.data.splits
from scbig.component import build_factory
from scbig.data.splits.split_rule import SplitRule
from scbig.errors import UserError, listed


def split_rules() -> dict[str, type[SplitRule]]:
    """Rule by the name of its module, such as ``simulation``."""
    found: dict[str, type[SplitRule]] = {}
    for entry in pkgutil.iter_modules(scbig.data.splits.__path__):
        module = import_module(f"{scbig.data.splits.__name__}.{entry.name}")
        for thing in vars(module).values():
            is_rule = inspect.isclass(thing) and issubclass(thing, SplitRule)
            if is_rule and thing is not SplitRule and thing.__module__ == module.__name__:
                found[entry.name] = thing
    return found


def rule_named(name: str, seed: int | None = None) -> SplitRule:
    """The rule of a module's name, with its default settings and a seed.

    Raises:
        UserError: there is no such rule, it has no seed, or it needs further settings.
    """
    rules = split_rules()
    if name not in rules:
        raise UserError(f"no split rule {name!r}: there are {listed(sorted(rules), 50)}")
    cls = rules[name]
    parameters = inspect.signature(cls).parameters
    needed = [p.name for p in parameters.values() if p.default is inspect.Parameter.empty]
    if needed or (seed is not None and "seed" not in parameters):
        wanted = f"needs {listed(needed)}" if needed else "has no seed"
        raise UserError(
            f"the split rule {name} {wanted}: write --split {cls.__module__}.{cls.__name__} and "
            "its settings as --split.NAME VALUE"
        )
    settings: dict[str, Any] = {} if seed is None else {"seed": seed}
    return cls(**settings)


def rule_described(described: Any) -> SplitRule | None:
    """The rule a file says it came from; ``None`` when it says none, or one we cannot build."""
    if not isinstance(described, dict) or "class_path" not in described:
        return None
    try:
        made = build_factory({**described, "init_args": described.get("init_args") or {}})()
    except (UserError, TypeError):
        return None
    return made if isinstance(made, SplitRule) else None
