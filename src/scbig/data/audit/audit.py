"""``audit``: every check, on whatever evidence there is."""

from collections.abc import Callable, Iterator
from typing import Any

from scbig.data.audit.controls import check_batches, check_controls
from scbig.data.audit.embeddings import check_coverage, check_embeddings
from scbig.data.audit.evidence import Evidence
from scbig.data.audit.exposure import check_exposure, check_selection
from scbig.data.audit.file_axes import check_loadings, check_scores
from scbig.data.audit.file_extras import check_gene_statistics, check_uns
from scbig.data.audit.finding import Finding
from scbig.data.audit.fitted_artefacts import check_modules, check_spec
from scbig.data.audit.gene_choice import check_gene_choice_of_run, check_gene_flags
from scbig.data.audit.predictions import check_predictions
from scbig.data.audit.shared_cells import check_barcodes, check_equal_cells
from scbig.data.audit.sides import check_sides
from scbig.data.audit.written_split import WrittenSplit
from scbig.data.screen import Screen
from scbig.data.splits.split_rule import SplitRule
from scbig.data_spec import DataSpec
from scbig.split import Split

Check = Callable[[Evidence], Iterator[Finding]]

#: Cheap ones, which need nothing but a screen, a split and a spec.
QUICK: tuple[Check, ...] = (
    check_sides,
    check_exposure,
    check_selection,
    check_equal_cells,
    check_barcodes,
    check_spec,
    check_controls,
)
CHECKS: tuple[Check, ...] = (
    *QUICK,
    check_modules,
    check_gene_flags,
    check_gene_choice_of_run,
    check_uns,
    check_gene_statistics,
    check_loadings,
    check_scores,
    check_embeddings,
    check_coverage,
    check_predictions,
    check_batches,
)


def audit(evidence: Evidence, checks: tuple[Check, ...] = CHECKS) -> list[Finding]:
    """Findings of all checks; those that fail the audit come first."""
    found = [finding for check in checks for finding in check(evidence)]
    return sorted(found, key=lambda finding: ("leak", "unproven", "note").index(finding.severity))


def audit_summary(
    screen: Screen, split: Split, spec: DataSpec, rule: SplitRule | None = None
) -> dict[str, Any]:
    """The quick checks of a run, as plain values for its card.

    Args:
        screen: all genes of the file.
        split: of the run.
        spec: of the run.
        rule: that made the split.

    Returns:
        ``status`` (``clean`` or ``fails``), ``checks`` that were made, and the text of what was
        found, ``leak``, ``unproven`` and ``note``.
    """
    found = audit(Evidence(screen, WrittenSplit.of(split), rule=rule, spec=spec), QUICK)
    return {
        "status": "fails" if any(finding.fails for finding in found) else "clean",
        "checks": [check.__name__.removeprefix("check_") for check in QUICK],
        **{
            severity: [f"{f.check}: {f.text}" for f in found if f.severity == severity]
            for severity in ("leak", "unproven", "note")
        },
    }
