import gzip

import pytest

from scbig.errors import UserError
from scbig.priors.aliases import read_aliases


def test_ambiguous_and_current_symbols_are_left_out(tmp_path):
    path = tmp_path / "alias.tsv.gz"
    rows = ["entrez\tsymbol\talias", "1\tA\told_a", "2\tB\tshared", "3\tC\tshared", "3\tC\tA"]
    with gzip.open(path, "wt") as file:
        file.write("\n".join([*rows, "1\tA\told_a", "4\tNA\tN"]) + "\n")
    assert read_aliases(path) == {"old_a": "A", "N": "NA"}


def test_unusable_tables_are_refused(tmp_path):
    with pytest.raises(UserError, match="no alias table"):
        read_aliases(tmp_path / "absent.tsv")
    (tmp_path / "wrong.tsv").write_text("from\tto\nA\tB\n")
    with pytest.raises(UserError, match="'symbol' and 'alias'"):
        read_aliases(tmp_path / "wrong.tsv")


@pytest.mark.real
def test_shared_table(real_data):
    aliases = read_aliases(real_data / "priors" / "gene_alias.tsv.gz")
    assert aliases["ELMSAN1"] == "MIDEAS"
    assert "KLF1" not in aliases
