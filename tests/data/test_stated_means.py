import anndata as ad
import numpy as np
import scipy.sparse as sp

from scbig.data.stated_means import read_means, write_means


def made() -> tuple[ad.AnnData, np.ndarray]:
    rng = np.random.default_rng(0)
    cells = sp.random(6, 5, density=0.6, format="csr", dtype=np.float32, random_state=0)
    adata = ad.AnnData(cells, uns={"scbig": {}})
    adata.var_names = ["e", "b", "d", "a", "c"]
    means = rng.random((2, 5))
    write_means(adata, ["A", "A+B"], list(means))
    return adata, means


def test_means_come_back_to_the_last_bit_in_any_order_of_genes() -> None:
    adata, means = made()
    every = np.arange(5)
    found = read_means(adata, every, ["A+B", "A"], [])
    np.testing.assert_array_equal(np.stack([found["A"], found["A+B"]]), means)
    order = np.array([3, 1, 4, 2, 0])
    moved = read_means(adata[:, order].copy(), np.argsort(order), ["A"], [])
    assert list(moved) == ["A"]
    np.testing.assert_array_equal(moved["A"], means[0])


def test_of_other_cells_nothing_was_stated() -> None:
    adata, _ = made()
    adata.X.data[0] *= 2
    reported: list[str] = []
    assert read_means(adata, np.arange(5), ["A"], reported) == {}
    assert "the cells were changed" in reported[0]
    del adata.varm["stated_means"]
    assert read_means(adata, np.arange(5), ["A"], reported) == {} and len(reported) == 1
