from pathlib import Path

import pytest
import scipy.sparse as sp

from scbig.public_screens.screens.dixit2016 import HIGH_MOI, SEVEN_DAYS, THIRTEEN_DAYS
from source_files import converted, miniature, same_cells


@pytest.mark.parametrize("screen", [SEVEN_DAYS, THIRTEEN_DAYS, HIGH_MOI])
def test_scperturb(tmp_path: Path, screen: object) -> None:
    labels = ["control", "p-sgIRF1-2", "p-sgELK1-1_p-sgIRF1-3", "nan",
              "p-INTERGENIC393453_p-sgELF1-5", "p-sgIRF1-2_p-sgIRF1-4", "control"]  # fmt: skip
    var = {"gene_id": [f"ENSG{i}" for i in range(12)]}
    source = miniature(labels, obs={"nperts": [1] * 7}, var=var)
    source.X = sp.csc_matrix(source.X)
    made = converted(screen, "scperturb", source, tmp_path)
    assert made.conditions == ["control", "IRF1", "ELK1+IRF1", "ELF1", "IRF1", "control"]
    assert same_cells(made.adata, source, [0, 1, 2, 4, 5, 6])
    assert made.says("1 cells have no condition and are left out: 1 labelled nan")
    assert made.adata.var["ensembl_id"].tolist() == var["gene_id"]
    assert made.says("not verified") is False and made.record.checksum is None
    assert "not verified: no checksum is published" in "\n".join(made.record.lines())
