import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

from scbig.data.importing.gene_plan import gene_plan
from scbig.data.inspection.gene_naming import gene_naming
from scbig.errors import UserError

NUMBERS = [f"ENSG{i:011d}" for i in range(5)]
COUNTS = sp.csr_matrix(np.arange(15.0).reshape(3, 5))


def plan(names, duplicates, is_counts=True, index=NUMBERS):
    genes = gene_naming(pd.DataFrame({"gene_name": names}, index=index), "gene_name")
    return gene_plan(genes, duplicates, is_counts)


def test_unique_names_stay():
    found = plan(list("ABCDE"), "sum")
    assert found.names == tuple("ABCDE") and found.reported == ()
    assert found.apply(COUNTS) is COUNTS


def test_renamed_genes_keep_their_values():
    found = plan(["A", "B", "A", "A", ""], "rename")
    assert found.names == ("A", "B", f"A_{NUMBERS[2]}", f"A_{NUMBERS[3]}", NUMBERS[4])
    assert found.apply(COUNTS) is COUNTS
    assert "1 genes without a name" in found.reported[0] and "2 are renamed" in found.reported[1]
    taken = plan(["A", "A", "A_2", "A", "A_3"], "rename", index=["A"] * 5)
    assert len(set(taken.names)) == 5 and taken.names[0] == "A"


def test_counts_are_summed_sparsely():
    found = plan(["A", "B", "A", "C", "B"], "sum")
    assert found.names == ("A", "B", "C")
    dense = COUNTS.toarray()
    expected = np.stack([dense[:, 0] + dense[:, 2], dense[:, 1] + dense[:, 4], dense[:, 3]], 1)
    assert sp.issparse(found.apply(COUNTS))
    np.testing.assert_array_equal(found.apply(COUNTS).toarray(), expected)
    with pytest.raises(UserError, match="logarithms, which cannot be summed"):
        plan(["A", "B", "A", "C", "B"], "sum", is_counts=False)


def test_the_first_of_each_is_kept():
    found = plan(["A", "B", "A", "C", "B"], "first")
    assert found.names == ("A", "B", "C") and "2 columns fewer" in found.reported[0]
    np.testing.assert_array_equal(found.apply(COUNTS).toarray(), COUNTS.toarray()[:, [0, 1, 3]])
