import numpy as np
import pytest
import torch
from changes_example import changes
from sklearn.metrics import average_precision_score

from scbig.metrics.de_auprc import de_auprc
from scbig.metrics.gene_changes import GeneChanges


def test_equals_scikit_learn_with_ties():
    rng = np.random.default_rng(0)
    rate = rng.random(60).round(1)
    rate[:4] = [1e-30, 1e-12, 1e-11, 0.0]  # as sure as each other
    fdr = torch.from_numpy(rate)
    label = rng.random(60) < 0.3
    true = changes([1.0] * 60, np.flatnonzero(label).tolist())
    expected = average_precision_score(label, -np.log10(np.maximum(rate, 1e-10)))
    got = float(de_auprc(GeneChanges(fdr, fdr, fdr), true))
    assert got == pytest.approx(expected, abs=1e-12)


def test_telling_nothing_scores_the_share():
    true = changes([1.0] * 10, [0, 1, 2])
    assert float(de_auprc(changes([1.0] * 10, []), true)) == pytest.approx(0.3)


def test_one_class_is_undefined():
    for called in ([], [0, 1, 2]):
        assert np.isnan(float(de_auprc(changes([1.0] * 3, [0]), changes([1.0] * 3, called))))
