"""``SplitRule``: from the conditions of a screen to a ``Split``."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar

from scbig.conditions import target_genes, targets_of
from scbig.errors import UserError
from scbig.split import Split

#: obs column -> condition -> value; what a rule may read beside the names.
Labels = Mapping[str, Mapping[str, str]]


class SplitRule(ABC):
    """Decides which conditions are trained on, validated on and tested.

    A rule sees names (and the obs columns it asks for), never expression. It draws from NumPy's
    frozen legacy generator, so that a split of today is the split of next year and published rules
    can be repeated. Subclasses keep their settings as attributes of the same names.

    Attributes:
        leak: what a published rule lets through, in words; "" for a rule that keeps tight.
        validates_on_hidden_genes: a published rule hides genes for validation that tested
            combinations may have too: it counts them as seen, though training does not have them.
    """

    leak: ClassVar[str] = ""
    validates_on_hidden_genes: ClassVar[bool] = False

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of obs that the rule reads; their value must be constant in a condition."""
        return ()

    @abstractmethod
    def split(self, conditions: Sequence[str], labels: Labels | None = None) -> Split:
        """Split of canonical, non-control ``conditions``.

        A condition may end up on no side: it is then not used.

        Raises:
            UserError: train or test would be empty, or a setting makes no sense here.
        """


def make_split(
    name: str,
    seed: int,
    train: Iterable[str],
    val: Iterable[str],
    test: Iterable[str],
    tested: bool = True,
) -> Split:
    """The split of these sides, in any order, and a check that there is something on them.

    Raises:
        UserError: nothing is trained on, or nothing tested of a split that is to be ``tested``.
    """
    split = Split(name, seed, *(tuple(sorted(side)) for side in (train, val, test)))
    for side in ("train", "test") if tested else ("train",):
        if not getattr(split, side):
            raise UserError(
                f"split {split.name!r} leaves no {side} condition "
                f"({len(split.train)} train, {len(split.val)} val, {len(split.test)} test): "
                "choose another split rule or other fractions"
            )
    return split


def check_fraction(name: str, value: float) -> None:
    """Refuse a share outside [0, 1).

    Raises:
        UserError: it is.
    """
    if not 0.0 <= value < 1.0:
        raise UserError(f"{name} of a split is {value}: give a share in [0, 1)")


def singles_of(conditions: Iterable[str]) -> list[str]:
    """Sorted conditions of one target."""
    return sorted(name for name in conditions if len(targets_of(name)) == 1)


def combinations_of(conditions: Iterable[str]) -> list[str]:
    """Sorted conditions of two or more targets."""
    return sorted(name for name in conditions if len(targets_of(name)) > 1)


def touching(genes: Iterable[str], conditions: Iterable[str]) -> list[str]:
    """Sorted conditions with at least one target among ``genes``."""
    chosen = frozenset(genes)
    return sorted(name for name in conditions if not chosen.isdisjoint(targets_of(name)))


def selectable(val: Iterable[str], train: Iterable[str], test: Iterable[str]) -> list[str]:
    """Sorted ``val`` without conditions that have a tested gene which training does not have.

    To choose a checkpoint by them would be to choose it by genes of the test.
    """
    hidden = set(target_genes(test)).difference(target_genes(train))
    return without(val, touching(hidden, val))


def without(conditions: Iterable[str], *taken: Iterable[str]) -> list[str]:
    """Sorted ``conditions`` that are in none of ``taken``."""
    return sorted(set(conditions).difference(*taken))
