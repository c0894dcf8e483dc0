"""Words of a report: what the standard predictors and the subgroups are."""

import re

PREDICTORS = {
    "no_change": "The perturbation does nothing: control cells as they are.",
    "train_mean": "The mean effect of training conditions; its cells are perturbed training cells.",
    "additive": "Sum of the effects of the single perturbations.",
    "matching": "Mean of the two single perturbations (Systema's matching mean).",
    "bilinear": "Low-rank ridge regression between gene axes of the training effects.",
    "ridge": "Ridge regression of effects on the embeddings of the target genes.",
    "gaussian_process": "Gaussian process over gene effects; predicts means only.",
    "gp_shift": "Control cells shifted so that their mean moves by the Gaussian process's effect.",
    "replicate": "One half of the measured cells predicts the other half.",
}

_SUBGROUPS = {
    "all": "every condition",
    "unseen_single": "one gene, never perturbed alone in training",
    "seen_single": "one gene whose single perturbation was trained on",
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
