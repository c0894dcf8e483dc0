"""Checkpoints: read without running code in them, and made into models again."""

import pickle
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

from scbig.component import TRUSTED, build_factory
from scbig.data_spec import DataSpec
from scbig.errors import UserError
from scbig.models.perturbation_model import FORMAT, PerturbationModel


def read_checkpoint(path: str | Path) -> dict[str, Any]:
    """A checkpoint as plain values and tensors; no code in it is run.

    Raises:
        UserError: no such file, not a checkpoint, or not one of this version of scbig.
    """
    try:
        checkpoint = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise UserError(f"no checkpoint at {path}") from None
    except (RuntimeError, pickle.UnpicklingError, EOFError, ValueError, KeyError, OSError) as error:
        first = str(error).strip().splitlines()[0][:120] if str(error).strip() else "empty file"
        raise UserError(
            f"{path} cannot be read as a checkpoint, it may be cut off or corrupt: {first}"
        ) from None
    if not isinstance(checkpoint, dict) or "scbig" not in checkpoint:
        raise UserError(f"{path} was not written by scbig: it has no data description")
    written = checkpoint["scbig"].get("format")
    if written != FORMAT:
        raise UserError(
            f"{path} is a checkpoint of format {written} and this version of scbig reads format "
            f"{FORMAT}: use the version that wrote it, or train again"
        )
    return checkpoint


def model_of(checkpoint: dict[str, Any], trusted: Sequence[str] = TRUSTED) -> PerturbationModel:
    """The model of a checkpoint, built and with its (averaged) weights.

    Args:
        checkpoint: as ``read_checkpoint`` returns it.
        trusted: packages whose classes it may name; others are refused.

    Raises:
        UserError: the description and the weights do not fit, or what it names is not there.
    """
    kept = checkpoint["scbig"]
    model = build_factory(kept["model"], trusted)()
    if not isinstance(model, PerturbationModel):
        raise UserError(f"{kept['model'].get('class_path')} of the checkpoint is not a model")
    model.build(DataSpec.from_dict(kept["spec"]))
    model.restore(kept)
    try:
        model.load_state_dict(checkpoint["state_dict"])
    except RuntimeError:
        written = kept["spec"]["versions"].get("scbig", "unknown")
        raise UserError(
            f"the weights of the checkpoint do not fit its description: it was written by scbig "
            f"{written}, this is {version('scbig')}; use that version or train again"
        ) from None
    return model.eval()
