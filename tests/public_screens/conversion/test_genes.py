import pandas as pd
import pytest

from scbig.errors import UserError
from scbig.public_screens.conversion.genes import name_genes
from scbig.public_screens.labels.single_target import SingleTarget
from scbig.public_screens.layout import Layout

SYMBOL_INDEX = Layout("gene", SingleTarget())
ENSEMBL_INDEX = Layout("gene", SingleTarget(), gene_column="gene_name")


def test_symbols_stay() -> None:
    reported: list[str] = []
    var = pd.DataFrame({"ensembl_id": ["E1", "E2"]}, index=["A", "B"])
    named = name_genes(var, SYMBOL_INDEX, reported)
    assert named.equals(var) and not reported
    assert name_genes(var[[]], SYMBOL_INDEX, reported).index.tolist() == ["A", "B"]


def test_symbols_of_a_column() -> None:
    reported: list[str] = []
    var = pd.DataFrame({"gene_name": ["A", "B", "A", None]}, index=["E1", "E2", "E3", "E4"])
    named = name_genes(var, ENSEMBL_INDEX, reported)
    assert named.index.tolist() == ["A_E1", "B", "A_E3", "E4"]
    assert named["ensembl_id"].tolist() == ["E1", "E2", "E3", "E4"]
    assert reported == [
        "1 genes have no symbol: their Ensembl number is used",
        "2 genes share their symbol with another and are written with their Ensembl number: "
        "A_E1, A_E3",
    ]


def test_genes_that_cannot_be_told_apart() -> None:
    with pytest.raises(UserError, match="A occur several times"):
        name_genes(pd.DataFrame(index=["A", "A"]), SYMBOL_INDEX, [])
    with pytest.raises(UserError, match="1 genes have no name"):
        name_genes(pd.DataFrame(index=["A", ""]), SYMBOL_INDEX, [])
    with pytest.raises(UserError, match="no var column 'gene_name': the file has none"):
        name_genes(pd.DataFrame(index=["E1"]), ENSEMBL_INDEX, [])
