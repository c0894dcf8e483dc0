import pytest

from scbig.conditions import target_genes, targets_of
from scbig.data.splits.holdout import Holdout
from scbig.errors import UserError

GENES = [f"G{i:02d}" for i in range(20)]
DOUBLES = [f"{a}+{b}" for a, b in zip(GENES, GENES[3:], strict=False)]


@pytest.mark.parametrize("seed", range(42, 47))
def test_no_training_condition_touches_a_held_out_gene(seed):
    split = Holdout(seed, n_genes=4, n_val_genes=2).split([*GENES, *DOUBLES])
    tested = {name for name in split.test if "+" not in name}
    assert len(tested) == 4
    for name in (*split.train, *split.val):
        assert tested.isdisjoint(targets_of(name))
    validated = {name for name in split.val if "+" not in name}
    assert len(validated) == 2
    for name in split.train:
        assert validated.isdisjoint(targets_of(name))
    # 20 genes and 4 held out: enough are in no tested condition to choose from
    assert validated.isdisjoint(target_genes(split.test))
    assert len(split.train) + len(split.val) + len(split.test) == len(GENES) + len(DOUBLES)


def test_more_genes_than_there_are():
    with pytest.raises(UserError, match="the screen perturbs 20"):
        Holdout(n_genes=15, n_val_genes=5).split(GENES)
    with pytest.raises(UserError, match="at least one gene"):
        Holdout(n_genes=0)


def test_selection_never_sees_a_tested_gene_that_training_lacks():
    # few genes and many combinations: validation genes meet tested ones
    genes = GENES[:9]
    doubles = [f"{a}+{b}" for i, a in enumerate(genes) for b in genes[i + 1 :]]
    for seed in range(10):
        split = Holdout(seed, n_genes=3, n_val_genes=3).split([*genes, *doubles])
        shown = set(target_genes(split.val)) & set(target_genes(split.test))
        assert shown <= set(target_genes(split.train))
