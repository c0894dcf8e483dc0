"""Labels that are plasmids: ``SPI1_pDS255``, ``ATF6_PERK_IRE1_pMJ158`` (Adamson et al. 2016)."""

import re
from dataclasses import dataclass

from scbig.conditions import CONTROL, join_targets

#: The plasmid at the end of a guide identity; one construct may come in several, ``pMJ144-1``.
PLASMID = re.compile(r"_p[A-Z]{2}\d+(-\d+)?$")
#: ``ATF6_only_pMJ145`` is a construct of one gene among constructs of several.
SINGLE = "only"
GENE = re.compile(r"[A-Za-z][A-Za-z0-9.-]*")


@dataclass(frozen=True)
class GuideConstruct:
    """Reads genes out of guide identities.

    Attributes:
        controls: guide identities of control constructs of this experiment.
    """

    controls: frozenset[str]

    def __call__(self, label: str) -> str | None:
        """Canonical condition; ``None`` for ``*`` and for controls of another experiment."""
        if label in self.controls:
            return CONTROL
        plasmid = PLASMID.search(label)
        if plasmid is None:
            return None
        names = [name for name in label[: plasmid.start()].split("_") if name != SINGLE]
        if not names or not all(GENE.fullmatch(name) for name in names):
            return None
        return join_targets(names)
