"""The GEARS ``simulation_single`` split: unseen genes among single perturbations only."""

from collections.abc import Sequence

from scbig.data.splits.simulation import VALIDATION_SHARE, hide_genes
from scbig.data.splits.split_rule import Labels, SplitRule, check_fraction, checked, singles_of
from scbig.split import Split


class SimulationSingle(SplitRule):
    """A share of the target genes is hidden; combinations are not used at all.

    Args:
        seed: of the draw.
        gene_fraction: share of genes that are seen.
    """

    def __init__(self, seed: int = 1, gene_fraction: float = 0.75) -> None:
        check_fraction("gene_fraction", gene_fraction)
        self.seed = seed
        self.gene_fraction = gene_fraction

    def split(self, conditions: Sequence[str], labels: Labels | None = None) -> Split:
        """Split of the singles among ``conditions``."""
        rest, test = hide_genes(singles_of(conditions), self.gene_fraction, 0.0, self.seed)
        train, val = hide_genes(rest, VALIDATION_SHARE, 0.0, self.seed)
        return checked(
            Split(
                name=f"simulation_single_g{self.gene_fraction:g}",
                seed=self.seed,
                train=tuple(train),
                val=tuple(val),
                test=tuple(test),
            )
        )
