"""A small screen made by hand: two batches with a batch effect, singles, doubles, raw counts."""

import anndata
import numpy as np
import pandas as pd
import scipy.sparse as sp

from scbig.data.schema import ScreenContract, read_screen
from scbig.data.screen import Screen
from scbig.split import Split

CONDITIONS = ("control", "A", "B", "C", "D", "A+B", "B+C", "C+D")
SPLIT = Split("hand", 0, train=("A", "A+B", "B", "C"), val=("B+C",), test=("C+D", "D"))


def make_small_adata(seed: int = 0, n_genes: int = 30, cells: int = 40) -> anndata.AnnData:
    """Poisson counts; gene ``i`` doubles under target ``i`` of A, B, C, D; batch y has more."""
    rng = np.random.default_rng(seed)
    condition = np.repeat(CONDITIONS, [3 * cells] + [cells] * (len(CONDITIONS) - 1))
    batch = np.where(rng.random(len(condition)) < 0.4, "y", "x")
    rate = np.tile(rng.uniform(0.5, 4.0, n_genes), (len(condition), 1))
    for i, target in enumerate("ABCD"):
        rate[[target in name.split("+") for name in condition], i] *= 2.0
    rate[batch == "y", -5:] *= 3.0
    order = rng.permutation(len(condition))
    obs = pd.DataFrame(
        {
            "condition": pd.Categorical(condition[order]),
            "batch": pd.Categorical(batch[order]),
            "side": [SIDES.get(name, "train") for name in condition[order]],
        },
        index=[f"cell{i}" for i in range(len(condition))],
    )
    counts = sp.csr_matrix(rng.poisson(rate[order]).astype(np.float32))
    obs["total"] = np.asarray(counts.sum(1)).ravel() * 2.0
    names = [*"ABC", *(f"g{i}" for i in range(3, n_genes))]
    return anndata.AnnData(X=counts, obs=obs, var=pd.DataFrame(index=names))


def log_normalise(adata: anndata.AnnData) -> anndata.AnnData:
    """Turn counts into log1p of counts per 10,000, in place."""
    dense = adata.X.toarray()
    adata.X = sp.csr_matrix(np.log1p(1e4 * dense / dense.sum(1, keepdims=True)))
    return adata


SIDES = {name: side for side in ("train", "val", "test") for name in getattr(SPLIT, side)}


def make_small_screen(covariates: tuple[str, ...] = ("batch",), seed: int = 0) -> Screen:
    """The small screen, read."""
    return read_screen(make_small_adata(seed), ScreenContract(covariates=covariates))
