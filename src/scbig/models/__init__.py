"""LightningModules: they assemble, optimise and log; the mathematics is elsewhere."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scbig.models.fitted_baseline import FittedBaseline
    from scbig.models.scbig import ScBIG

__all__ = ["FittedBaseline", "ScBIG"]

_LAZY = {"FittedBaseline": "scbig.models.fitted_baseline", "ScBIG": "scbig.models.scbig"}


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module 'scbig.models' has no attribute {name!r}")
