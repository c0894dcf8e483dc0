import numpy as np
from planted_leaks import evidence

from scbig.data.audit.evidence import SIDES
from scbig.split import Split


def test_sides_of_cells_and_the_latest_side_of_a_condition():
    found = evidence(split={"train": ["A", "B"], "val": ["C"], "test": ["D", "B"]})
    assert found.split == Split("file", 0, ("A",), ("C",), ("B", "D"))
    of = {
        name: SIDES[found.side_of_cell[found.screen.condition == code][0]]
        for code, name in enumerate(found.screen.condition_names)
    }
    assert of == {"control": "train", "A": "train", "C": "val", "B": "test", "D": "test",
                  "A+B": "unused", "B+C": "unused", "C+D": "unused"}  # fmt: skip
    names = found.screen.condition_names
    trained = {names[c] for c in np.unique(found.screen.condition[found.training_rows])}
    assert trained == {"control", "A"}
