import numpy as np
import pytest

from scbig.errors import UserError
from scbig.priors.aliases import PREVIOUS, Aliases
from scbig.priors.network import read_network

GENES = ["A", "B", "C", "D"]
EDGES = (
    "a\tb\tscore\nA\tB\t900\nB\tA\t800\nB\tC\t699\nC\tC\t950\nA\tX\t999\nC\tD\t700\nOLD\tB\t750\n"
)


def test_edges_are_symmetric_filtered_and_counted_once(tmp_path):
    path = tmp_path / "network.tsv"
    path.write_text(EDGES)
    expected = np.zeros((4, 4))
    expected[0, 1] = expected[1, 0] = 0.9
    expected[2, 3] = expected[3, 2] = 0.7
    np.testing.assert_allclose(read_network(path, GENES).toarray(), expected, rtol=1e-6)


def test_lower_cut_keeps_weaker_edges(tmp_path):
    path = tmp_path / "network.csv"
    path.write_text(EDGES.replace("\t", ","))
    assert read_network(path, GENES, min_score=0)[1, 2] == pytest.approx(0.699)


def test_renamed_genes_are_found(tmp_path):
    path = tmp_path / "network.tsv"
    path.write_text(EDGES)
    said: list[str] = []
    network = read_network(
        path, ["B", "NEW"], aliases=Aliases({"NEW": (PREVIOUS, "OLD")}), reported=said
    )
    assert network[0, 1] == pytest.approx(0.75)
    assert said == [
        "network.tsv: 1 edges between measured genes, has 2 of 2; 1 edges below 700 are left out; "
        "1 by previous symbol: NEW as OLD"
    ]


def test_no_edges_is_an_empty_matrix(tmp_path):
    path = tmp_path / "network.tsv"
    path.write_text(EDGES)
    assert read_network(path, ["Y", "Z"]).nnz == 0


def test_unusable_networks_are_refused(tmp_path):
    with pytest.raises(UserError, match="no network"):
        read_network(tmp_path / "absent.tsv", GENES)
    path = tmp_path / "wrong.tsv"
    path.write_text("a\tb\nA\tB\n")
    with pytest.raises(UserError, match="gene, gene, score"):
        read_network(path, GENES)
    path.write_text("a\tb\tscore\nA\tB\thigh\nA\tC\t900\n")
    with pytest.raises(UserError, match="1 scores"):
        read_network(path, GENES)
    path.write_text("a\tb\tscore\nA\tB\t9000\n")
    with pytest.raises(UserError, match="0 to 1000"):
        read_network(path, GENES)


@pytest.mark.real
def test_shared_network_is_filtered(real_data):
    path = real_data / "priors" / "string_v12_human_noTextmining_700.tsv.gz"
    import pandas as pd

    table = pd.read_csv(path, sep="\t", keep_default_na=False)
    genes = sorted(set(table["symbol_a"]) | set(table["symbol_b"]))
    network = read_network(path, genes)
    assert network.nnz == 2 * (174_897 - 43_442)
    assert network.data.min() >= 0.7 - 1e-6
