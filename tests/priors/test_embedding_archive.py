import json

import numpy as np
import pytest

from scbig.errors import UserError
from scbig.priors.embedding_archive import sha256_of, write_embedding
from scbig.priors.embedding_provenance import fitted_on_of
from scbig.priors.gene_vectors import GeneVectors
from scbig.priors.read_gene_vectors import read_gene_vectors

VECTORS = GeneVectors.checked("F", ["A", "B"], np.eye(2))


def test_what_is_written_is_read(tmp_path):
    path = tmp_path / "e.npz"
    write_embedding(path, VECTORS, {"kind": "annotation"}, fitted_on="abc")
    found = read_gene_vectors(path)
    assert list(found.names) == ["A", "B"] and found.notes == ()
    np.testing.assert_array_equal(found.values, VECTORS.values)
    with np.load(path, allow_pickle=False) as archive:
        assert json.loads(str(archive["made_from"])) == {"kind": "annotation"}
    assert fitted_on_of(path) == "abc"
    first = sha256_of(path)
    write_embedding(path, VECTORS, {"kind": "annotation"})
    assert fitted_on_of(path) == "" and sha256_of(path) != first
    assert [file.name for file in tmp_path.iterdir()] == ["e.npz"]


def test_nothing_is_half_written(tmp_path, monkeypatch):
    monkeypatch.setattr(np, "savez_compressed", lambda path, **_: path.write_bytes(b"") / 0)
    with pytest.raises(ZeroDivisionError):
        write_embedding(tmp_path / "e.npz", VECTORS, {})
    assert list(tmp_path.iterdir()) == []


def test_where_it_cannot_be_written(tmp_path):
    with pytest.raises(UserError, match=r"must end in \.npz"):
        write_embedding(tmp_path / "e.csv", VECTORS, {})
    with pytest.raises(UserError, match="does not exist"):
        write_embedding(tmp_path / "no" / "e.npz", VECTORS, {})
