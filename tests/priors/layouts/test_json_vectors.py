import gzip
import json

import numpy as np
import pytest

from scbig.errors import UserError
from scbig.priors.read_gene_vectors import read_gene_vectors


def test_genept(tmp_path):
    vectors = {"KLF1": [1.0, 2.0], "NA": [0.5, -1]}
    (tmp_path / "plain").write_text(json.dumps(vectors))
    (tmp_path / "packed").write_bytes(gzip.compress(json.dumps(vectors).encode()))
    for name in ("plain", "packed"):
        found = read_gene_vectors(tmp_path / name)
        assert list(found.names) == ["KLF1", "NA"]
        np.testing.assert_array_equal(found.values, [[1, 2], [0.5, -1]])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[1, 2]", "is not an object of gene"),
        ("{}", "has no gene"),
        ('{"A": 1}', "all of one length: see A"),
        ('{"A": [1, 2], "B": [1]}', "all of one length: see B"),
        ('{"A": [1, 2], "B": {"x": 1}}', "see B"),
        ('{"A": []}', "see A"),
        ('{"A": [1, "x"]}', "no numbers"),
        ('{"A": [[1], [2]]}', "one vector a gene"),
        ('{"A": [1, null]}', "NaN"),
        ('{"A": [1, 2', "is not JSON"),
    ],
)
def test_what_is_refused(tmp_path, text, says):
    (tmp_path / "e.json").write_text(text)
    with pytest.raises(UserError, match=says):
        read_gene_vectors(tmp_path / "e.json")
