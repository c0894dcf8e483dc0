import numpy as np
import pytest

from scbig.errors import UserError
from scbig.priors.network import read_edges
from scbig.priors.term_block import neighbour_terms, regulator_terms, set_terms


def test_sets_within_bounds_are_terms():
    block = set_terms("go", {"s": list("EDCBAA"), "small": list("ABCD"), "t": list("BCDEF")})
    assert block.genes == list("ABCDEF") and block.left_out == 1
    expected = [[1, 0], [1, 1], [1, 1], [1, 1], [1, 1], [0, 1]]
    np.testing.assert_array_equal(block.terms.toarray(), expected)
    with pytest.raises(UserError, match="go has no set of 5 to 2000 genes"):
        set_terms("go", {"small": list("ABCD")})


def test_networks_are_terms(tmp_path):
    path = tmp_path / "net.csv"
    path.write_text("a,b,score\nB,A,900\nA,B,800\nA,C,700\nA,D,600\n")
    block = neighbour_terms("string", read_edges(path, 700))
    assert block.genes == ["A", "B", "C"] and block.left_out == 1
    np.testing.assert_allclose(
        block.terms.toarray(), [[1, 0.9, 0.7], [0.9, 1, 0], [0.7, 0, 1]], rtol=1e-6
    )
    path.write_text("source,target,weight\nTF,A,1\nTF,A,-1\nTG,B,1\n")
    block = regulator_terms("collectri", read_edges(path, 0))
    assert block.genes == ["A", "B"]
    np.testing.assert_array_equal(block.terms.toarray(), [[1, 0], [0, 1]])
