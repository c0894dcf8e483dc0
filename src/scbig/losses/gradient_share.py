"""Which part of the gradient each term of the objective has: measured, not assumed."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn


def gradient_share(
    terms: Mapping[str, Tensor], parameters: Sequence[nn.Parameter]
) -> dict[str, float]:
    """Share of each term in the sum of gradient norms, ||grad term|| / sum ||grad||.

    Args:
        terms: scalars of one graph, already weighted.
        parameters: what the gradients are taken against.

    Returns:
        One number in [0, 1] a term; 0 where a term has no gradient at all.
    """
    norms = {}
    for name, term in terms.items():
        if not term.requires_grad:
            norms[name] = 0.0
            continue
        found = torch.autograd.grad(term, parameters, retain_graph=True, allow_unused=True)
        squares = [g.detach().double().square().sum() for g in found if g is not None]
        norms[name] = float(torch.stack(squares).sum().sqrt()) if squares else 0.0
    total = sum(norms.values())
    return {name: norm / total if total > 0 else 0.0 for name, norm in norms.items()}
