from planted_leaks import evidence, failing, notes

from small_screen import make_small_adata


def test_shared_control_cells_are_declared():
    found = evidence()
    assert failing(found) == [] and "120 control cells are shared" in notes(found)


def test_conditions_and_batches():
    adata = make_small_adata()
    adata = adata[~((adata.obs["condition"] == "A") & (adata.obs["batch"] == "y"))].copy()
    # a column that the data are not matched by: no control cell was in lane 9
    adata.obs["lane"] = ["9" if c == "B" else "1" for c in adata.obs["condition"]]
    found = evidence(adata)
    text = notes(found)
    assert "1 of 7 conditions are in one level of batch only" in text and ": A" in text
    assert "1 of 7 conditions have cells in levels of lane without control cells: B" in text
    assert failing(found) == []
