import numpy as np
import pytest

from scbig.data.schema import ScreenContract, read_screen
from small_screen import make_small_adata, make_small_screen


def test_strata_and_their_numbers():
    screen = make_small_screen()
    assert screen.strata.tolist() == [[0], [1]]
    np.testing.assert_array_equal(screen.stratum, screen.covariate_codes[:, 0])
    assert screen.condition_strata.sum() == len(screen.condition)
    np.testing.assert_array_equal(screen.condition_strata.sum(1), screen.cells_of)
    assert screen.condition_strata[0, 1] == ((screen.condition == 0) & (screen.stratum == 1)).sum()


def test_without_covariates_there_is_one_stratum():
    screen = make_small_screen(covariates=())
    assert screen.strata.shape == (1, 0)
    assert not screen.stratum.any()


def test_two_covariates_make_only_the_strata_that_occur():
    adata = make_small_adata()
    third = (np.arange(adata.n_obs) % 3 == 0) & (adata.obs["batch"] == "x").to_numpy()
    adata.obs["lane"] = np.where(third, "third", "other")
    screen = read_screen(adata, ScreenContract(covariates=["batch", "lane"]))
    assert {tuple(row) for row in screen.strata.tolist()} == {(0, 0), (0, 1), (1, 0)}
    np.testing.assert_array_equal(screen.strata[screen.stratum], screen.covariate_codes)


def test_choosing_genes_keeps_values_and_order():
    screen = make_small_screen()
    chosen = ("g5", "A", "g20")
    small = screen.with_genes(chosen)
    columns = [screen.genes.index(gene) for gene in chosen]
    np.testing.assert_array_equal(small.cells.toarray(), screen.cells.toarray()[:, columns])
    np.testing.assert_array_equal(small.counts.toarray(), screen.counts.toarray()[:, columns])
    assert small.genes == chosen
    assert screen.with_genes(screen.genes) is screen


def test_rows_of_conditions():
    screen = make_small_screen()
    rows = screen.rows_of(["A", "C+D"])
    names = np.asarray(screen.condition_names)[screen.condition]
    np.testing.assert_array_equal(rows, np.flatnonzero((names == "A") | (names == "C+D")))
    with pytest.raises(KeyError):
        screen.rows_of(["Z"])
