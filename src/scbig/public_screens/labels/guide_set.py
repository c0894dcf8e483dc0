"""Labels that list all guides of a cell: ``p-sgELK1-1_p-sgIRF1-2`` (Dixit et al. 2016)."""

import re
from dataclasses import dataclass

from scbig.conditions import CONTROL, join_targets

#: ``p_sgIRF1_2``, ``p-sgIRF1-2``, ``sgIRF1-2`` or the gene alone.
GUIDE = re.compile(r"(?:p[_-])?(?:sg)?(?P<gene>[A-Za-z0-9.]+?)(?:[_-]\d+)?")
INTERGENIC = "INTERGENIC"
#: Written between guides: spaced in the authors' tables, an underscore in scPerturb.
SPACED = " + "


@dataclass(frozen=True)
class GuideSet:
    """Reads the set of genes; intergenic guides cut nowhere of interest and count as control."""

    def __call__(self, label: str) -> str | None:
        """Canonical condition; ``None`` when no guide was seen or one cannot be read."""
        if label == CONTROL:
            return CONTROL
        spaced = SPACED in label or label.startswith("p_")
        guides = label.split(SPACED) if spaced else label.split("_")
        read = [GUIDE.fullmatch(guide.strip()) for guide in guides]
        genes = [found["gene"] for found in read if found is not None]
        if len(genes) < len(guides) or {"nan", "None"} & set(genes):
            return None
        return join_targets(g for g in genes if not g.startswith(INTERGENIC) and g != CONTROL)
