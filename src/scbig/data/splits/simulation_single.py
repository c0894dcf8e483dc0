"""The GEARS ``simulation_single`` split: unseen genes among single perturbations only."""

from collections.abc import Sequence

from scbig.conditions import context_of, contexts
from scbig.data.splits.simulation import VALIDATION_SHARE, hide_genes
from scbig.data.splits.split_rule import Labels, SplitRule, check_fraction, make_split, singles_of
from scbig.errors import UserError, listed
from scbig.split import Split


class SimulationSingle(SplitRule):
    """A share of the target genes is hidden; combinations are not used at all.

    Args:
        seed: of the draw.
        gene_fraction: share of genes that are seen.
        context: use the conditions of this context only: the within-cell-line task of a screen in
            several lines.
    """

    def __init__(
        self, seed: int = 1, gene_fraction: float = 0.75, context: str | None = None
    ) -> None:
        check_fraction("gene_fraction", gene_fraction)
        self.context = context
        self.seed = seed
        self.gene_fraction = gene_fraction

    def split(self, conditions: Sequence[str], labels: Labels | None = None) -> Split:
        """Split of the singles among ``conditions``."""
        used = [c for c in conditions if self.context in (None, context_of(c))]
        if not used:
            raise UserError(
                f"the conditions have no context {self.context!r}: they have "
                f"{listed(contexts(conditions)) or 'none'}"
            )
        rest, test = hide_genes(singles_of(used), self.gene_fraction, 0.0, self.seed)
        train, val = hide_genes(rest, VALIDATION_SHARE, 0.0, self.seed)
        return make_split(
            f"simulation_single_g{self.gene_fraction:g}"
            + (f"_{self.context}" if self.context else ""),
            self.seed,
            train,
            val,
            test,
        )
