from pathlib import Path

import anndata as ad
import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
import torch

from scbig.data.prediction_file import PredictedCells, PredictionContract, PredictionFile
from scbig.data.stated_intervals import write_stated
from scbig.effect_uncertainty import MeanUncertainty
from scbig.predictor import Query

GENES = tuple(f"g{i}" for i in range(12))
CONDITIONS = ("A+B", "C", "D")


def uncertainty(seed: int) -> MeanUncertainty:
    rng = np.random.default_rng(seed)
    low = rng.random((2, len(GENES))).astype(np.float32)
    return MeanUncertainty(
        low=torch.from_numpy(low),
        high=torch.from_numpy(low + np.float32(0.1)),
        error=float(rng.random()) / 3,
        reliability=float(rng.random()) / 3,
        calibrated=seed % 2 == 0,
        retrieval=torch.from_numpy(rng.standard_normal(len(GENES)).astype(np.float32)),
    )


STATED = [uncertainty(seed) for seed in range(3)]


@pytest.fixture
def adata() -> ad.AnnData:
    rng = np.random.default_rng(0)
    labels = [c for c in CONDITIONS for _ in range(3)]
    out = ad.AnnData(sp.csr_matrix(rng.gamma(1.0, 0.8, (9, len(GENES))).astype(np.float32)))
    out.obs = pd.DataFrame({"condition": labels}, index=[f"c{i}" for i in range(9)])
    out.var_names = list(GENES)
    out.uns["scbig"] = {}
    write_stated(out, CONDITIONS, STATED)
    return out


def read(source: ad.AnnData | Path, genes: tuple[str, ...] = GENES) -> PredictedCells:
    return PredictionFile(source, PredictionContract()).read(genes, CONDITIONS)


def same(found: MeanUncertainty, stated: MeanUncertainty, columns: list[int]) -> bool:
    tensors = ((found.low, stated.low), (found.high, stated.high))
    return (
        all(torch.equal(a, b[:, columns]) for a, b in tensors)
        and torch.equal(found.retrieval, stated.retrieval[columns])
        and (found.error, found.reliability) == (stated.error, stated.reliability)
        and found.calibrated is stated.calibrated
    )


def test_a_file_keeps_every_bit(adata: ad.AnnData, tmp_path: Path) -> None:
    adata.write_h5ad(tmp_path / "p.h5ad")
    found = read(tmp_path / "p.h5ad").uncertainty
    assert list(found) == list(CONDITIONS)
    for condition, stated in zip(CONDITIONS, STATED, strict=True):
        assert same(found[condition], stated, list(range(len(GENES))))


def test_genes_and_rows_are_found_by_name(adata: ad.AnnData) -> None:
    order = np.random.default_rng(1).permutation(adata.n_obs)
    moved = adata[order][:, list(GENES[::-1])].copy()
    predicted = read(moved, GENES[2:7])
    assert same(predicted.uncertainty["C"], STATED[1], [2, 3, 4, 5, 6])
    control = torch.zeros(1, 5)
    answer = predicted.predict(Query("C", control, torch.zeros(1, 0).long(), control[0], 0))
    assert answer.uncertainty is predicted.uncertainty["C"]


def test_a_pseudobulk_carries_them_too(adata: ad.AnnData) -> None:
    bulk = read(adata[::3].copy())
    control = torch.zeros(1, len(GENES))
    answer = bulk.predict(Query("D", control, torch.zeros(1, 0).long(), control[0], 0))
    assert answer.cells is None and answer.uncertainty is bulk.uncertainty["D"]


def test_a_file_without_them_is_read_as_before(adata: ad.AnnData) -> None:
    bare = ad.AnnData(adata.X, obs=adata.obs[["condition"]], var=adata.var)
    found = read(bare)
    assert found.uncertainty == {} and found.reported == ()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda a: a.varm.pop("mean_low_95"),
        lambda a: a.varm.update({"retrieval_effects": np.zeros((12, 2))}),
        lambda a: a.obs.pop("reliability"),
    ],
)
def test_what_is_incomplete_is_ignored_and_said(adata: ad.AnnData, spoil) -> None:
    spoil(adata)
    found = read(adata)
    assert found.uncertainty == {}
    assert any("incomplete" in line for line in found.reported)


def test_what_is_no_interval_is_ignored_and_said(adata: ad.AnnData) -> None:
    for key, value in (("mean_low_80", 99.0), ("mean_high_95", np.nan)):
        spoiled = adata.copy()
        values = np.array(spoiled.varm[key])
        values[3, 1] = value
        spoiled.varm[key] = values
        found = read(spoiled)
        assert list(found.uncertainty) == ["A+B", "D"]
        assert any("1 conditions are not in order" in line for line in found.reported)
