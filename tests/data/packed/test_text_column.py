import numpy as np
import pandas as pd
import pytest
import zarr

from scbig.data.packed.text_column import read_column, read_texts, write_column, write_texts


@pytest.fixture
def group(tmp_path):
    return zarr.open_group(tmp_path / "g.zarr", mode="w", zarr_format=3)


@pytest.mark.parametrize("texts", [["a", "", "β-actin", "x" * 300], ["one"], [""]])
def test_texts_come_back(group, texts):
    write_texts(group, "names", texts)
    assert read_texts(group, "names") == texts


@pytest.mark.parametrize(
    "values",
    [
        pd.Categorical(["b", "a", None, "b"], categories=["a", "b", "c"]),
        np.asarray([3, 1, 3]),
        np.asarray([True, False, True]),
        np.asarray(["x", None, np.nan, "y"], dtype=object),
        np.asarray([None, None], dtype=object),
    ],
)
def test_columns_come_back_as_text(group, values):
    write_column(group, "obs_0", np.asarray(values))
    levels, codes = read_column(group, "obs_0")
    said = [levels[code] if code >= 0 else None for code in codes]
    assert said == [None if pd.isna(value) else str(value) for value in values]
