"""A split as it is written: every label on every side, before names are made canonical."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from scbig.conditions import CONTROL, canonical, context_of
from scbig.data.screen import Screen
from scbig.data.splits.split_column import SIDES
from scbig.errors import UserError, listed
from scbig.split import Split


@dataclass(frozen=True)
class WrittenSplit:
    """Labels by side. ``Split`` refuses a condition on two sides; here it is what is looked for.

    Attributes:
        name, seed: as in ``Split``.
        labels: label as written -> canonical name, for each side.
        claims: subgroup that the split gives each tested condition.
        said_sha256, sha256: hash that the file states, and hash of its lists; "" when not stated.
    """

    name: str
    seed: int
    labels: Mapping[str, Mapping[str, str]]
    claims: Mapping[str, str] = field(default_factory=dict)
    said_sha256: str = ""
    sha256: str = ""

    @cached_property
    def side(self) -> dict[str, str]:
        """Side of each condition; the latest of train, val, test where there are several."""
        return {c: side for side in SIDES for c in self.labels[side].values() if c != CONTROL}

    @classmethod
    def of(cls, split: Split) -> "WrittenSplit":
        """A split that is disjoint already."""
        values = split.to_dict()
        labels = {side: {c: c for c in values[side]} for side in SIDES}
        return cls(split.name, split.seed, labels, _claims(values["subgroups"]))

    @classmethod
    def of_lists(
        cls,
        values: Mapping[str, Any],
        origin: str,
        style: str = "plus",
        control_label: str | None = None,
    ) -> "WrittenSplit":
        """The lists of a split file.

        Raises:
            UserError: a list is missing, or a label cannot be read.
        """
        absent = [key for key in ("train", "test") if key not in values]
        if absent:
            raise UserError(
                f"{origin} lacks the key {listed(absent)}: a split needs train and test"
            )

        def read(labels: Iterable[Any]) -> dict[str, str]:
            return {str(x): canonical(str(x), style, control_label) for x in labels}

        labels = {side: read(values.get(side, ())) for side in SIDES}
        lists = {side: set(labels[side].values()) - {CONTROL} for side in SIDES}
        try:
            sha256 = Split("", 0, *(tuple(sorted(lists[side])) for side in SIDES)).sha256
        except UserError:
            sha256 = ""  # not disjoint: no split has these lists
        claimed = values.get("subgroups") or values.get("test_subgroup") or {}
        return cls(
            name=str(values.get("name", origin)),
            seed=int(values.get("seed", 0)),
            labels=labels,
            claims={
                canonical(label, style, control_label): group
                for label, group in _claims(claimed).items()
            },
            said_sha256=str(values.get("sha256", "")),
            sha256=sha256,
        )

    @classmethod
    def of_column(cls, screen: Screen, column: str, label_column: str) -> "WrittenSplit":
        """An obs column; both columns must be annotations of the screen.

        Raises:
            UserError: a value is none of train, val, test.
        """
        labels: dict[str, dict[str, str]] = {side: {} for side in SIDES}
        perturbed = screen.condition > 0
        rows = zip(
            screen.annotations[column][perturbed].tolist(),
            screen.annotations[label_column][perturbed].tolist(),
            screen.condition[perturbed].tolist(),
            strict=True,
        )
        for side, label, code in sorted({*rows}):
            if side not in labels:
                raise UserError(
                    f"obs[{column!r}] says {side}: its values must be {', '.join(SIDES)}"
                )
            name = screen.condition_names[code]
            # in a screen with contexts one label is several conditions
            labels[side][name if context_of(name) else label] = name
        return cls(f"column {column}", 0, labels)


def _claims(subgroups: Mapping[str, Iterable[str]]) -> dict[str, str]:
    return {str(c): str(group) for group, members in subgroups.items() for c in members}
