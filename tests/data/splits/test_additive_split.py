import anndata
import pytest

from scbig.conditions import canonical, targets_of
from scbig.data.splits.additive import Additive
from scbig.errors import UserError

GENES = [f"G{i}" for i in range(8)]
DOUBLES = [f"{a}+{b}" for i, a in enumerate(GENES) for b in GENES[i + 1 :]]


@pytest.mark.real
@pytest.mark.parametrize(("seed", "scored"), [(42, 38), (43, 37), (44, 38)])
def test_published_sizes_on_norman(real_data, seed, scored):
    path = real_data / "norman2019_pseudobulk" / "norman2019_pseudobulk.h5ad"
    names = [canonical(label) for label in anndata.read_h5ad(path).obs["condition"]]
    split = Additive(seed).split(names)
    assert len(split.test) == 39
    assert sum(set(targets_of(name)) <= set(split.train) for name in split.test) == scored


def test_all_singles_are_trained_on():
    split = Additive(7).split([*GENES, *DOUBLES])
    assert set(GENES) <= set(split.train)
    assert (len(split.test), len(split.val)) == (int(0.3 * 28), int(0.15 * (28 - 8)))
    assert sorted([*split.train, *split.val, *split.test]) == sorted([*GENES, *DOUBLES])


@pytest.mark.real
def test_halves_and_quarters(real_data):
    path = real_data / "norman2019_pseudobulk" / "norman2019_pseudobulk.h5ad"
    names = [canonical(label) for label in anndata.read_h5ad(path).obs["condition"]]
    split = Additive(1, test_fraction=0.25, val_fraction=0.3334).split(names)
    doubles = [c for c in split.train if len(targets_of(c)) == 2]
    assert (len(doubles), len(split.val), len(split.test)) == (66, 32, 32)


def test_without_combinations_there_is_nothing_to_test():
    with pytest.raises(UserError, match="no test condition"):
        Additive().split(GENES)
