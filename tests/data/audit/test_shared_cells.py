import anndata
import numpy as np
import pytest
from planted_leaks import evidence, failing, notes, only

from scbig.data.audit.shared_cells import make_names_unique, split_names
from small_screen import make_small_adata


def copies(adata, of, to, n=5, names=None, noise=0.0):
    """``n`` cells of a condition once more, under another condition and other names."""
    rows = np.flatnonzero(adata.obs["condition"] == of)[:n]
    more = adata[rows].copy()
    more.obs["condition"] = to
    more.obs_names = names or [f"other{i}" for i in range(n)]
    if noise:
        more.X.data = np.maximum(1, np.rint(more.X.data * (1 + noise)))
    joined = anndata.concat([adata, more], merge="same")
    joined.obs["condition"] = joined.obs["condition"].astype(str)
    return joined


@pytest.mark.parametrize("to", ["A", "control", "B+C"])
def test_cells_of_a_tested_condition_on_another_side_under_other_names(to):
    text = only(evidence(copies(make_small_adata(), "D", to))).text
    assert "5 pairs of cells have equal expression on two sides" in text and "(D, test)" in text


def test_duplicate_cells_under_another_condition_of_the_same_side():
    text = only(evidence(copies(make_small_adata(), "A", "B"))).text
    assert "under two conditions" in text


def test_duplicates_inside_a_condition_are_noted():
    found = evidence(copies(make_small_adata(), "A", "A"))
    assert failing(found) == [] and "in one condition" in notes(found)


@pytest.fixture
def barcoded():
    adata = make_small_adata()
    rng = np.random.default_rng(5)
    letters = rng.choice(list("ACGT"), (adata.n_obs, 16))
    lane = rng.integers(1, 4, adata.n_obs)
    adata.obs_names = ["".join(b) + f"-{k}" for b, k in zip(letters, lane, strict=True)]
    return adata


def test_distinct_barcodes_have_nothing(barcoded):
    assert failing(evidence(barcoded)) == []


def test_barcodes_that_are_the_same_without_their_lane(barcoded):
    rows = np.flatnonzero(barcoded.obs["condition"] == "D")[:4]
    names = [name.split("-")[0] for name in barcoded.obs_names[rows]]
    # the expression differs, as after another quantification
    found = failing(evidence(copies(barcoded, "D", "A", 4, names, noise=0.4)))
    assert any("4 pairs of cells share their barcode on two sides" in f.text for f in found)


def test_more_barcodes_shared_across_lanes_than_chance_explains(barcoded):
    names = list(barcoded.obs_names)
    test = np.flatnonzero(barcoded.obs["condition"] == "D")
    train = np.flatnonzero(barcoded.obs["condition"] == "A")
    lane_of = {"1": "2", "2": "3", "3": "1"}
    for a, b in zip(test[:20], train[:20], strict=True):
        barcode, lane = names[a].split("-")
        names[b] = f"{barcode}-{lane_of[lane]}"
    barcoded.obs_names = names
    assert (
        "are expected by chance: the same cells may be there twice" in only(evidence(barcoded)).text
    )


def test_one_shared_barcode_across_lanes_is_chance(barcoded):
    names = list(barcoded.obs_names)
    barcode, lane = names[0].split("-")
    names[1] = f"{barcode}-{'2' if lane != '2' else '3'}"
    barcoded.obs_names = names
    found = evidence(barcoded)
    assert failing(found) == [] and "are expected by chance" in notes(found)


def test_numbers_that_count_the_cells_are_no_endings():
    names = tuple(f"cell_{i:03}" for i in range(20))
    barcode, _ = split_names(names)
    assert barcode.tolist() == list(names)
    barcode, _ = split_names((*names, "cell_003-1"))
    assert barcode.tolist()[-1] == "cell_003"


def test_names_and_their_endings():
    names = ("AAACCCGGGTTT-1", "lane2_AAACCCGGGTTT", "cell5", "cell5-1", "s1_c2")
    barcode, ending = split_names(names)
    assert barcode.tolist() == ["AAACCCGGGTTT", "AAACCCGGGTTT", "cell5", "cell5", "s1_c2"]
    assert ending.tolist() == ["|-1", "lane2_|", "|", "|-1", "|"]


@pytest.mark.filterwarnings("ignore:Observation names are not unique")
def test_names_that_repeat():
    adata = make_small_adata()
    assert make_names_unique(adata) == []
    adata.obs_names = ["cell0", "cell0", *adata.obs_names[2:]]
    (line,) = make_names_unique(adata)
    assert "1 cell names are there more than once: cell0" in line
    assert adata.obs_names.is_unique


@pytest.mark.real
def test_the_panels_have_no_cell_twice(real_data):
    # five pairs of barcodes across eight lanes, 6.8 expected
    from scbig.data.audit.evidence import Evidence
    from scbig.data.audit.shared_cells import check_barcodes, check_equal_cells
    from scbig.data.audit.written_split import WrittenSplit
    from scbig.data.schema import ScreenContract, read_screen
    from scbig.data.splits.additive import Additive

    path = real_data / "norman2019_subset" / "norman2019_subset.h5ad"
    screen = read_screen(path, ScreenContract(layer="counts", library_key="ncounts"))
    found = Evidence(screen, WrittenSplit.of(Additive(42).split(screen.conditions)))
    assert list(check_equal_cells(found)) == []
    (note,) = check_barcodes(found)
    assert note.severity == "note" and "5 pairs" in note.text
