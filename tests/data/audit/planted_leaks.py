"""Evidence on the small screen, into which leaks are planted, and what the audit says of it."""

from typing import Any

import anndata

from scbig.data.audit.audit import audit
from scbig.data.audit.evidence import Evidence
from scbig.data.audit.finding import Finding
from scbig.data.audit.written_split import WrittenSplit
from scbig.data.schema import ScreenContract, read_screen
from scbig.split import Split
from small_screen import SPLIT, make_small_adata

#: B+C is validated on, C+D and D are tested, and D is nowhere in training: nothing leaks.
CLEAN = SPLIT.to_dict()


def evidence(
    adata: anndata.AnnData | None = None, split: Split | dict[str, Any] = SPLIT, **more: Any
) -> Evidence:
    adata = make_small_adata() if adata is None else adata
    written = (
        WrittenSplit.of(split) if isinstance(split, Split) else WrittenSplit.of_lists(split, "file")
    )
    screen = read_screen(adata, ScreenContract(covariates=("batch",)))
    return Evidence(screen, written, adata=adata, **more)


def failing(found: Evidence) -> list[Finding]:
    return [finding for finding in audit(found) if finding.fails]


def only(found: Evidence) -> Finding:
    """The one failing finding."""
    findings = failing(found)
    assert len(findings) == 1, findings
    return findings[0]


def notes(found: Evidence) -> str:
    return "\n".join(f.text for f in audit(found) if not f.fails)
