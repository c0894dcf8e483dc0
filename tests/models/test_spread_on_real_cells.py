"""100 control cells to start from: the population that comes out must not collapse."""

from pathlib import Path

import numpy as np
import torch

from scbig.baselines.effect_mean import EffectMean
from scbig.baselines.gaussian_process import GaussianProcess
from scbig.baselines.shifted_control import ShiftedControl
from scbig.data.splits.additive import Additive
from scbig.datamodule import PerturbationDataModule
from scbig.gene_modules.leiden import Leiden
from scbig.models.scbig import ScBIG
from small_run import small_trainer

#: Genes whose variance is below are not expressed enough for it to be known, as in the metric.
LEAST = 1e-3


def spread(predicted: torch.Tensor, measured: torch.Tensor) -> float:
    """Median over genes of predicted over measured variance."""
    true = measured.double().var(0)
    return float((predicted.double().var(0) / true)[true > LEAST].median())


def test_variance_stays_with_a_hundred_controls(real_data: Path, tmp_path: Path) -> None:
    data = PerturbationDataModule(
        path=str(real_data / "norman2019_subset" / "norman2019_subset.h5ad"),
        layer="counts",
        library_key="ncounts",
        split=Additive(test_fraction=0.4, val_fraction=0.25),
        clusterer=Leiden(n_modules=8),
        stability_seeds=1,
        cells_per_condition=32,
        batches_per_epoch=100,
    )
    torch.manual_seed(0)
    model = ScBIG(pretrain_steps=100)
    small_trainer(tmp_path, max_epochs=3).fit(model, datamodule=data)
    shift = ShiftedControl(EffectMean(GaussianProcess(), data.spec.effects))
    ours, shifted = [], []
    for trial in data.trials("test"):
        for found, predictor in ((ours, model.eval()), (shifted, shift)):
            cells = predictor.predict(trial.query).cells
            assert cells is not None
            found.append(spread(cells, trial.truth))
    # single conditions have 80 to 100 cells: their ratios scatter, their mean must not
    assert 0.8 < np.mean(ours) < 1.25 and min(ours) > 0.5, ours
    # what it is held against: the same mean without counts does collapse
    assert np.mean(shifted) < 0.75 and all(a > b for a, b in zip(ours, shifted, strict=True))
