from pathlib import Path

import numpy as np
import pytest

from scbig.errors import UserError
from scbig.public_screens.screens.replogle2022 import (
    FOUR_CELL_LINES,
    K562_ESSENTIAL,
    K562_GENOME_WIDE,
    RPE1,
)
from source_files import converted, log_normalised, miniature, same_cells

SYMBOLS = [*(f"G{i}" for i in range(10)), "TBCE", "TBCE"]
ENSEMBL = [f"ENSG{i}" for i in range(12)]


@pytest.mark.parametrize("screen", [K562_ESSENTIAL, RPE1, K562_GENOME_WIDE])
def test_scperturb(tmp_path: Path, screen: object) -> None:
    """X is dense there; counts of a cell are more than the genes of the file have."""
    labels = ["control", "HLA-A", "control", "non-targeting", "RPL3"]
    obs = {"batch": ["1", "1", "2", "2", "2"], "UMI_count": [90.0, 80, 70, 60, 50]}
    genes = [*(f"G{i}" for i in range(10)), "TBCE_ENSG10", "TBCE_ENSG11"]
    source = miniature(labels, obs=obs, genes=genes, var={"ensembl_id": ENSEMBL})
    source.obs["ncounts"] = np.asarray(source.X.sum(1)).ravel()
    source.X = source.X.toarray()
    made = converted(screen, "scperturb", source, tmp_path)
    assert made.conditions == ["control", "HLA-A", "control", "control", "RPL3"]
    assert isinstance(made.adata.X, np.ndarray) and made.adata.X.dtype == np.float32
    assert same_cells(made.adata, source, range(5))
    assert list(made.adata.var_names) == genes
    assert (made.record.library_key, made.record.covariates) == ("UMI_count", ("batch",))
    assert made.record.memory == 5 * 12 * 4
    assert made.screen.library_size.tolist() == obs["UMI_count"]
    line = made.record.fit_line(made.path)
    assert line.endswith("--data.library_key UMI_count --data.covariates '[batch]'")


def test_the_total_is_not_relied_on_when_it_cannot_be_one(tmp_path: Path) -> None:
    source = miniature(["control", "RPL3"], obs={"batch": [1, 1], "UMI_count": [1, 900]})
    source.obs["ncounts"] = np.asarray(source.X.sum(1)).ravel()
    made = converted(RPE1, "scperturb", source, tmp_path)
    assert made.record.library_key is None
    assert made.says("UMI_count is below the counts measured in 1 cells and not relied on")


def test_original(tmp_path: Path) -> None:
    labels = ["non-targeting", "RPL3", "RPL4", "non-targeting", "RPL3"]
    obs = {"gem_group": [1, 1, 2, 2, 3], "UMI_count": [90.0, 80, 70, 60, 50]}
    source = miniature(
        labels, "gene", obs, ENSEMBL, {"gene_name": SYMBOLS, "mean": np.arange(12.0)}
    )
    source.X = source.X.toarray()
    made = converted(K562_ESSENTIAL, "original", source, tmp_path)
    assert made.path.name == "replogle2022_k562_essential.original.h5ad"
    assert made.conditions == ["control", "RPL3", "RPL4", "control"]
    assert same_cells(made.adata, source, range(4))
    assert made.says("1 cells are in a level of gem_group without any control cell")
    assert list(made.adata.var_names)[-2:] == ["TBCE_ENSG10", "TBCE_ENSG11"]
    assert made.adata.var["ensembl_id"].tolist() == ENSEMBL
    assert made.says("2 genes share their symbol") and made.says("left behind: mean")
    assert made.record.covariates == ("gem_group",)


@pytest.mark.parametrize("screen", [K562_ESSENTIAL, RPE1])
def test_gears(tmp_path: Path, screen: object) -> None:
    source = miniature(
        ["ctrl", "RPL3+ctrl", "ctrl"], "condition", genes=ENSEMBL, var={"gene_name": SYMBOLS}
    )
    made = converted(screen, "gears", log_normalised(source), tmp_path, "replogle")
    assert made.conditions == ["control", "RPL3", "control"]
    assert same_cells(made.adata, source, range(3))
    assert made.says("filtered subset")


@pytest.mark.parametrize(
    ("source_name", "line"), [("state", "cell_line"), ("preprint", "cell_type")]
)
def test_state(tmp_path: Path, source_name: str, line: str) -> None:
    labels = ["non-targeting", "RPL3", "non-targeting", "RPL3", "RPL3"]
    obs = {
        line: ["k562", "k562", "jurkat", "jurkat", "jurkat"],
        "gem_group": [1, 1, 1, 1, 2],
    }
    source = log_normalised(miniature(labels, "gene", obs))
    source.X = source.X.toarray()
    made = converted(FOUR_CELL_LINES, source_name, source, tmp_path)
    # the same lane number in another cell line is another lane
    assert same_cells(made.adata, source, range(4))
    assert made.says(f"1 cells are in a level of {line}, gem_group without any control cell")
    assert made.screen.condition_names == ("control", "RPL3@jurkat", "RPL3@k562")
    assert made.record.options == [
        "--data.scale log1p_cp10k", f"--data.context {line}", "--data.covariates '[gem_group]'",
    ]  # fmt: skip


def test_cell_lines_are_not_mixed(tmp_path: Path) -> None:
    source = log_normalised(miniature(["non-targeting", "RPL3"], "gene", {"gem_group": [1, 1]}))
    with pytest.raises(UserError, match="none of the obs columns cell_line, cell_type"):
        converted(FOUR_CELL_LINES, "state", source, tmp_path)
