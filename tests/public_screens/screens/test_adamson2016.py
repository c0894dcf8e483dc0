from pathlib import Path

from scbig.public_screens.screens.adamson2016 import EPISTASIS, PILOT, UPR
from source_files import converted, log_normalised, miniature, same_cells


def test_unfolded_protein_response(tmp_path: Path) -> None:
    labels = ["63(mod)_pBA580", "Gal4-4(mod)_pBA582", "*", None, "OST4_pDS353", "ATF4_pBA576",
              "ATF4_pBA577", "62(mod)_pBA581", "C7orf26_pDS004", "63(mod)_pBA580"]  # fmt: skip
    genes = [*(f"G{i}" for i in range(10)), "X-1", "X"]
    source = miniature(labels, genes=genes, var={"ensembl_id": [f"E{i}" for i in range(12)]})
    made = converted(UPR, "scperturb", source, tmp_path)
    assert made.path.name == "adamson2016.h5ad"
    assert made.conditions == ["control", "control", "OST4", "ATF4", "ATF4", "C7orf26", "control"]
    assert same_cells(made.adata, source, [0, 1, 4, 5, 6, 8, 9])
    assert made.says(
        "3 cells have no condition and are left out: 1 without a label, 1 labelled *, "
        "1 labelled 62(mod)_pBA581"
    )
    assert made.says("labels that are control: 63(mod)_pBA580, Gal4-4(mod)_pBA582")
    assert made.says("6 labels are read as 4 conditions, control among them")
    assert made.says("barcodes met in several lanes")
    assert list(made.adata.var_names) == genes
    assert made.record.control_cells == 3


def test_pilot(tmp_path: Path) -> None:
    labels = ["62(mod)_pBA581", "SPI1_pDS255", "*", "62(mod)_pBA581", "ZNF326_pDS262"]
    source = miniature(labels)
    made = converted(PILOT, "scperturb", source, tmp_path)
    assert made.conditions == ["control", "SPI1", "control", "ZNF326"]
    assert same_cells(made.adata, source, [0, 1, 3, 4])


def test_epistasis(tmp_path: Path) -> None:
    labels = ["3x_neg_ctrl_pMJ144-1", "ATF6_only_pMJ145", "ATF6_PERK_IRE1_pMJ158",
              "PERK_IRE1_pMJ154", "3x_neg_ctrl_pMJ144-2", "IRE1_only_pMJ148",
              "Gal4-4(mod)_pBA582", "XBP1_pBA578"]  # fmt: skip
    source = miniature(labels)
    made = converted(EPISTASIS, "scperturb", source, tmp_path)
    assert made.conditions == [
        "control", "ATF6", "ATF6+EIF2AK3+ERN1", "EIF2AK3+ERN1", "control", "ERN1", "XBP1",
    ]  # fmt: skip
    assert made.says("target PERK is EIF2AK3: renamed in 2 cells")
    assert made.says("1 labelled Gal4-4(mod)_pBA582")
    assert (made.record.singles, made.record.combinations) == (3, 2)


def test_gears(tmp_path: Path) -> None:
    source = miniature(
        ["ctrl", "OST4+ctrl", "CREB1+ctrl", "ctrl"],
        "condition",
        {"cell_type": ["K562(?)"] * 4},
        [f"ENSG{i}" for i in range(12)],
        {"gene_name": [f"G{i}" for i in range(12)]},
    )
    made = converted(UPR, "gears", log_normalised(source), tmp_path, "adamson")
    assert made.conditions == ["control", "OST4", "CREB1", "control"]
    assert same_cells(made.adata, source, range(4))
