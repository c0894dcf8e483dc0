from scbig.data.split_description import split_document, split_line, split_table, universe_sha256
from scbig.data.splits.simulation import Simulation

CONDITIONS = ["A", "B", "C", "D", "A+B", "B+C", "C+D"]


def test_a_line_and_a_table_and_a_document():
    rule = Simulation(4)
    split = rule.split(CONDITIONS)
    line = split_line(split, [*CONDITIONS, "E"])
    assert f"{len(split.test)} test conditions (" in line
    assert "1 unused" in line and split.sha256[:12] in line
    table = "\n".join(split_table(split, CONDITIONS, rule))
    assert split.sha256 in table and "unused" not in table
    document = split_document(split, CONDITIONS, rule)
    assert document["rule"]["class_path"].endswith(".Simulation")
    assert document["universe_sha256"] == universe_sha256(CONDITIONS[::-1])
    assert document["universe_sha256"] != universe_sha256([*CONDITIONS, "E"])
