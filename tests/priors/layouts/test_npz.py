import numpy as np
import pytest

from scbig.errors import UserError
from scbig.priors.layouts.npz import read_npz

GENES, VALUES = np.array(["A", "B"]), np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])


def _write(path, **arrays):
    np.savez(path, **arrays)
    return path


@pytest.mark.parametrize(
    "arrays",
    [
        {"genes": GENES, "emb": VALUES, "weights": VALUES},
        {"gene_names": GENES, "embedding": VALUES.astype(np.float16), "seed": np.array(3)},
        {"symbols": GENES.astype("S"), "vectors": VALUES, "loadings": VALUES.T},
        {"A": VALUES[0], "B": VALUES[1]},
    ],
)
def test_the_pair_is_found_whatever_its_keys(tmp_path, arrays):
    found = read_npz(_write(tmp_path / "e.npz", **arrays))
    assert list(found.names) == ["A", "B"]
    np.testing.assert_array_equal(found.values, VALUES)


def test_one_of_several_matrices(tmp_path):
    path = _write(tmp_path / "e.npz", names=GENES, x=VALUES, y=-VALUES)
    with pytest.raises(UserError, match=r"x \(2, 3\).*several pairs.*'genes' and 'emb'"):
        read_npz(path)
    np.testing.assert_array_equal(read_npz(path, "y").values, -VALUES)
    with pytest.raises(UserError, match="no pairs"):
        read_npz(path, "z")


def test_what_is_refused(tmp_path):
    with pytest.raises(UserError, match="Python objects, which is a pickle"):
        read_npz(_write(tmp_path / "o.npz", genes=GENES.astype(object), emb=VALUES))
    with pytest.raises(UserError, match="'genes' and 'emb'"):
        read_npz(_write(tmp_path / "n.npz", names=GENES))
    path = _write(tmp_path / "cut.npz", genes=GENES, emb=np.ones((2, 999)))
    path.write_bytes(path.read_bytes()[:-300])
    with pytest.raises(UserError, match="damaged or cut off"):
        read_npz(path)
