import anndata
import pandas as pd
import pytest
import scanpy as sc
import torch

from scbig.metrics.interpolated_duplicate import interpolated_duplicate
from scbig.metrics.population import Population


def _cells(n: int, shift: torch.Tensor, seed: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return 3.0 + shift + torch.randn(n, len(shift), generator=generator, dtype=torch.float64)


def test_alpha_is_one_minus_the_adjusted_p_of_scanpy() -> None:
    shift = torch.cat([torch.zeros(20), torch.linspace(0.0, 1.0, 20)])
    half, other = _cells(40, shift, 0), _cells(400, torch.zeros(40), 1)
    m = torch.full((40,), 7.0, dtype=torch.float64)
    got = interpolated_duplicate(Population.of_cells(half), m, other.mean(0), other.var(0))
    names = [f"g{i}" for i in range(40)]
    group = pd.Categorical(["half"] * 40 + ["other"] * 400)
    adata = anndata.AnnData(
        torch.cat([half, other]).numpy(),
        obs=pd.DataFrame({"group": group}, index=[f"c{i}" for i in range(440)]),
        var=pd.DataFrame(index=names),
    )
    adata.uns["log1p"] = {"base": None}
    sc.tl.rank_genes_groups(adata, "group", groups=["half"], method="t-test_overestim_var")
    table = sc.get.rank_genes_groups_df(adata, "half").set_index("names")
    alpha = 1 - torch.from_numpy(table.loc[names, "pvals_adj"].to_numpy())
    torch.testing.assert_close(got, alpha * half.mean(0) + (1 - alpha) * m, rtol=1e-6, atol=1e-6)


def test_it_predicts_the_other_half_better_than_either_part() -> None:
    shift = torch.zeros(300)
    shift[:15] = 2.0
    half, measured = (_cells(40, shift, seed).mean(0) for seed in (0, 1))
    m = torch.full((300,), 3.0, dtype=torch.float64)
    got = interpolated_duplicate(
        Population.of_cells(_cells(40, shift, 0)), m, m, torch.ones(300, dtype=torch.float64)
    )
    error = {
        n: float((x - measured).square().mean()) for n, x in (("A", half), ("m", m), ("", got))
    }
    assert error[""] < error["A"] and error[""] < error["m"]


def test_limits() -> None:
    m = torch.zeros(4, dtype=torch.float64)
    same = Population.of_cells(torch.full((30, 4), 2.0))
    # no spread at all: equal means cannot be told apart, different ones surely can
    other = torch.tensor([2.0, 2.0, 2.0, 1.0])
    got = interpolated_duplicate(same, m, other, torch.zeros(4))
    torch.testing.assert_close(got, torch.tensor([0.0, 0.0, 0.0, 2.0], dtype=torch.float64))
    one = Population.of_cells(torch.full((1, 4), 2.0))
    assert torch.equal(interpolated_duplicate(one, m, other, torch.ones(4)), m)


def test_a_pseudobulk_is_not_tested() -> None:
    m = torch.zeros(2, dtype=torch.float64)
    got = interpolated_duplicate(Population.of_mean(torch.ones(2)), m, m, torch.ones(2))
    assert got.tolist() == pytest.approx([0.0, 0.0])
