"""Labels that are a gene and the number of its guide: ``STAT2g2`` (Papalexi et al. 2021)."""

import re
from dataclasses import dataclass

from scbig.conditions import CONTROL, CONTROL_TOKENS

NUMBER = re.compile(r"g\d+$")
NON_TARGETING = "NT"


@dataclass(frozen=True)
class NumberedGuide:
    """Reads the gene; guides ``NTg1`` and ``control`` are control."""

    def __call__(self, label: str) -> str | None:
        """Canonical condition; ``None`` for an empty label and ``*``."""
        gene = NUMBER.sub("", label.strip())
        if gene == NON_TARGETING or gene in CONTROL_TOKENS:
            return CONTROL
        return gene if gene not in ("", "*") else None
