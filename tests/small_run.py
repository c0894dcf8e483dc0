"""A small synthetic screen and a short fit, for tests of what stands above the rooms."""

from pathlib import Path
from typing import Any

from lightning import Trainer
from lightning.pytorch import Callback

from scbig.callbacks.curve_logger import CurveLogger
from scbig.callbacks.step_seed import StepSeed
from scbig.data.synthetic_settings import SyntheticSettings
from scbig.datamodule import PerturbationDataModule
from scbig.gene_modules.leiden import Leiden

SCREEN = SyntheticSettings(
    n_genes=60, n_programs=4, n_targets=14, n_pairs=16, cells_per_condition=24, n_controls=160
)


def small_data(**settings: Any) -> PerturbationDataModule:
    return PerturbationDataModule(
        **{
            "synthetic": SCREEN,
            "clusterer": Leiden(n_modules=4),
            "stability_seeds": 1,
            "conditions_per_batch": 4,
            "cells_per_condition": 16,
            "batches_per_epoch": 8,
            "evaluation_cells": 32,
        }
        | settings
    )


def small_trainer(folder: Path, *callbacks: Callback, **settings: Any) -> Trainer:
    return Trainer(
        **{
            "accelerator": "cpu",
            "devices": 1,
            "max_epochs": 3,
            "logger": CurveLogger(str(folder)),
            "log_every_n_steps": 1,
            "enable_checkpointing": False,
            "enable_progress_bar": False,
            "enable_model_summary": False,
            "num_sanity_val_steps": 0,
            "limit_val_batches": 0,
            "use_distributed_sampler": False,
            "default_root_dir": str(folder),
            "callbacks": [StepSeed(0), *callbacks],
        }
        | settings
    )
