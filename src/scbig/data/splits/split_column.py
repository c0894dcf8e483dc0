"""A split read from a column of obs."""

from collections.abc import Sequence

from scbig.data.splits.split_rule import Labels, SplitRule, make_split
from scbig.errors import UserError, listed
from scbig.split import Split

SIDES = ("train", "val", "test")


class SplitColumn(SplitRule):
    """Conditions go where an obs column says: ``train``, ``val`` or ``test``.

    Args:
        column: name of the column; constant within a condition, ignored for control cells.
    """

    def __init__(self, column: str) -> None:
        self.column = column

    @property
    def columns(self) -> tuple[str, ...]:
        """The column."""
        return (self.column,)

    def split(self, conditions: Sequence[str], labels: Labels | None = None) -> Split:
        """Split of ``conditions``."""
        if labels is None or self.column not in labels:
            raise ValueError(f"SplitColumn needs the values of obs[{self.column!r}] by condition")
        side = {name: labels[self.column][name] for name in conditions}
        unknown = sorted(set(side.values()) - set(SIDES))
        if unknown:
            raise UserError(
                f"obs[{self.column!r}] says {listed(unknown)}: its values must be "
                f"{', '.join(SIDES)}"
            )
        train, val, test = ([n for n in conditions if side[n] == s] for s in SIDES)
        return make_split(f"column {self.column}", 0, train, val, test)
