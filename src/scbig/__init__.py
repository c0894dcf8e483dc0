"""scbig: predict how single cells respond to genetic perturbations never measured."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from scbig.datamodule import PerturbationDataModule
    from scbig.file_evaluation import evaluate
    from scbig.inference import load

__all__ = ["PerturbationDataModule", "__version__", "evaluate", "load"]

#: Public names and where they live: ``import scbig`` stays light, each is imported when used.
_LAZY = {
    "PerturbationDataModule": "scbig.datamodule",
    "evaluate": "scbig.file_evaluation",
    "load": "scbig.inference",
}


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module 'scbig' has no attribute {name!r}")
