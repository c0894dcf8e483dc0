import json

import anndata
import pytest

from scbig.conditions import canonical, target_genes
from scbig.data.splits.published_test import PublishedTest
from scbig.errors import UserError

GENES = [f"G{i:02d}" for i in range(30)]
DOUBLES = [f"{a}+{b}" for a, b in zip(GENES, GENES[4:], strict=False)]


@pytest.mark.real
@pytest.mark.parametrize(("seed", "published"), [(1, 93), (2, 86), (3, 89)])
def test_lists_of_scperturbench_on_norman(real_data, seed, published):
    file = real_data / "norman2019_pseudobulk" / "norman2019_pseudobulk.h5ad"
    names = [canonical(label) for label in anndata.read_h5ad(file).obs["condition"]]
    path = real_data / "splits" / "scperturbench_test_perturbations_by_seed.json"
    split = PublishedTest(str(path), "Norman", seed).split(names)
    written = {canonical(c) for c in json.loads(path.read_text())["Norman"][f"seed{seed}"]}
    assert len(written) == published
    # one condition of seed 2, IGDCC3+TGFBR2, is not in these data
    assert written - set(split.test) == ({"IGDCC3+TGFBR2"} if seed == 2 else set())
    assert ("lacks 1" in split.name) == (seed == 2)
    used = [*split.train, *split.val, *split.test]
    assert set(used) <= set(names) and len(names) - len(used) <= 2
    shown = set(target_genes(split.val)) & set(target_genes(split.test))
    assert shown <= set(target_genes(split.train))
    if seed == 1:
        label = [split.label_subgroup(c) for c in split.test]
        counted = [label.count(k) for k in ("seen0", "seen1", "seen2", "unseen_single")]
        assert counted == [5, 51, 17, 20]


def test_validation_hides_genes_of_no_tested_condition(tmp_path):
    path = tmp_path / "lists.json"
    path.write_text(json.dumps({"Mine": {"seed3": ["G00", "ctrl+G01", "G04+G00"]}}))
    split = PublishedTest(str(path), "Mine", 3).split([*GENES, *DOUBLES])
    assert split.test == ("G00", "G00+G04", "G01")
    hidden = {c for c in split.val if "+" not in c}
    assert len(hidden) == 2  # 10 % of the 29 genes of the rest
    assert hidden.isdisjoint(target_genes(split.test))
    assert hidden.isdisjoint(target_genes(split.train))
    assert split == PublishedTest(str(path), "Mine", 3).split([*DOUBLES, *GENES])


def test_what_is_not_in_the_file(tmp_path):
    path = tmp_path / "lists.json"
    path.write_text(json.dumps({"Mine": {"seed1": ["A"]}}))
    for dataset, seed in (("Yours", 1), ("Mine", 2)):
        with pytest.raises(UserError, match="it has"):
            PublishedTest(str(path), dataset, seed).split(["A", "B"])
    with pytest.raises(UserError, match="no file"):
        PublishedTest(str(tmp_path / "x.json"), "Mine").split(["A", "B"])
    path.write_text("{")
    with pytest.raises(UserError, match="not JSON"):
        PublishedTest(str(path), "Mine").split(["A", "B"])
