"""A split read from a file: our JSON, or a table of conditions and sides."""

from collections.abc import Sequence
from pathlib import Path

from scbig.data.split_lists import read_split_lists
from scbig.data.splits.split_rule import Labels, SplitRule, make_split
from scbig.split import Split


class SplitFile(SplitRule):
    """The lists of a split file, restricted to the conditions of the screen.

    Args:
        path: JSON with ``train``, ``test`` and optionally ``val``, ``name``, ``seed``, ``sha256``;
            or CSV or TSV with a column ``condition`` and a column ``split``, ``set`` or ``side``
            that says train, val or test.
    """

    def __init__(self, path: str) -> None:
        self.path = path

    def split(self, conditions: Sequence[str], labels: Labels | None = None) -> Split:
        """Split of ``conditions``; what the screen lacks is left out and counted in its name."""
        written = Split.from_dict(read_split_lists(Path(self.path)), origin=self.path)
        present = frozenset(conditions)
        sides = {
            side: [name for name in getattr(written, side) if name in present]
            for side in ("train", "val", "test")
        }
        kept = sum(map(len, sides.values()))
        total = len(written.train) + len(written.val) + len(written.test)
        # another set of conditions is another split, and its name says so
        name = written.name + (f" (lacks {total - kept} conditions)" if kept < total else "")
        return make_split(name, written.seed, **sides, tested=bool(written.test))
