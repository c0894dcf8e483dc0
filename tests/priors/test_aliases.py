import gzip

import pytest

from scbig.errors import UserError
from scbig.priors.aliases import ALIAS, ENSEMBL, PREVIOUS, read_aliases


def test_ambiguous_and_current_symbols_are_left_out(tmp_path):
    path = tmp_path / "alias.tsv.gz"
    rows = ["entrez\tsymbol\talias", "1\tA\told_a", "2\tB\tshared", "3\tC\tshared", "3\tC\tA"]
    with gzip.open(path, "wt") as file:
        file.write("\n".join([*rows, "1\tA\told_a", "4\tNA\tN"]) + "\n")
    aliases = read_aliases(path)
    assert aliases.renamed == {"old_a": (ALIAS, "A"), "N": (ALIAS, "NA")}
    assert aliases.ambiguous == {"shared": ("B", "C")}


def test_the_complete_set_of_hgnc(tmp_path):
    path = tmp_path / "hgnc.txt"
    path.write_text(
        "hgnc_id\tsymbol\tname\talias_symbol\tprev_symbol\tensembl_gene_id\n"
        'HGNC:1\tMIDEAS\tx\t"c14_5546|OTHER"\t"C14orf43|ELMSAN1"\tENSG00000156030\n'
        "HGNC:2\tCBARP\tx\tBARP|ELMSAN1\tC19orf26\tENSG00000099625\n"
        "HGNC:3\tOTHER\tx\t\t\t\n"
    )
    aliases = read_aliases(path)
    assert aliases.renamed["ENSG00000156030"] == (ENSEMBL, "MIDEAS")
    # a previous symbol says more than an alias of another gene
    assert aliases.renamed["ELMSAN1"] == (PREVIOUS, "MIDEAS")
    assert aliases.renamed["C14orf43"] == (PREVIOUS, "MIDEAS")
    assert aliases.renamed["BARP"] == (ALIAS, "CBARP")
    assert "OTHER" not in aliases.renamed and not aliases.ambiguous


def test_ids_without_a_symbol_stand_for_nothing(tmp_path):
    path = tmp_path / "mart_export.txt"
    path.write_text(
        "Gene stable ID\tGene name\nENSG00000000001\tA\nENSG00000000002\t\nENSG00000000001\tA\n"
    )
    assert read_aliases(path).renamed == {"ENSG00000000001": (ENSEMBL, "A")}


def test_gene_info_of_ncbi(tmp_path):
    path = tmp_path / "Homo_sapiens.gene_info"
    path.write_text(
        "#tax_id\tGeneID\tSymbol\tLocusTag\tSynonyms\tdbXrefs\n"
        "9606\t1\tA1BG\t-\tA1B|ABG\tMIM:138670|HGNC:HGNC:5|Ensembl:ENSG00000121410.12\n"
        "9606\t2\tA2M\t-\t-\t-\n"
    )
    assert read_aliases(path).renamed == {
        "ENSG00000121410": (ENSEMBL, "A1BG"),
        "A1B": (ALIAS, "A1BG"),
        "ABG": (ALIAS, "A1BG"),
    }


def test_unusable_tables_are_refused(tmp_path):
    with pytest.raises(UserError, match="no alias table"):
        read_aliases(tmp_path / "absent.tsv")
    (tmp_path / "wrong.tsv").write_text("from\tto\nA\tB\n")
    with pytest.raises(UserError, match="'symbol' and 'alias'"):
        read_aliases(tmp_path / "wrong.tsv")


@pytest.mark.real
def test_shared_table(real_data):
    aliases = read_aliases(real_data / "priors" / "gene_alias.tsv.gz")
    assert aliases.renamed["ELMSAN1"] == (ALIAS, "MIDEAS")
    assert "KLF1" not in aliases.renamed
