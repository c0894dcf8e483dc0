import zipfile

import numpy as np
import pytest

from scbig.errors import UserError
from scbig.priors.read_gene_vectors import file_and_part, read_gene_vectors

MEMBERS = "\t".join(f"G{i}" for i in range(6))


def test_a_zip_of_sets(tmp_path):
    path = tmp_path / "ReactomePathways.gmt.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("ReactomePathways.gmt", f"s\tR-HSA-1\t{MEMBERS}\nt\tx\t{MEMBERS[:-3]}\n")
    assert list(read_gene_vectors(path).names) == MEMBERS.split("\t")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("GenePT.pickle", b"x")
    with pytest.raises(UserError, match=r"is a zip of GenePT\.pickle: unpack it"):
        read_gene_vectors(path)


def test_sets_and_annotations_without_their_suffix(tmp_path):
    path = tmp_path / "sets.txt"
    path.write_text(f"s\tfirst\t{MEMBERS}\nt\tsecond\t{MEMBERS}\tH\n")
    assert len(read_gene_vectors(path).names) == 7
    rows = "".join(f"G{i}\tGO:000000{1 + i // 6}\n" for i in range(12))
    path.write_text("symbol\tgo_id\n" + rows)
    assert len(read_gene_vectors(path).names) == 12


def test_a_column_called_gene_is_no_network(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("ensembl_id,symbol,x,y\nENSG1,A,1,2\nENSG2,B,3,4\n")
    with pytest.raises(UserError, match=r"column of text \(ensembl_id\)"):
        read_gene_vectors(path)


def test_parts_of_files(tmp_path):
    path = tmp_path / "e.npz"
    np.savez(path, genes=np.array(["A"]), emb=np.ones((1, 2)), other=np.zeros((1, 3)))
    assert file_and_part(f"{path}::other") == (path, "other")
    assert file_and_part(path) == (path, "")
    assert read_gene_vectors(f"{path}::other").values.shape == (1, 3)
    (tmp_path / "e.csv").write_text("gene,x\nA,1\n")
    with pytest.raises(UserError, match="only npz and h5ad have parts"):
        read_gene_vectors(f"{tmp_path / 'e.csv'}::x")


def test_what_is_refused(tmp_path):
    with pytest.raises(UserError, match="no embedding at"):
        read_gene_vectors(tmp_path / "absent.npz")
    (tmp_path / "picture.npz").write_bytes(b"\x89PNG\r\n\x1a\n\0\0")
    with pytest.raises(UserError, match="it is none of npz, npy, h5ad"):
        read_gene_vectors(tmp_path / "picture.npz")
