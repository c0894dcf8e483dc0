import anndata
import numpy as np
import pandas as pd
from planted_leaks import evidence, failing, only


def predicted(cells, genes, **uns):
    obs = pd.DataFrame(
        {"condition": ["D"] * cells.shape[0]}, index=[f"p{i}" for i in range(cells.shape[0])]
    )
    return anndata.AnnData(X=cells, obs=obs, var=pd.DataFrame(index=list(genes)), uns=uns)


def test_copies_of_tested_cells():
    screen = evidence().screen
    copied = screen.cells[screen.rows_of(["D"])[:7]]
    text = only(evidence(predictions=predicted(copied, screen.genes))).text
    assert "7 of 7 predicted cells equal measured cells" in text


def test_other_cells_and_other_splits():
    found = evidence()
    screen = found.screen
    own = screen.cells[screen.rows_of(["D"])[:7]].copy()
    own.data = own.data * 1.05
    good = {"split_sha256": found.split.sha256}
    assert failing(evidence(predictions=predicted(own, screen.genes, scbig=good))) == []
    bad = {"split_sha256": "0" * 64}
    found = evidence(predictions=predicted(own, screen.genes, scbig=bad))
    assert "another split" in only(found).text
    strange = predicted(own, [f"x{i}" for i in range(len(screen.genes))])
    assert only(evidence(predictions=strange)).severity == "unproven"
    assert np.isfinite(own.data).all()
