"""``PerturbationModel``: what the trainer, the command line and ``scbig.load`` rely on."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from lightning import LightningModule
from torch import Tensor

from scbig.component import describe
from scbig.data_spec import DataSpec
from scbig.errors import UserError
from scbig.predictor import Prediction, Predictor, Query, Trial

#: What a checkpoint describes and under which names; grows when older ones cannot be read.
FORMAT = 3


class PerturbationModel(LightningModule, ABC):
    """A model that is built from a ``DataSpec`` and answers queries.

    ``__init__`` only keeps settings; the networks are made by ``build``, from the data module's
    spec when a trainer runs, from the checkpoint's in ``scbig.load``. So a checkpoint, which holds
    the settings, the spec and the weights, needs no file of the training screen.

    Attributes:
        spec: what the model knows of its training data; ``None`` until built.
        stand_ins: closed forms that may answer instead of the model, by name.
        stand_in: name of the one that does, as validation conditions said; "" where none does.
        pattern: name of the one that the model takes after, by the same conditions; "" for the
            first.
    """

    spec: DataSpec | None = None
    stand_ins: Mapping[str, Predictor] = MappingProxyType({})
    stand_in: str = ""
    pattern: str = ""

    @property
    def pretraining(self) -> bool:
        """Whether the next step still prepares the latent space instead of the predictions."""
        return False

    @property
    def built_spec(self) -> DataSpec:
        """The spec, once built.

        Raises:
            RuntimeError: the model was not built.
        """
        if self.spec is None:
            raise RuntimeError("the model has no networks yet: fit it, or load a checkpoint")
        return self.spec

    @abstractmethod
    def build(self, spec: DataSpec) -> None:
        """Make the networks for ``spec`` and keep it."""

    @abstractmethod
    def predict(self, query: Query) -> Prediction:
        """Cells of ``query.condition``, one a source cell."""

    def reconstruct(self, cells: Tensor) -> tuple[Tensor, Tensor] | None:
        """``cells`` through the latent space, and through PCA of equal size; ``None`` without."""
        return None

    def configure_model(self) -> None:
        """Build from the trainer's data module; Lightning may call this more than once."""
        if self.spec is None:
            self.build(self.trainer.datamodule.spec)  # type: ignore[attr-defined]

    def validation_step(self, trial: Trial, batch_idx: int) -> dict[str, Prediction]:
        """Answer to one held-out condition; the evaluation callback scores it."""
        return {"prediction": self.predict(trial.query)}

    def test_step(self, trial: Trial, batch_idx: int) -> dict[str, Prediction]:
        """Answer to one held-out condition; the evaluation callback scores it."""
        return {"prediction": self.predict(trial.query)}

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Add settings and spec: plain values and tensors only."""
        checkpoint["scbig"] = {
            "format": FORMAT,
            "model": describe(self),
            "spec": self.built_spec.to_dict(),
            "stand_in": self.stand_in,
            "pattern": self.pattern,
        }

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Refuse weights of a model that was built for other data.

        Raises:
            UserError: genes or split differ.
        """
        kept = checkpoint.get("scbig")
        if kept is None:
            raise UserError("this checkpoint was not written by scbig: it has no data description")
        spec, theirs = self.built_spec, kept["spec"]
        if tuple(theirs["genes"]) != spec.genes:
            raise UserError(
                f"the checkpoint was trained on {len(theirs['genes'])} genes that are not the "
                f"{len(spec.genes)} genes of this data: use the training data and its settings"
            )
        if theirs["split"]["sha256"] != spec.split.sha256:
            raise UserError(
                "the checkpoint was trained under another split "
                f"({theirs['split']['name']!r}, not {spec.split.name!r}): its test conditions "
                "may have been trained on; use the run's own config.yaml"
            )
        self.restore(kept)

    def restore(self, kept: Mapping[str, Any]) -> None:
        """Take over what a checkpoint says beside settings, spec and weights.

        Raises:
            UserError: it names a stand-in that this model does not have.
        """
        names = [str(kept[name]) for name in ("stand_in", "pattern")]
        unknown = [name for name in names if name and name not in self.stand_ins]
        if unknown:
            raise UserError(
                f"by the checkpoint, {unknown[0]!r} answers instead of the model or is its "
                "pattern, and the model has no such stand-in: load it with the settings it was "
                "written with"
            )
        self.stand_in, self.pattern = names
