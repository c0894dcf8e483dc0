import numpy as np
import torch
from changes_example import changes
from scipy.stats import false_discovery_control

from scbig.metrics.gene_changes import GeneChanges, benjamini_hochberg
from scbig.metrics.ranked_cells import RankedCells


def test_rates_equal_scipy():
    p = np.random.default_rng(0).random(50) ** 3
    p[3:6] = p[0]
    np.testing.assert_allclose(benjamini_hochberg(p), false_discovery_control(p), rtol=1e-12)


def test_fold_changes_are_of_linear_means():
    x, y = torch.tensor([[1.0, 0.0, 0.0], [0.0, 2.0, 0.0]]), torch.tensor([[0.5, 0.0, 0.0]] * 3)
    made = GeneChanges.between(RankedCells.of(x), RankedCells.of(y))
    expected = np.log2((np.expm1(1.0) / 2 + 1e-9) / (np.expm1(0.5) + 1e-9))
    assert np.isclose(made.log2_fold_change[0], expected)
    assert made.log2_fold_change[1] > 25  # absent in control: the pseudocount alone
    assert made.log2_fold_change[2] == 0


def test_called_genes_come_by_size():
    made = changes([0.5, -3.0, 9.0, 1.0], [0, 1, 3])
    assert made.significant.tolist() == [True, True, False, True]
    assert made.called.tolist() == [1, 3, 0]
