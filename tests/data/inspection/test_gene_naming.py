import pandas as pd
import pytest

from scbig.data.inspection.gene_naming import gene_naming
from scbig.errors import UserError

NUMBERS = ["ENSG00000000001", "ENSG00000000002.3", "ENSG00000000003"]
SYMBOLS = ["KLF1", "CEBPA", "SPI1"]


def test_symbols_in_the_index():
    found = gene_naming(pd.DataFrame({"gene_ids": NUMBERS}, index=SYMBOLS))
    assert found.key is None and found.names == tuple(SYMBOLS)
    assert found.symbol["ENSG00000000002"] == "CEBPA"


@pytest.mark.parametrize("index", [NUMBERS, ["0", "1", "2"]])
@pytest.mark.parametrize("column", ["gene_name", "Symbol", "feature_name"])
def test_a_column_of_symbols_beside_numbers(index, column):
    var = pd.DataFrame({"n_cells": [1, 2, 3], column: SYMBOLS}, index=index)
    found = gene_naming(var)
    assert found.key == column and found.names == tuple(SYMBOLS) and found.index == tuple(index)


def test_numbers_stay_where_there_is_nothing_else():
    found = gene_naming(pd.DataFrame({"name": NUMBERS}, index=NUMBERS))
    assert found.key is None and "no column of symbols" in found.words


def test_gaps_and_repeats():
    var = pd.DataFrame({"gene_name": ["KLF1", None, "KLF1"]}, index=NUMBERS)
    found = gene_naming(var)
    assert found.names == ("KLF1", NUMBERS[1], "KLF1")
    assert found.unnamed == 1 and found.repeated == ["KLF1"]


def test_the_declared_column_counts():
    var = pd.DataFrame({"other": ["a", "b", "c"]}, index=SYMBOLS)
    assert gene_naming(var, "other").names == ("a", "b", "c")
    with pytest.raises(UserError, match=r"no var column 'symbol' \(gene_key\): the file has other"):
        gene_naming(var, "symbol")
