"""The GEARS ``simulation`` split: unseen genes, and combinations with 0, 1 or 2 seen ones."""

from collections.abc import Sequence

import numpy as np

from scbig.conditions import target_genes
from scbig.data.splits.split_rule import (
    Labels,
    SplitRule,
    check_fraction,
    combinations_of,
    make_split,
    singles_of,
    touching,
    without,
)
from scbig.split import Split

#: GEARS draws its validation side by the same rule from the training side, with this share.
VALIDATION_SHARE = 0.9


class Simulation(SplitRule):
    """A share of the target genes is hidden, and with them every condition that touches one.

    Singles of hidden genes and combinations with a hidden target are tested, as is a share of the
    combinations of two seen targets. Validation: the same rule on the training side. The draws are
    those of GEARS (Roohani et al. 2023, ``data_utils.DataSplitter``), on canonical names.

    Args:
        seed: of both draws.
        gene_fraction: share of genes that are seen.
        combo_fraction: share of the combinations of seen genes that are trained on.
    """

    validates_on_hidden_genes = True

    def __init__(
        self, seed: int = 1, gene_fraction: float = 0.75, combo_fraction: float = 0.75
    ) -> None:
        check_fraction("gene_fraction", gene_fraction)
        check_fraction("combo_fraction", combo_fraction)
        self.seed = seed
        self.gene_fraction = gene_fraction
        self.combo_fraction = combo_fraction

    def split(self, conditions: Sequence[str], labels: Labels | None = None) -> Split:
        """Split of ``conditions``."""
        rest, test = hide_genes(conditions, self.gene_fraction, self.combo_fraction, self.seed)
        train, val = hide_genes(rest, VALIDATION_SHARE, VALIDATION_SHARE, self.seed)
        return make_split(
            f"simulation_g{self.gene_fraction:g}_c{self.combo_fraction:g}",
            self.seed,
            train,
            val,
            test,
        )


def hide_genes(
    conditions: Sequence[str], gene_fraction: float, combo_fraction: float, seed: int
) -> tuple[list[str], list[str]]:
    """Visible and hidden conditions of one application of the rule; both sorted."""
    genes = target_genes(conditions)
    # the generator is restarted before the second draw: so does GEARS
    seen = np.random.RandomState(seed).choice(
        np.asarray(genes), int(len(genes) * gene_fraction), replace=False
    )
    hidden = touching(without(genes, seen.tolist()), conditions)
    inside = combinations_of(without(conditions, hidden))
    kept = np.random.RandomState(seed).choice(
        np.asarray(inside, dtype=np.str_), int(len(inside) * combo_fraction), replace=False
    )
    visible = [*singles_of(without(conditions, hidden)), *kept.tolist()]
    return sorted(visible), without(conditions, visible)
