"""``scbig fit``, ``validate`` and ``test``: Lightning's command line around one run folder."""

import logging
import re
import shutil
import sys
import warnings
from typing import Any

from lightning.pytorch.callbacks import ModelCheckpoint
from lightning.pytorch.cli import LightningArgumentParser, LightningCLI
from lightning.pytorch.utilities import rank_zero_only

from scbig.callbacks.evaluate import Evaluate
from scbig.callbacks.plain_progress import PlainProgress
from scbig.callbacks.run_folder import RunFolder
from scbig.callbacks.step_seed import StepSeed
from scbig.callbacks.whole_epochs import WholeEpochs
from scbig.checkpoint import model_of, read_checkpoint
from scbig.commands.run_folders import resolve, run_of_config
from scbig.component import TRUSTED
from scbig.data_spec import DataSpec
from scbig.datamodule import PerturbationDataModule
from scbig.errors import UserError
from scbig.models.perturbation_model import PerturbationModel


class ScbigCLI(LightningCLI):
    """Adds a run folder, self-contained checkpoints and honest scoring to Lightning's CLI."""

    def add_arguments_to_parser(self, parser: LightningArgumentParser) -> None:
        """Arguments of the run, and the callbacks that every run has."""
        parser.add_argument(
            "--name", type=str, default="scbig", help="name of the run: runs/<name>/version_<N>"
        )
        parser.add_argument(
            "--run_dir", type=str | None, default=None, help="folder of the run, instead of --name"
        )
        parser.add_lightning_class_args(ModelCheckpoint, "checkpoint")
        parser.add_lightning_class_args(ModelCheckpoint, "best")
        parser.add_lightning_class_args(Evaluate, "evaluate")
        shared: dict[str, Any] = {"enable_version_counter": False, "auto_insert_metric_name": False}
        parser.set_defaults(
            {f"checkpoint.{key}": value for key, value in shared.items()}
            | {"checkpoint.filename": "last", "checkpoint.every_n_train_steps": 100}
            | {f"best.{key}": value for key, value in shared.items()}
            | {"best.filename": "best", "best.monitor": "val/selection_rank"}
            | {"model": {"class_path": "scbig.models.scbig.ScBIG"}}
        )

    @staticmethod
    def subcommands() -> dict[str, set[str]]:
        """Prediction starts from another file and has a command of its own."""
        kept = ("fit", "validate", "test")
        return {name: skip for name, skip in LightningCLI.subcommands().items() if name in kept}

    def _parse_ckpt_path(self) -> None:
        """Nothing: what a checkpoint says of its model does not change the configuration."""

    def before_instantiate_classes(self) -> None:
        """Choose the run folder and point everything that writes at it."""
        config = self.config[self.subcommand]
        self.given = config.clone()
        run_dir = config.run_dir
        if run_dir is None and config.get("ckpt_path") in ("best", "last"):
            run_dir = run_of_config([str(path) for path in config.get("config") or []])
        self.folder, checkpoint = resolve(
            str(self.subcommand), config.name, run_dir, config.get("ckpt_path")
        )
        config.ckpt_path = checkpoint
        self.loaded = read_checkpoint(checkpoint) if checkpoint else None
        config.trainer.default_root_dir = str(self.folder)
        config.checkpoint.dirpath = config.best.dirpath = str(self.folder / "checkpoints")
        config.evaluate.folder = str(self.folder)
        loggers = config.trainer.logger
        for logger in loggers if isinstance(loggers, list) else []:
            arguments = logger.get("init_args")
            if arguments is not None and "save_dir" in arguments:
                arguments.save_dir = str(self.folder)
        callbacks: list[Any] = [
            RunFolder(str(self.folder), config.seed_everything),
            StepSeed(config.seed_everything),
            WholeEpochs(),
        ]
        if not sys.stderr.isatty():
            config.trainer.enable_progress_bar = False
            callbacks.append(PlainProgress())
        self.trainer_defaults["callbacks"] = callbacks

    def instantiate_classes(self) -> None:
        """Take the model of a checkpoint from the checkpoint, not from the configuration."""
        super().instantiate_classes()
        if self.loaded is not None:
            self.datamodule.adopt(DataSpec.from_dict(self.loaded["scbig"]["spec"]))
            if self.subcommand != "fit":
                self.model = model_of(self.loaded, self._packages())

    def _packages(self) -> list[str]:
        """Packages of the model that the configuration names: what it names is trusted."""
        text = self._parser(self.subcommand).dump(self.given, skip_none=True, format="yaml")
        paths = re.findall(r"class_path: (\w+)\.", text)
        return sorted({*TRUSTED, *paths})

    def _run_subcommand(self, subcommand: str) -> None:
        """Run; input that turns out wrong while training leaves no new folder behind."""
        existed = self.folder.exists()
        try:
            super()._run_subcommand(subcommand)
        except UserError:
            if not existed and self.trainer.is_global_zero:
                shutil.rmtree(self.folder, ignore_errors=True)
            raise

    def before_fit(self) -> None:
        """Read and build first: a run whose input is wrong leaves no folder behind."""
        self.model.build(self.datamodule.spec)
        _say("\n".join(self.datamodule.reported))
        if not self.datamodule.split.val:
            _say("no validation condition: the best checkpoint is the last one")
            self.trainer.limit_val_batches = 0
            for callback in self.trainer.checkpoint_callbacks:
                if isinstance(callback, ModelCheckpoint):
                    callback.monitor = None
        self._write_config()
        _say(f"run folder: {self.folder}")

    @rank_zero_only
    def _write_config(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / "config.yaml"
        if self.loaded is None or not path.exists():
            # as given: fitting it again makes a new version of the same run
            self.given.run_dir = None
            self.given.pop("config", None)
            parser = self._parser(self.subcommand)
            path.write_text(parser.dump(self.given, skip_none=False, format="yaml"))


@rank_zero_only
def _say(text: str) -> None:
    if text:
        sys.stderr.write(text + "\n")


def train() -> None:
    """Run the command in ``sys.argv``."""
    warnings.filterwarnings(
        "ignore",
        message=r"`isinstance\(treespec, LeafSpec\)` is deprecated",
        category=FutureWarning,
    )
    for name in ("lightning.pytorch", "lightning.fabric"):
        logging.getLogger(name).setLevel(logging.WARNING)
    ScbigCLI(
        PerturbationModel,
        PerturbationDataModule,
        subclass_mode_model=True,
        save_config_callback=None,
        seed_everything_default=0,
        auto_configure_optimizers=False,
        load_from_checkpoint_support=False,
        trainer_defaults={},
    )
