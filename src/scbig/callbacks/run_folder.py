"""``RunFolder``: what a run leaves behind beside checkpoints and scores."""

import json
import os
import platform
import time
from pathlib import Path
from typing import Any

import torch
from lightning import Callback, LightningModule, Trainer

from scbig import __version__
from scbig.component import describe
from scbig.models.perturbation_model import PerturbationModel


class RunFolder(Callback):
    """Writes ``split.json``, ``modules.json`` and ``card.json`` of a run.

    The card says what was trained on what: hashes, versions, seed, hardware, wall time, coverage.

    Args:
        folder: of the run; the command line sets it.
        seed: of the run.
    """

    def __init__(self, folder: str = ".", seed: int = 0) -> None:
        self.folder = folder
        self.seed = seed
        self._started = 0.0

    def on_fit_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Write split and modules; start the clock."""
        assert isinstance(pl_module, PerturbationModel)
        self._started = time.monotonic()
        if trainer.is_global_zero:
            spec = pl_module.built_spec
            root = Path(self.folder)
            root.mkdir(parents=True, exist_ok=True)
            split = {**spec.split.to_dict(), "rule": describe(_data_of(trainer).split_rule)}
            (root / "split.json").write_text(json.dumps(split, indent=1) + "\n")
            said = {"sha256": spec.fitted_on, "data_sha256": spec.data_sha256}
            modules = {**spec.modules.to_dict(), "fitted_on": said}
            (root / "modules.json").write_text(json.dumps(modules, indent=1) + "\n")

    def on_fit_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Write the card."""
        assert isinstance(pl_module, PerturbationModel)
        if not trainer.is_global_zero:
            return
        spec = pl_module.built_spec
        data = _data_of(trainer)
        card = {
            "model": type(pl_module).__name__,
            "parameters": sum(p.numel() for p in pl_module.parameters()),
            "steps": trainer.global_step,
            "seed": self.seed,
            "data_sha256": spec.data_sha256,
            "split": spec.split.name,
            "split_sha256": spec.split.sha256,
            "genes": spec.n_genes,
            "scale": spec.scale,
            "modules": len(spec.modules.names),
            "module_stability": spec.modules.to_dict()["stability"],
            "coverage": data.coverage,
            "reported": list(data.reported),
            "version": __version__,
            "versions": spec.versions,
            "hardware": {
                "machine": platform.machine(),
                "processors": os.cpu_count(),
                "threads": torch.get_num_threads(),
                "devices": trainer.num_devices * trainer.num_nodes,
                "accelerator": type(trainer.accelerator).__name__,
            },
            "wall_seconds": round(time.monotonic() - self._started, 1),
        }
        path = Path(self.folder) / "card.json"
        path.write_text(json.dumps(card, indent=1, default=str) + "\n")


def _data_of(trainer: Trainer) -> Any:
    return trainer.datamodule  # type: ignore[attr-defined]
