"""What is said of a split: sizes, subgroups, hashes; and the file it is kept in."""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

from scbig.component import describe
from scbig.conditions import targets_of
from scbig.data.splits.split_rule import SplitRule, without
from scbig.split import Split


def universe_sha256(conditions: Sequence[str]) -> str:
    """Hash of the names a rule drew from: the same seed on other names is another split."""
    return hashlib.sha256(json.dumps(sorted(conditions)).encode()).hexdigest()


def unused_conditions(split: Split, conditions: Sequence[str]) -> list[str]:
    """Sorted ``conditions`` that are on no side."""
    return without(conditions, split.train, split.val, split.test)


def split_line(split: Split, conditions: Sequence[str]) -> str:
    """One line: name, sizes, subgroups of the test, hash."""
    unused = len(unused_conditions(split, conditions))
    subgroups = _counted(split.to_dict()["subgroups"])
    return (
        f"split {split.name} (seed {split.seed}): {len(split.train)} train, {len(split.val)} val, "
        f"{len(split.test)} test conditions"
        + (f" ({subgroups})" if subgroups else "")
        + (f", {unused} unused" if unused else "")
        + f"; sha256 {split.sha256[:12]}"
    )


def split_table(split: Split, conditions: Sequence[str], rule: SplitRule) -> list[str]:
    """Lines on a split and the names it was drawn from."""
    values = split.to_dict()
    unused = unused_conditions(split, conditions)
    singles = {side: _orders(getattr(split, side)) for side in ("train", "val", "test")}
    lines = [f"split            {split.name}, seed {split.seed}"]
    lines += [f"{side:<17}{len(getattr(split, side))} ({text})" for side, text in singles.items()]
    if unused:
        lines.append(f"{'unused':<17}{len(unused)} ({_orders(unused)})")
    lines += [
        f"effective_seen   {_counted(values['subgroups']) or 'nothing is tested'}",
        f"label_seen       {_counted(values['label_subgroups']) or 'nothing is tested'}",
        f"sha256           {split.sha256}",
        f"names            {len(conditions)}, sha256 {universe_sha256(conditions)}",
    ]
    return lines + ([f"LEAKS            {rule.leak}"] if rule.leak else [])


def split_document(split: Split, conditions: Sequence[str], rule: SplitRule) -> dict[str, Any]:
    """What a split file says: the lists, the rule that made them, and the names it drew from."""
    return {
        **split.to_dict(),
        "unused": unused_conditions(split, conditions),
        "rule": describe(rule),
        "leak": rule.leak,
        "universe_sha256": universe_sha256(conditions),
    }


def _counted(groups: dict[str, list[str]]) -> str:
    return ", ".join(f"{name} {len(members)}" for name, members in groups.items())


def _orders(conditions: Sequence[str]) -> str:

    number = Counter(len(targets_of(name)) for name in conditions)
    singles, more = number[1], sum(number.values()) - number[1]
    return f"{singles} singles, {more} combinations"
