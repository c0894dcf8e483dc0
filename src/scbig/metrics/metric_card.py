"""``metric_card``: everything one must know before two tables of scores may be compared."""

from typing import Any

from scbig.data_spec import DataSpec
from scbig.metrics.scoreboard import Scoreboard
from scbig.metrics.table_card import names_sha256

GENE_SET = (
    "all genes of the screen; the targets of a condition stay in unless the metric says otherwise "
    "(discrimination leaves out the targets of all scored conditions)"
)
DE_RULE = (
    "Mann-Whitney U per gene with ties corrected, both sides against the same real control cells, "
    "false discovery rate by Benjamini-Hochberg within a condition below .05; log2 fold change of "
    "means of expm1 with pseudocount 1e-9"
)
VERDICT_RULE = (
    "paired bootstrap over conditions, 10,000 draws, BCa 95 % interval; beats: Holm-adjusted p "
    "below .05 over the headline metrics and a difference of at least .02 of the way from the best "
    "trivial baseline to the replicate, where the replicate leads, else any difference; loses: "
    "mirrored; ties: neither; fewer than five conditions carry no interval"
)


def metric_card(
    spec: DataSpec, board: Scoreboard, audit: dict[str, Any] | None = None
) -> dict[str, Any]:
    """The card that goes with every table of scores, in plain values.

    Args:
        spec: what the predictors were given to learn from.
        board: the scores.
        audit: result of the audit of data and split, if one was made.
    """
    split = spec.split
    names = [*split.train, *split.val, *split.test]
    return {
        "split": {"name": split.name, "seed": split.seed, "sha256": split.sha256},
        "condition_names": {"n": len(names), "sha256": names_sha256(names)},
        "scale": spec.scale,
        "library": spec.library,
        "genes": {"n": spec.n_genes, "sha256": names_sha256(spec.genes), "set": GENE_SET},
        "de_rule": DE_RULE,
        "verdict_rule": VERDICT_RULE,
        **board.card(),
        "audit": "not given" if audit is None else audit,
    }
