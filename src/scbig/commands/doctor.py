"""``scbig doctor``: is this machine ready?"""

import os
import platform
import sys
import tempfile
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = ("scbig", "torch", "lightning", "torchmetrics", "jsonargparse", "anndata", "scanpy",
            "numpy", "scipy", "pandas", "igraph", "leidenalg", "wandb")  # fmt: skip


def doctor() -> None:
    """Versions, devices, write access, and a short training on a tiny synthetic screen."""
    print(f"python       {sys.version.split()[0]} on {platform.system()} {platform.machine()}")
    for name in PACKAGES:
        try:
            print(f"{name:<12} {version(name)}")
        except PackageNotFoundError:
            print(f"{name:<12} not installed")
    import torch

    from scbig.public_screens.folder import data_folder

    cuda = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
    print(f"processors   {os.cpu_count()}, torch uses {torch.get_num_threads()} threads")
    print(f"accelerators {', '.join(cuda) or 'none: training runs on the CPU'}")
    here = Path.cwd()
    print(f"write access {'yes' if os.access(here, os.W_OK) else 'NO'} in {here}")
    print(f"screens      of scbig data fetch are kept in {data_folder()}")
    started = time.monotonic()
    steps = _train_a_little()
    print(f"training     {steps} steps of scBIG in {time.monotonic() - started:.1f} s: works")


def _train_a_little() -> int:
    import logging
    import warnings

    from lightning import Trainer

    from scbig.data.synthetic import SyntheticSettings
    from scbig.datamodule import PerturbationDataModule
    from scbig.gene_modules.leiden import Leiden
    from scbig.models.scbig import ScBIG

    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    screen = SyntheticSettings(
        n_genes=60, n_programs=4, n_targets=12, n_pairs=8, cells_per_condition=20, n_controls=100
    )
    data = PerturbationDataModule(
        synthetic=screen, clusterer=Leiden(n_modules=4), batches_per_epoch=6, stability_seeds=1
    )
    with warnings.catch_warnings(), tempfile.TemporaryDirectory() as folder:
        warnings.simplefilter("ignore", FutureWarning)
        trainer = Trainer(
            max_epochs=1,
            logger=False,
            enable_checkpointing=False,
            enable_progress_bar=False,
            enable_model_summary=False,
            limit_val_batches=0,
            default_root_dir=folder,
            use_distributed_sampler=False,
            accelerator="auto",
            devices=1,
        )
        trainer.fit(ScBIG(pretrain_steps=3), datamodule=data)
    return int(trainer.global_step)
