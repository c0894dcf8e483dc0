import gzip

import numpy as np
import pytest

from scbig.errors import UserError
from scbig.priors.read_gene_vectors import read_gene_vectors

VALUES = np.array([[1.0, 2.0, 0.5], [0.25, -1.0, 3.0]])


@pytest.mark.parametrize(
    "text",
    [
        "gene,x,y,z\nKLF1,1,2,.5\nNA,.25,-1,3\n",
        ",0,1,2\nKLF1,1,2,.5\nNA,.25,-1,3\n",  # a frame with numbered columns
        "gene;x;y;z\nKLF1;1;2;.5\nNA;.25;-1;3\n",
        "Symbol\tx\ty\tz\nKLF1\t1\t2\t.5\nNA\t.25\t-1\t3\n",
        "x\ty\tz\nKLF1\t1\t2\t.5\nNA\t.25\t-1\t3\n",  # R: a header of one field less
        "x,y,z,gene_name\n1,2,.5,KLF1\n.25,-1,3,NA\n",
        ",gene,x,y,z\n0,KLF1,1,2,.5\n1,NA,.25,-1,3\n",  # pandas: an index nobody set
        "KLF1\t1\t2\t.5\nNA\t.25\t-1\t3\n",  # no header
        "2 3\nKLF1 1 2 .5\nNA .25 -1 3\n",  # word2vec
        "KLF1\t1 2 .5 \nNA\t.25 -1 3 \n",  # gene2vec
        ",KLF1,NA\nx,1,.25\ny,2,-1\nz,.5,3\n",  # genes in columns
        "KLF1,NA\n1,.25\n2,-1\n.5,3\n",
        "\ufeffgene,x,y,z\r\nKLF1,1,2,.5\r\nNA,.25,-1,3\r\n",
        '"gene","x","y","z"\n"KLF1",1,2,.5\n"NA",.25,-1,3\n',
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_every_table_reads_the_same(tmp_path, text, packed):
    path = tmp_path / "table.txt"
    path.write_bytes(gzip.compress(text.encode()) if packed else text.encode())
    found = read_gene_vectors(path, wanted=["KLF1", "ZZZ"])
    assert list(found.names) == ["KLF1", "NA"]
    np.testing.assert_array_equal(found.values, VALUES)


def test_columns_are_genes_only_if_no_row_is(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("g,KLF1,B\nA,1,2\nKLF1,3,4\n")
    assert list(read_gene_vectors(path, wanted=["KLF1", "B"]).names) == ["A", "KLF1"]
    path.write_text("g,KLF1,B\nA,1,2\nC,3,4\n")
    assert list(read_gene_vectors(path).names) == ["A", "C"]
    turned = read_gene_vectors(path, wanted=["KLF1"])
    assert list(turned.names) == ["KLF1", "B"] and turned.notes == ("genes are its columns",)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is empty"),
        ("gene,x,y\n", "one vector a gene"),
        ("gene,x,y\nA,1,2\nA,3,4\n", "twice: A"),
        ("gene,x,y\nA,1,nan\nB,1,2\n", "NaN or infinite values for 1 genes: A"),
        ("gene,x,y\nA,1,2\nB,1\n", "NaN or infinite values for 1 genes: B"),
        ("gene,x,y\nA,1,2\nB,1,2,3\n", "no table with equal rows"),
        ("gene,x,y\nA,1,high\n", r"column of text \(y\)"),
        ("gene,name,x,y\nA,one,1,2\n", r"column of text \(name\)"),
        ("gene,symbol,x,y\nA,one,1,2\n", "has the columns gene, symbol"),
        ("gene,x,y\n,1,2\n", "without name, number 1"),
    ],
)
def test_what_is_refused(tmp_path, text, says):
    path = tmp_path / "t.csv"
    path.write_text(text)
    with pytest.raises(UserError, match=says):
        read_gene_vectors(path)
