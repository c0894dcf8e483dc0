"""Names of conditions: ``control``, ``A``, ``A+B`` with the targets sorted, ``A+B@context``.

Everything behind the door of the package speaks canonical names only; the styles of other tools
are read here, once. A context is what the same perturbation was measured in, such as a cell line,
where the screen is to be split by it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scbig.errors import UserError, listed

CONTROL = "control"
JOIN = "+"
CONTEXT = "@"

#: Tokens that mean "no target" in the label styles we read.
CONTROL_TOKENS = frozenset({"control", "ctrl", "non-targeting"})


@dataclass(frozen=True)
class LabelStyle:
    """How a file writes its conditions: what joins two targets and which tokens mean control."""

    join: str
    control: frozenset[str]


#: ``plus`` reads our own, GEARS (``A+ctrl``, ``ctrl``) and ``non-targeting`` labels, which cannot
#: be mistaken for each other. ``underscore`` (scPerturb's ``A_B``) must be asked for: a gene's
#: name may hold an underscore.
LABEL_STYLES = {
    "plus": LabelStyle("+", CONTROL_TOKENS),
    "underscore": LabelStyle("_", CONTROL_TOKENS),
}


def targets_of(condition: str) -> tuple[str, ...]:
    """Target genes of a canonical condition; empty for control."""
    return () if condition == CONTROL else tuple(condition.split(CONTEXT)[0].split(JOIN))


def context_of(condition: str) -> str:
    """Context of a canonical condition; "" when the screen is not split by one."""
    return condition.partition(CONTEXT)[2]


def in_context(condition: str, context: str) -> str:
    """The same perturbation in another context; "" takes the context away, control has none."""
    perturbation = condition.split(CONTEXT)[0]
    has_one = bool(context) and perturbation != CONTROL
    return CONTEXT.join([perturbation, context]) if has_one else perturbation


def contexts(conditions: Iterable[str]) -> list[str]:
    """Contexts of canonical ``conditions``, each once, sorted; empty when they have none."""
    return sorted({context_of(condition) for condition in conditions} - {""})


def target_genes(conditions: Iterable[str]) -> list[str]:
    """Target genes of canonical ``conditions``, each once, sorted."""
    return sorted({target for condition in conditions for target in targets_of(condition)})


def join_targets(targets: Iterable[str]) -> str:
    """Canonical name of a set of targets: sorted, joined by ``+``; ``control`` when empty."""
    return JOIN.join(sorted(set(targets))) or CONTROL


def canonical(label: str, style: str = "plus", control_label: str | None = None) -> str:
    """Canonical name of one label.

    Args:
        label: as written in the file, such as ``B+A``, ``A+ctrl`` or ``non-targeting``; what
            follows an ``@`` is the context.
        style: a key of ``LABEL_STYLES``.
        control_label: a further token of this file that means control.

    Raises:
        UserError: unknown style, empty label, or an empty target as in ``A+``.
    """
    if style not in LABEL_STYLES:
        raise UserError(f"unknown label style {style!r}: use one of {listed(LABEL_STYLES)}")
    rule = LABEL_STYLES[style]
    text, at, context = (part.strip() for part in label.partition(CONTEXT))
    if at and not context:
        raise UserError(f"cannot read the condition label {label!r}: no context follows the {at}")
    if text == control_label or text in rule.control:
        return CONTROL
    tokens = [token.strip() for token in text.split(rule.join)]
    if not all(tokens):
        raise UserError(f"cannot read the condition label {label!r}: a target name is empty")
    targets = (t for t in tokens if t not in rule.control and t != control_label)
    return in_context(join_targets(targets), context)


def canonical_all(
    labels: Sequence[str], style: str = "plus", control_label: str | None = None
) -> list[str]:
    """``canonical`` of each label; each distinct label is parsed once."""
    read = {label: canonical(label, style, control_label) for label in dict.fromkeys(labels)}
    return [read[label] for label in labels]


def parse_conditions(text: str) -> list[str]:
    """Conditions of a comma-separated request such as ``"KLF1, CEBPA+KLF1"``, order kept.

    It may stand in brackets, as lists of other options do.

    Raises:
        UserError: when nothing is asked for.
    """
    bare = text.strip()
    if bare.startswith("[") and bare.endswith("]"):
        bare = bare[1:-1]
    asked = [canonical(part) for part in bare.split(",") if part.strip()]
    if not asked:
        raise UserError('no perturbation is asked for: write e.g. "KLF1,CEBPA+KLF1"')
    return list(dict.fromkeys(asked))
