import gc
import json
import weakref
from pathlib import Path
from typing import Any

import anndata as ad
import numpy as np
import pandas as pd
import pytest
import torch
from lightning import Callback, LightningModule, Trainer

from scbig.baselines.additive import Additive
from scbig.callbacks.evaluate import Evaluate
from scbig.datamodule import PerturbationDataModule
from scbig.evaluation import TRIVIAL
from scbig.models.fitted_baseline import FittedBaseline
from small_run import small_data, small_trainer


class Alive(Callback):
    """Counts the truths that outlive their batch."""

    def __init__(self) -> None:
        self.truths: list[weakref.ref[torch.Tensor]] = []
        self.most = 0

    def on_test_batch_end(
        self, trainer: Trainer, pl_module: LightningModule, outputs: Any, batch: Any, *_: Any
    ) -> None:
        self.truths.append(weakref.ref(batch.truth))
        gc.collect()
        self.most = max(self.most, sum(ref() is not None for ref in self.truths))


#: The screen of these tests has no contexts.
WITHOUT_CONTEXTS = set(TRIVIAL) - {"context_mean"}


@pytest.fixture(scope="module")
def data() -> PerturbationDataModule:
    return small_data()


@pytest.fixture(scope="module")
def tested(data, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Alive]:
    folder, alive = tmp_path_factory.mktemp("run"), Alive()
    trainer = small_trainer(folder, Evaluate(str(folder)), alive, logger=False)
    trainer.test(FittedBaseline(Additive), datamodule=data, verbose=False)
    return folder, alive


def test_a_test_writes_its_files(tested, data):
    folder = tested[0]
    scores = json.loads((folder / "metrics.json").read_text())
    assert scores["side"] == "test" and scores["n_conditions"] == len(data.split.test)
    assert {"FittedBaseline", *WITHOUT_CONTEXTS} <= set(scores["scores"])
    table = pd.read_csv(folder / "metrics_per_condition.csv")
    assert set(table["condition"]) == set(data.split.test)
    cells = ad.read_h5ad(folder / "predictions.h5ad")
    assert set(cells.obs["condition"]) == set(data.split.test)
    assert cells.X.dtype == np.float32


def test_trivial_baselines_are_scored_on_validation_too(tested, data):
    table = pd.read_csv(tested[0] / "validation_per_condition.csv")
    assert set(table["condition"]) == set(data.split.val)
    assert set(table["predictor"]) == WITHOUT_CONTEXTS


def test_cells_are_let_go_as_trials_pass(tested):
    # the one that is scored, and the one before it
    assert tested[1].most <= 2 < len(tested[1].truths)


def test_a_validation_while_fitting_scores_what_is_quick(data, tmp_path: Path):
    evaluate = Evaluate(str(tmp_path))
    trainer = small_trainer(tmp_path, evaluate, max_epochs=1, limit_val_batches=1.0)
    trainer.fit(FittedBaseline(Additive), datamodule=data)
    logged = trainer.callback_metrics
    assert {"val/selection_score", "val/energy_distance", "val/pearson_delta"} <= set(logged)
    # the mean of what the best checkpoint is chosen by
    scores = evaluate.state_dict()["history"][-1]
    assert set(scores) == set(data.split.val) and logged["val/selection_rank"] == -1
    assert np.mean(list(scores.values())) == pytest.approx(float(logged["val/selection_score"]))
    assert not {"val/de_overlap", "val/wasserstein"} & set(logged)
    assert not list(tmp_path.glob("*.json")) and not list(tmp_path.glob("*.h5ad"))
