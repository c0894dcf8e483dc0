"""Words of a report: what the standard predictors and the strata of conditions are."""

import re

PREDICTORS = {
    "no_change": "The perturbation does nothing: control cells as they are.",
    "train_mean": "The mean effect of training conditions; its cells are perturbed training cells.",
    "context_mean": "The mean effect of the same perturbation in other contexts.",
    "additive": "Sum of the effects of the single perturbations.",
    "scaled_additive": "That sum times one factor, fitted on training doubles.",
    "matching": "Mean of the two single perturbations (Systema's matching mean).",
    "bilinear": "Low-rank ridge regression between gene axes of the training effects.",
    "bilinear_cv": "The same, with rank and penalty chosen by cross-validation over targets.",
    "ridge": "Ridge regression of effects on the embeddings of the target genes.",
    "knn": "Mean effect of the targets nearest in the embedding.",
    "random_forest": "Random forest from the embeddings of the target genes to effects.",
    "gaussian_process": "Gaussian process over gene effects; predicts means only.",
    "gp_shift": "Control cells shifted so that their mean moves by the Gaussian process's effect.",
    "gp_count_transport": "Control cells whose counts are moved to the mean that the Gaussian "
    "process predicts, in cells as rich in counts as its effects make them.",
    "gp_fold_transport": "The same, but cells that the covariance map moves further take more of "
    "the mean effect.",
    "interp_dup": "A ceiling: one half of the measured cells where its effects are sure, the mean "
    "of other perturbations where they are not, predicts the other half.",
    "replicate": "A ceiling: one half of the measured cells predicts the other half.",
}

#: Ways to divide the conditions: title, and what they tell.
STRATA = {
    "subgroup": ("Subgroup", "How much of a condition was seen in training."),
    "effect_size": (
        "Effect size",
        "How many genes the measured cells show to be differentially expressed: with none there is "
        "nothing to predict, with many most methods look good.",
    ),
    "coverage": (
        "Embedding coverage",
        "Whether prior knowledge of the targets was there to generalise from.",
    ),
    "cells": (
        "Number of cells",
        "How many measured cells a condition is judged by: few cells blur every score.",
    ),
}

_STRATA = {
    "effect_size": "{} differentially expressed genes",
    "cells": "{} measured cells",
}
_COVERAGE = {
    "all targets": "all targets have an embedding",
    "some targets": "some targets have an embedding",
    "no target": "no target has an embedding",
}

_SUBGROUPS = {
    "all": "every condition",
    "unseen_single": "one gene, never perturbed alone in training",
    "seen_single": "one gene whose single perturbation was trained on",
    "seen_elsewhere": "a perturbation trained on in another context",
    "seen0": "two genes, neither perturbed alone in training",
    "seen1": "two genes, one perturbed alone in training",
    "seen2": "two genes, both perturbed alone in training",
}


def subgroup_meaning(subgroup: str) -> str:
    """What the conditions of a subgroup have in common."""
    several = re.fullmatch(r"order(\d+)_seen(\d+)", subgroup)
    if several:
        return f"{several[1]} genes, {several[2]} perturbed alone in training"
    return _SUBGROUPS.get(subgroup, subgroup)


def stratum_meaning(by: str, level: str) -> str:
    """What the conditions of a stratum have in common.

    Args:
        by: a key of ``STRATA``.
        level: the stratum; ``all`` without a stratification is every condition.
    """
    if by == "subgroup" or level == "all":
        return subgroup_meaning(level)
    if level == "unknown":
        return "not known"
    if by == "coverage":
        return _COVERAGE.get(level, level)
    return _STRATA[by].format(level.replace(">=", "≥ ").replace("<", "< ").replace("-", "–"))
