"""Is every condition on one side, under whatever name?"""

from collections.abc import Iterator

from scbig.conditions import CONTROL
from scbig.data.audit.evidence import Evidence
from scbig.data.audit.finding import Finding
from scbig.errors import listed

CHECK = "sides"


def check_sides(evidence: Evidence) -> Iterator[Finding]:
    """The same targets (and context) on two sides, control cells to be tested, a changed file."""
    written = evidence.written
    where: dict[str, dict[str, list[str]]] = {}
    for side, labels in written.labels.items():
        for label, name in labels.items():
            where.setdefault(name, {}).setdefault(side, []).append(label)
    shared = {c: sides for c, sides in where.items() if len(sides) > 1 and c != CONTROL}
    if shared:
        examples = [
            " and ".join(f"{'/'.join(labels)} in {side}" for side, labels in sides.items())
            for sides in shared.values()
        ]
        yield Finding(
            "leak",
            CHECK,
            f"{len(shared)} conditions are on two sides: {listed(examples)}; give each set of "
            "targets to one side, whatever the order of its names",
        )
    tested = [side for side in ("val", "test") if side in where.get(CONTROL, {})]
    if tested and "train" in where[CONTROL]:
        yield Finding("note", CHECK, "control is listed on several sides: it belongs to all")
    twins = [
        "/".join(labels)
        for name, sides in where.items()
        for labels in sides.values()
        if len(labels) > 1 and name != CONTROL
    ]
    if twins:
        yield Finding(
            "note", CHECK, f"{len(twins)} conditions are spelled twice on one side: {listed(twins)}"
        )
    if written.said_sha256 and written.said_sha256 != written.sha256:
        yield Finding(
            "leak",
            CHECK,
            "the split file was changed after it was written: its sha256 does not fit its lists",
        )
    if evidence.rule is not None and evidence.rule.leak:
        yield Finding(
            "unproven",
            CHECK,
            f"its rule is known to leak: {evidence.rule.leak}; use it to compare with published "
            "numbers only",
        )
    present = frozenset(evidence.screen.conditions)
    absent = sorted(set(written.side) - present)
    if absent:
        yield Finding(
            "note",
            CHECK,
            f"{len(absent)} conditions of the split are not in the screen: {listed(absent)}",
        )
    unused = sorted(present - set(written.side))
    if unused:
        yield Finding("note", CHECK, f"{len(unused)} conditions are unused: {listed(unused)}")
