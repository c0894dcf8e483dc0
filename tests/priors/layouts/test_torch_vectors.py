import json

import numpy as np
import pytest
import torch

from scbig.errors import UserError
from scbig.priors.read_gene_vectors import read_gene_vectors

VALUES = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], dtype=np.float32)


def _save(path, values, **how):
    torch.save(values, path, **how)
    return path


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16, torch.float64])
@pytest.mark.parametrize("zipped", [True, False])
def test_esm2(tmp_path, dtype, zipped):
    by_gene = {g: torch.tensor(v).to(dtype) for g, v in zip(["A", "B"], VALUES, strict=True)}
    path = _save(tmp_path / "any.name", by_gene, _use_new_zipfile_serialization=zipped)
    found = read_gene_vectors(path)
    assert list(found.names) == ["A", "B"]
    np.testing.assert_array_equal(found.values, VALUES)


def test_rows_of_one_and_a_matrix_beside_its_genes(tmp_path):
    rows = {"A": torch.tensor(VALUES[:1]), "B": torch.tensor(VALUES[1:])}
    np.testing.assert_array_equal(read_gene_vectors(_save(tmp_path / "1.pt", rows)).values, VALUES)
    both = {"genes": ["A", "B"], "emb": torch.tensor(VALUES)}
    np.testing.assert_array_equal(read_gene_vectors(_save(tmp_path / "2.pt", both)).values, VALUES)


def test_scgpt(tmp_path):
    table = torch.arange(12.0).reshape(4, 3)
    weights = {"encoder.embedding.weight": table, "decoder.weight": torch.ones(2)}
    path = _save(tmp_path / "best_model.pt", weights)
    with pytest.raises(UserError, match="it is read as scGPT, with vocab"):
        read_gene_vectors(tmp_path)
    with pytest.raises(UserError, match=r"put its vocab\.json beside it"):
        read_gene_vectors(path)
    vocabulary = tmp_path / "vocab.json"
    vocabulary.write_text(json.dumps({"<pad>": 0, "B": 3, "A": 1}))
    for given in (tmp_path, path):
        found = read_gene_vectors(given)
        assert list(found.names) == ["B", "A"]
        np.testing.assert_array_equal(found.values, table[[3, 1]])
        assert found.notes == ("without the tokens <pad>",)
    vocabulary.write_text(json.dumps({"A": 9}))
    with pytest.raises(UserError, match="do not have: A"):
        read_gene_vectors(path)


class Trap:
    def __reduce__(self):
        return (pytest.fail, ("code in the file was run",))


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"A": Trap()}, "more than tensors, and opening that runs what is in it"),
        ({"A": np.ones(3)}, "more than tensors"),
        (torch.ones(3), "holds a Tensor: it needs a dictionary"),
        ({}, "needs a dictionary"),
        ({"A": torch.ones(3), "B": 1.0}, "no dictionary of gene to tensor: see B"),
        ({"A": torch.ones(3), "B": torch.ones(2)}, r"first, \(3,\): B \(2,\)"),
        ({"A": torch.ones(2, 2), "B": torch.ones(2, 2)}, r"A \(2, 2\), B \(2, 2\)"),
        ({"A": torch.full((3,), torch.nan)}, "NaN"),
    ],
)
def test_what_is_refused(tmp_path, values, says):
    with pytest.raises(UserError, match=says):
        read_gene_vectors(_save(tmp_path / "e.pt", values))


def test_a_cut_file(tmp_path):
    path = _save(tmp_path / "e.pt", {"A": torch.ones(3000)})
    path.write_bytes(path.read_bytes()[:-500])
    with pytest.raises(UserError, match="damaged"):
        read_gene_vectors(path)
