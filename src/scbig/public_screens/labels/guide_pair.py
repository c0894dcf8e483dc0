"""Labels that are a pair of guides, written twice: ``KLF1_NegCtrl0__KLF1_NegCtrl0``.

So are the guide identities of GSE133344 (Norman et al. 2019): a vector holds two guides, and a
single perturbation has a negative control in the other place.
"""

from dataclasses import dataclass

from scbig.conditions import join_targets

NEGATIVE = "NegCtrl"


@dataclass(frozen=True)
class GuidePair:
    """Reads the two genes."""

    def __call__(self, label: str) -> str | None:
        """Canonical condition; ``None`` when the label is not a pair."""
        guides = label.partition("__")[0].split("_")
        if len(guides) != 2 or not all(guides):
            return None
        return join_targets(guide for guide in guides if not guide.startswith(NEGATIVE))
