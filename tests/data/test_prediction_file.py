import anndata as ad
import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

from scbig.data.prediction_file import PredictionContract, PredictionFile
from scbig.data.stated_means import digest_of_cells
from scbig.errors import UserError
from scbig.expression import log1p_cp10k

GENES = tuple(f"g{i}" for i in range(12))


def made(labels: list[str], seed: int = 0) -> ad.AnnData:
    rng = np.random.default_rng(seed)
    values = rng.gamma(1.0, 0.8, (len(labels), len(GENES))).astype(np.float32)
    out = ad.AnnData(sp.csr_matrix(values))
    out.obs = pd.DataFrame({"condition": labels}, index=[f"c{i}" for i in range(len(labels))])
    out.var_names = list(GENES)
    return out


def test_rows_and_genes_are_found_by_name() -> None:
    adata = made(["B+A", "ctrl", "C", "A+B", "D"])
    wanted = GENES[::-2]
    read = PredictionFile(adata, PredictionContract()).read(wanted, ["A+B", "C"])
    where = [GENES.index(gene) for gene in wanted]
    np.testing.assert_array_equal(
        read.cells[read.rows["A+B"]].toarray(), adata.X[[0, 3]].toarray()[:, where]
    )
    assert read.controls.shape == (1, len(wanted))
    assert any("predicted genes" in line for line in read.reported)
    assert any("pseudobulk" in line for line in read.reported)


def test_labels_of_other_tools() -> None:
    contract = PredictionContract(label_style="underscore", control_label="unperturbed")
    file = PredictionFile(made(["B_A", "unperturbed", "C"]), contract)
    assert file.conditions == ("A+B", "C")


def test_the_context_of_the_truth_is_a_column_or_in_the_label() -> None:
    adata = made(["A", "A", "control"])
    adata.obs["line"] = ["K562", "RPE1", "K562"]
    contract = PredictionContract()
    assert PredictionFile(adata, contract, "line").conditions == ("A@K562", "A@RPE1")
    named = made(["A@K562", "B@RPE1"])
    assert PredictionFile(named, contract, "line").conditions == ("A@K562", "B@RPE1")
    with pytest.raises(UserError, match="not split by one"):
        PredictionFile(named, contract)
    with pytest.raises(UserError, match="no obs column 'line'"):
        PredictionFile(made(["A"]), contract, "line")


def test_counts_are_normalised() -> None:
    adata = made(["A", "A", "A"])
    adata.X = sp.csr_matrix(np.rint(adata.X.toarray() * 20).astype(np.float32))
    library = np.asarray(adata.X.sum(1)).ravel() * 2.0
    adata.obs["total"] = library
    read = PredictionFile(adata, PredictionContract(scale="counts", library_key="total"))
    np.testing.assert_allclose(
        read.read(GENES, ["A"]).cells.toarray(), log1p_cp10k(adata.X, library).toarray()
    )


def test_a_predicted_cell_may_exceed_the_total_of_a_measured_one() -> None:
    adata = made(["A", "A"])
    adata.X = sp.csr_matrix(np.full(adata.shape, 7.5, dtype=np.float32))
    assert PredictionFile(adata, PredictionContract()).read(GENES, ["A"]).cells.max() == 7.5


def test_stated_means_are_used_while_the_cells_are_those_they_were_stated_with() -> None:
    adata = made(["A", "A", "B", "B"])
    stated = np.random.default_rng(1).random((len(GENES), 2))
    adata.varm["stated_means"] = stated
    adata.uns["scbig"] = {
        "stated_means_of": ["A", "B"],
        "cells_sha256": digest_of_cells(adata.X, adata.var_names),
    }
    read = PredictionFile(adata, PredictionContract()).read(GENES, ["A", "B"])
    np.testing.assert_array_equal(read.stated["B"], stated[:, 1])
    adata.X = adata.X * 1.01
    changed = PredictionFile(adata, PredictionContract()).read(GENES, ["A", "B"])
    assert not changed.stated and any("changed" in line for line in changed.reported)


def test_clipping_counts_what_it_changes() -> None:
    adata = made(["A", "A"])
    adata.X[0, 3], adata.X[1, 0] = -0.01, -0.02
    with pytest.raises(UserError, match="2 of 24 values are negative"):
        PredictionFile(adata, PredictionContract()).read(GENES, ["A"])
    read = PredictionFile(adata, PredictionContract(clip=True)).read(GENES, ["A"])
    assert read.cells.min() == 0 and adata.X.min() < 0
    assert any(line.startswith("2 negative values") for line in read.reported)
