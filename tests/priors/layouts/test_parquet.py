import numpy as np
import pandas as pd
import pytest

from scbig.errors import UserError
from scbig.priors.read_gene_vectors import read_gene_vectors

FRAME = pd.DataFrame({"x": [1.0, 2.0], "y": [3.0, 4.0]}, index=pd.Index(["A", "B"], name="any"))


@pytest.mark.parametrize(
    "frame",
    [
        FRAME,
        FRAME.reset_index(),
        FRAME.assign(symbol=FRAME.index).reset_index(drop=True),
        FRAME.T,
    ],
)
def test_genes_in_the_index_in_a_column_or_across(tmp_path, frame):
    frame.to_parquet(tmp_path / "table.bin")
    found = read_gene_vectors(tmp_path / "table.bin", wanted=["A"])
    assert list(found.names) == ["A", "B"]
    np.testing.assert_array_equal(found.values, FRAME)


def test_a_cut_file(tmp_path):
    path = tmp_path / "t.parquet"
    FRAME.to_parquet(path)
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(UserError, match="damaged or no parquet"):
        read_gene_vectors(path)
