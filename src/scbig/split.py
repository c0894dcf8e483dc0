"""Which conditions are trained on, validated on and tested: data, with a hash, not a rule."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from scbig.conditions import canonical, context_of, in_context, targets_of
from scbig.errors import UserError, listed
from scbig.json_object import read_json_object


@dataclass(frozen=True)
class Split:
    """Disjoint canonical conditions; control belongs to every side and is not listed.

    Attributes:
        name: the rule or file it came from.
        seed: seed of the rule.
        train, val, test: sorted canonical conditions.
    """

    name: str
    seed: int
    train: tuple[str, ...]
    val: tuple[str, ...]
    test: tuple[str, ...]

    def __post_init__(self) -> None:
        for a, b in (("train", "val"), ("train", "test"), ("val", "test")):
            shared = set(getattr(self, a)) & set(getattr(self, b))
            if shared:
                raise UserError(
                    f"split {self.name!r} has conditions in both {a} and {b}: {listed(shared)}; "
                    "give each condition to one side"
                )

    @cached_property
    def seen_genes(self) -> frozenset[str]:
        """Single perturbations in training: genes, each with its context where there is one."""
        return frozenset(c for c in self.train if len(targets_of(c)) == 1)

    @cached_property
    def _trained_perturbations(self) -> frozenset[str]:
        return frozenset(in_context(c, "") for c in self.train)

    def subgroup(self, condition: str) -> str:
        """Stratum of a condition: ``seen0/1/2`` for a double, ``unseen_single``, ``seen_single``.

        ``seen-k`` counts the targets of the double whose single is in *training* (the effective
        count of evaluation practice, not the label of a rule), in the same context. A perturbation
        that was trained in another context is ``seen_elsewhere``.
        """
        targets, context = targets_of(condition), context_of(condition)
        if context and in_context(condition, "") in self._trained_perturbations:
            return "seen_elsewhere"
        seen = sum(in_context(t, context) in self.seen_genes for t in targets)
        if len(targets) == 1:
            return "seen_single" if seen else "unseen_single"
        return f"seen{seen}" if len(targets) == 2 else f"order{len(targets)}_seen{seen}"

    @cached_property
    def _selected_genes(self) -> frozenset[str]:
        kept = (*self.train, *self.val)
        return frozenset(in_context(t, context_of(c)) for c in kept for t in targets_of(c))

    def label_subgroup(self, condition: str) -> str:
        """Stratum as rules such as GEARS' label it, of the same names as ``subgroup``.

        A target counts as seen when any condition of training *or validation* has it, alone or in
        a combination.
        """
        targets, context = targets_of(condition), context_of(condition)
        seen = sum(in_context(t, context) in self._selected_genes for t in targets)
        if len(targets) == 1:
            return "seen_single" if seen else "unseen_single"
        return f"seen{seen}" if len(targets) == 2 else f"order{len(targets)}_seen{seen}"

    @cached_property
    def sha256(self) -> str:
        """Hash of the three lists: equal hashes are equal splits."""
        content = json.dumps([sorted(self.train), sorted(self.val), sorted(self.test)])
        return hashlib.sha256(content.encode()).hexdigest()

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "name": self.name,
            "seed": self.seed,
            "train": list(self.train),
            "val": list(self.val),
            "test": list(self.test),
            "subgroups": self._grouped(self.subgroup),
            "label_subgroups": self._grouped(self.label_subgroup),
            "sha256": self.sha256,
        }

    def _grouped(self, stratum: Callable[[str], str]) -> dict[str, list[str]]:
        groups: dict[str, list[str]] = {}
        for condition in self.test:
            groups.setdefault(stratum(condition), []).append(condition)
        return dict(sorted(groups.items()))

    @classmethod
    def from_dict(cls, values: Mapping[str, Any], origin: str = "split") -> "Split":
        """Read the JSON form; names are made canonical and a wrong hash is refused.

        Raises:
            UserError: a key is missing, or the lists are not what the hash says.
        """
        absent = [key for key in ("train", "test") if key not in values]
        if absent:
            raise UserError(
                f"{origin} lacks the key {listed(absent)}: a split needs train and test"
            )
        split = cls(
            name=str(values.get("name", origin)),
            seed=int(values.get("seed", 0)),
            train=_names(values["train"]),
            val=_names(values.get("val", ())),
            test=_names(values["test"]),
        )
        if values.get("sha256", split.sha256) != split.sha256:
            raise UserError(
                f"{origin} was changed after it was written: its sha256 does not fit its lists; "
                "remove the key sha256 if the change is intended"
            )
        return split

    @classmethod
    def read(cls, path: Path) -> "Split":
        """Read a split file.

        Raises:
            UserError: no such file, or not a split in JSON.
        """
        values = read_json_object(path, "split file", "an object with train, val and test")
        return cls.from_dict(values, origin=str(path))

    def write(self, path: Path) -> None:
        """Write the JSON form."""
        path.write_text(json.dumps(self.to_dict(), indent=1) + "\n")


def _names(labels: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({canonical(str(label)) for label in labels} - {"control"}))
