import gzip

import pytest

from scbig.errors import UserError
from scbig.priors.gene_sets import read_gmt

GENES = [f"g{i}" for i in range(20)]


def line(name, rows):
    return "\t".join([name, "what it is", *(f"g{i}" for i in rows)]) + "\n"


def test_sets_are_restricted_bounded_and_ordered(tmp_path):
    path = tmp_path / "sets.gmt"
    path.write_text(
        line("kept", [7, 3, 5, 1, 9, 99, 7]) + line("small", [0, 1]) + line("large", range(15))
    )
    assert read_gmt(path, GENES, smallest=5, largest=10) == {"kept": ("g1", "g3", "g5", "g7", "g9")}


def test_of_sets_alike_the_largest_stays(tmp_path):
    path = tmp_path / "sets.gmt.gz"
    sets = {
        "nine": range(9),  # 9 of the 10 of "ten": pruned
        "ten": range(10),
        "twin": range(10),  # equal to "ten", which comes first
        "half": range(5),  # half of "ten": stays
        "apart": range(12, 19),
    }
    with gzip.open(path, "wt") as file:
        file.writelines(line(name, rows) for name, rows in sets.items())
    assert list(read_gmt(path, GENES)) == ["ten", "half", "apart"]
    assert list(read_gmt(path, GENES, most_alike=0.95)) == ["nine", "ten", "half", "apart"]
    assert list(read_gmt(path, GENES, most_alike=1.0)) == list(sets)


def test_nothing_left_is_no_set(tmp_path):
    path = tmp_path / "sets.gmt"
    path.write_text(line("a", range(3)))
    assert read_gmt(path, GENES) == {}


def test_unusable_files_are_refused(tmp_path):
    with pytest.raises(UserError, match="no gene sets"):
        read_gmt(tmp_path / "absent.gmt", GENES)
    path = tmp_path / "sets.gmt"
    path.write_text(line("a", range(6)) + "only a name\n")
    with pytest.raises(UserError, match="line 2"):
        read_gmt(path, GENES)
    path.write_text(line("a", range(6)) * 2)
    with pytest.raises(UserError, match="'a' occurs twice"):
        read_gmt(path, GENES)


@pytest.mark.real
def test_shared_pathways(real_data):
    path = real_data / "priors" / "c2.cp.reactome.v7.5.1.symbols.gmt"
    with path.open() as file:
        members = {row[0]: set(row[2:]) for row in (x.rstrip("\n").split("\t") for x in file)}
    genes = sorted(set().union(*members.values()))
    sets = read_gmt(path, genes)
    assert all(5 <= len(found) <= 300 and set(found) == members[n] for n, found in sets.items())
    some = list(sets.values())[:200]
    for i, a in enumerate(some):
        for b in some[:i]:
            assert len(set(a) & set(b)) <= 0.8 * len(set(a) | set(b))
    assert 600 < len(sets) < 1615
