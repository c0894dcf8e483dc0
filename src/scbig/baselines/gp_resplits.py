"""Re-splits of training conditions that imitate a real split: by gene, every stratum covered."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scbig.conditions import context_of, contexts, in_context, target_genes, targets_of

STRATA = ("unseen_single", "seen0", "seen1", "seen2", "seen_elsewhere")
#: Share of genes hidden with every condition that touches them.
HIDDEN_GENES = 0.2
#: Share of the remaining combinations hidden, all of whose targets stay seen.
HIDDEN_COMBINATIONS = 0.25


@dataclass(frozen=True)
class Resplit:
    """Some training conditions hidden.

    Attributes:
        hidden: which conditions, (conditions,).
        stratum: index into ``STRATA`` of each hidden condition, (hidden conditions,).
    """

    hidden: npt.NDArray[np.bool_]
    stratum: npt.NDArray[np.int64]


def stratum_of(condition: str, trained: Collection[str]) -> str:
    """Stratum of a condition by what was trained.

    ``seen2`` is a combination whose targets are all trained singles, ``seen1`` lacks one of them,
    ``seen0`` lacks two or more. ``seen_elsewhere`` was trained in another context. "" is a trained
    single or control.

    Args:
        condition: canonical name.
        trained: trained conditions, and each without its context.
    """
    targets, context = targets_of(condition), context_of(condition)
    if not targets or (len(targets) == 1 and condition in trained):
        return ""
    if context and in_context(condition, "") in trained:
        return "seen_elsewhere"
    lacking = sum(in_context(t, context) not in trained for t in targets)
    if len(targets) == 1:
        return "unseen_single"
    return f"seen{max(2 - lacking, 0)}"


def trained_names(conditions: Sequence[str]) -> frozenset[str]:
    """Conditions, and those with a context also without it, for ``stratum_of``."""
    return frozenset(conditions) | {in_context(c, "") for c in conditions if context_of(c)}


def resplits(conditions: Sequence[str], n: int, rng: np.random.Generator) -> list[Resplit]:
    """Hide ``HIDDEN_GENES`` of the genes and ``HIDDEN_COMBINATIONS`` of the combinations left.

    The mix of the field's simulation split: it covers unseen singles and combinations with no,
    one or two seen targets. With several contexts, every other re-split hides each gene in one
    context only, more often in one that lacks more of what others have: there new conditions are
    asked for. Re-splits that hide nothing, or leave fewer than 3 conditions, are dropped.
    """
    genes, levels = np.array(target_genes(conditions), dtype=object), contexts(conditions)
    lacking = _lacking(conditions, levels)
    combined = np.array([len(targets_of(c)) > 1 for c in conditions], dtype=np.bool_)
    out = []
    for r in range(n):
        chosen = rng.choice(genes, max(round(HIDDEN_GENES * len(genes)), 1), replace=False)
        everywhere = len(levels) < 2 or r % 2 == 0
        where: dict[str, str | None] = {
            gene: None if everywhere else str(rng.choice(levels, p=lacking)) for gene in chosen
        }
        hidden = np.array([_touches(c, where) for c in conditions], dtype=np.bool_)
        hidden |= combined & (rng.random(len(conditions)) < HIDDEN_COMBINATIONS)
        if not hidden.any() or (~hidden).sum() < 3:
            continue
        trained = trained_names([c for c, h in zip(conditions, hidden, strict=True) if not h])
        strata = [stratum_of(c, trained) for c, h in zip(conditions, hidden, strict=True) if h]
        out.append(Resplit(hidden, np.array([STRATA.index(s) for s in strata], dtype=np.int64)))
    return out


def _lacking(conditions: Sequence[str], levels: Sequence[str]) -> npt.NDArray[np.float64]:
    """Share of each context in the perturbations that it lacks and another has, (contexts,)."""
    everything = {in_context(c, "") for c in conditions}
    missing = np.array(
        [len(everything) - sum(context_of(c) == level for c in conditions) for level in levels]
    )
    if not missing.any():
        missing = np.ones(len(levels), dtype=np.int64)
    return np.asarray(missing / missing.sum())


def _touches(condition: str, where: dict[str, str | None]) -> bool:
    """Whether a target is hidden, in the context of the condition (None: in all)."""
    return any(
        t in where and where[t] in (None, context_of(condition)) for t in targets_of(condition)
    )


def distinct_targets(conditions: Sequence[str], splits: Sequence[Resplit]) -> npt.NDArray[np.int64]:
    """Number of distinct targets held out in each stratum, (strata,)."""
    found: list[set[str]] = [set() for _ in STRATA]
    for split in splits:
        for i, s in zip(np.flatnonzero(split.hidden), split.stratum, strict=True):
            found[s].update(targets_of(conditions[int(i)]))
    return np.array([len(targets) for targets in found], dtype=np.int64)
