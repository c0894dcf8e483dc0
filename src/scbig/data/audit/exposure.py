"""What does training, and what does validation, know of the genes that are tested?"""

from collections import Counter
from collections.abc import Iterable, Iterator

from scbig.conditions import context_of, in_context, target_genes, targets_of
from scbig.data.audit.evidence import Evidence
from scbig.data.audit.finding import Finding
from scbig.errors import UserError, listed
from scbig.split import Split

CHECK = "exposure"
#: What GEARS calls the subgroups.
PREFIX = "combo_"


def check_exposure(evidence: Evidence) -> Iterator[Finding]:
    """Exposure of each test gene against the subgroups that the split claims."""
    split, claims = evidence.split, evidence.written.claims
    trained = _perturbed(split.train)
    combined = _perturbed(c for c in split.train if len(targets_of(c)) > 1)
    wrong, exposed = [], []
    for condition in split.test:
        claim = claims.get(condition, split.subgroup(condition)).removeprefix(PREFIX)
        genes = _perturbed([condition])
        if claim == "unseen_single":
            if genes & trained:
                exposed.append(condition)
        elif claim.startswith(("seen", "order")) and claim not in _true_labels(split, condition):
            wrong.append(f"{condition} as {claim}, which is {split.subgroup(condition)}")
    if exposed:
        examples = [f"{c} ({_where(c, split)})" for c in exposed[:3]]
        yield Finding(
            "leak",
            CHECK,
            f"{len(exposed)} singles are tested as unseen and their genes are perturbed in "
            f"training: {listed(exposed)}; e.g. {', '.join(examples)}",
        )
    if wrong:
        yield Finding(
            "leak",
            CHECK,
            f"{len(wrong)} tested conditions are not what is claimed: {listed(wrong)}",
        )
    yield from _effective_note(split)
    tested = _perturbed(split.test)
    singles = tested & split.seen_genes
    only_combined = (tested & combined) - singles
    validated = (tested & _perturbed(split.val)) - trained
    names = set(target_genes(split.train))
    elsewhere = {g for g in tested - trained - validated if in_context(g, "") in names}
    yield Finding(
        "note",
        CHECK,
        f"{len(tested)} tested genes: {len(singles)} with a training single, {len(only_combined)} "
        f"in training combinations only, {len(validated)} in validation only, "
        + (f"{len(elsewhere)} in another context only, " if elsewhere else "")
        + f"{len(tested - trained - validated - elsewhere)} nowhere",
    )


def check_selection(evidence: Evidence) -> Iterator[Finding]:
    """Genes of the test that training lacks and validation has: selection would see them."""
    split = evidence.split
    # of genes, whatever the context: a perturbation trained in another one is not hidden
    hidden = set(target_genes(split.val)) & set(target_genes(split.test))
    hidden -= set(target_genes(split.train))
    if not hidden:
        return
    conditions = [c for c in split.val if hidden.intersection(targets_of(c))]
    what = (
        f"{len(hidden)} genes of the test are not in training and are in {len(conditions)} "
        f"validation conditions ({listed(sorted(hidden))}; {listed(conditions)})"
    )
    if _is_made_by_its_rule(evidence):
        yield Finding(
            "note",
            "selection",
            f"{what}: the published rule counts genes of validation as seen; read effective_seen",
        )
    else:
        yield Finding(
            "leak",
            "selection",
            f"{what}: early stopping on them is stopping on test genes; move these conditions to "
            "training or to no side",
        )


def _is_made_by_its_rule(evidence: Evidence) -> bool:
    """Whether a published rule that validates on hidden genes gives exactly this split."""
    rule = evidence.rule
    if rule is None or not rule.validates_on_hidden_genes:
        return False
    try:
        again = rule.split(evidence.screen.conditions)
    except UserError:
        return False
    return again.sha256 == evidence.split.sha256


def _effective_note(split: Split) -> Iterator[Finding]:
    lost: Counter[str] = Counter()
    sizes = Counter(map(split.label_subgroup, split.test))
    for condition in split.test:
        label, effective = split.label_subgroup(condition), split.subgroup(condition)
        if label != effective and effective != "seen_elsewhere":
            lost[label] += 1
    if lost:
        shares = [f"{n} of {sizes[label]} {label}" for label, n in sorted(lost.items())]
        yield Finding(
            "note",
            CHECK,
            f"label_seen and effective_seen differ for {listed(shares)}: a parent is in validation "
            "or in combinations only, not measured alone in training",
        )


def _true_labels(split: Split, condition: str) -> set[str]:
    return {split.subgroup(condition), split.label_subgroup(condition)}


def _perturbed(conditions: Iterable[str]) -> set[str]:
    """Perturbed genes, each with its context where there is one."""
    return {in_context(t, context_of(c)) for c in conditions for t in targets_of(c)}


def _where(single: str, split: Split) -> str:
    gene, context = targets_of(single)[0], context_of(single)
    found = [c for c in split.train if gene in targets_of(c) and context_of(c) == context]
    return f"in {listed(found, 2)}"
