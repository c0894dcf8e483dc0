"""Are predicted cells copies of measured ones, and of the right conditions?"""

from collections.abc import Iterator

import numpy as np
import scipy.sparse as sp

from scbig.data.audit.evidence import SIDES, Evidence
from scbig.data.audit.finding import Finding
from scbig.data.audit.row_hash import row_hash, row_hashes
from scbig.data.audit.shared_cells import FEWEST_ENTRIES
from scbig.errors import listed

CHECK = "predictions"


def check_predictions(evidence: Evidence) -> Iterator[Finding]:
    """Predicted cells that equal measured cells of validation or test."""
    predicted = evidence.predictions
    if predicted is None:
        return
    screen = evidence.screen
    names = predicted.var_names.astype(str)
    shared = [gene for gene in screen.genes if gene in set(names)]
    if not shared:
        yield Finding(
            "unproven", CHECK, f"predictions and data share no gene: they have {listed(names)}"
        )
        return
    cells = sp.csr_matrix(predicted[:, shared].X)
    real = screen.with_genes(shared).cells
    held = np.flatnonzero(evidence.side_of_cell > 0)
    informative = np.diff(cells.indptr) >= FEWEST_ENTRIES
    copied = np.isin(row_hash(cells), row_hashes(real, held)) & informative
    if copied.any():
        examples = predicted.obs_names[copied].astype(str)
        yield Finding(
            "leak",
            CHECK,
            f"{int(copied.sum())} of {len(copied)} predicted cells equal measured cells of "
            f"{' or '.join(SIDES[1:3])} conditions: {listed(examples, 3)}",
        )
    said = predicted.uns.get("scbig", {})
    split = str(said.get("split_sha256", "")) if hasattr(said, "get") else ""
    if split and split != evidence.split.sha256:
        yield Finding(
            "leak",
            CHECK,
            f"they come from a model trained under another split (sha256 {split[:12]}, not "
            f"{evidence.split.sha256[:12]}): its training may hold what is tested here",
        )
