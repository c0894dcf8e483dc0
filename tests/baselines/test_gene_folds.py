import numpy as np

from scbig.baselines.gene_folds import FOLDS, gene_folds
from scbig.conditions import target_genes, targets_of

NAMES = sorted([*(f"A{i}" for i in range(9)), "A0+A1", "A2+A7", "A3+A4"])


def test_a_fold_hides_whole_genes() -> None:
    folds = list(gene_folds(NAMES, seed=3))
    assert len(folds) == FOLDS
    of_gene = np.random.default_rng(3).permutation(9) % FOLDS
    for fold, hidden in enumerate(folds):
        genes = {g for g, f in zip(target_genes(NAMES), of_gene, strict=True) if f == fold}
        expected = [bool(genes & set(targets_of(c))) for c in NAMES]
        assert hidden.tolist() == expected
    assert np.any(folds, axis=0).all()


def test_contexts_of_a_gene_are_hidden_together() -> None:
    names = sorted(f"A{i}@{c}" for i in range(6) for c in "xy")
    for hidden in gene_folds(names, seed=0):
        np.testing.assert_array_equal(hidden[::2], hidden[1::2])


def test_too_few_genes() -> None:
    assert list(gene_folds(["A", "B", "C", "D", "A+B"], seed=0)) == []
