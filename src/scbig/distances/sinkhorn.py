"""Entropic optimal transport between two sets of equally weighted points."""

import math

import torch
from torch import Tensor

from scbig.distances.full_precision import full_precision
from scbig.distances.pairwise import squared_distances

#: Rounds in the scaling domain between two returns to logarithms.
BLOCK = 10


@torch.no_grad()
def potentials(
    cost: Tensor, epsilon: Tensor, iterations: int = 100, tolerance: float = 1e-4
) -> tuple[Tensor, Tensor]:
    """Potentials f, (..., n), and g, (..., m), in units of epsilon, by Sinkhorn's iteration.

    The plan is P_ij = exp(f_i + g_j - C_ij / epsilon) / (n m); its columns sum to 1/m exactly, its
    rows to 1/n up to ``tolerance``. Rounds are matrix products with a kernel that the potentials
    have absorbed, ten times faster than logarithms; where that leaves the range of floats, the
    same rounds are done in logarithms, which cannot (Schmitzer 2019, algorithm 2).

    Args:
        cost: C >= 0, (..., n, m).
        epsilon: strength of the entropy, > 0, (...).
        iterations: most rounds, each an update of f and of g.
        tolerance: largest relative error of a row sum to stop at.
    """
    scaled = cost.detach() / epsilon.detach()[..., None, None]
    start = torch.zeros_like(scaled[..., 0, :])
    f, g = _log_rounds(scaled, start, 1)
    for _ in range(0, iterations, BLOCK):
        kernel = torch.exp(f.unsqueeze(-1) + g.unsqueeze(-2) - scaled)
        if bool((kernel.mean(-1) - 1.0).abs().max() < tolerance):
            break
        f_step, g_step = _scaling_rounds(kernel, BLOCK)
        if bool(f_step.isfinite().all() & g_step.isfinite().all()):
            f, g = f + f_step, g + g_step
        else:
            f, g = _log_rounds(scaled, g, BLOCK)
    return f, g


def _log_rounds(scaled: Tensor, g: Tensor, rounds: int) -> tuple[Tensor, Tensor]:
    """Rounds of f_i = -log mean_j exp(g_j - C_ij), then g_j likewise over i."""
    n, m = scaled.shape[-2:]
    log_n, log_m = math.log(n), math.log(m)
    for _ in range(rounds):
        f = log_m - torch.logsumexp(g.unsqueeze(-2) - scaled, -1)
        g = log_n - torch.logsumexp(f.unsqueeze(-1) - scaled, -2)
    return f, g


def _scaling_rounds(kernel: Tensor, rounds: int) -> tuple[Tensor, Tensor]:
    """The same rounds as factors u, v of rows and columns; their logarithms."""
    n, m = kernel.shape[-2:]
    # products of a row vector with a contiguous matrix are by far the fastest on a CPU
    to_columns, to_rows = kernel / n, kernel.mT.contiguous() / m
    v = torch.ones_like(kernel[..., :1, :])
    with full_precision(kernel):
        for _ in range(rounds):
            u = torch.reciprocal(v @ to_rows)
            v = torch.reciprocal(u @ to_columns)
    return u.log().squeeze(-2), v.log().squeeze(-2)


def transport_cost(
    cost: Tensor, epsilon: Tensor, iterations: int = 100, tolerance: float = 1e-4
) -> Tensor:
    """min_P <P, C> + epsilon KL(P | uniform), (...), as its dual epsilon (mean f + mean g).

    The gradient with respect to C is the plan (envelope theorem): nothing is differentiated
    through the iteration. Arguments as in ``potentials``.
    """
    n, m = cost.shape[-2:]
    f, g = potentials(cost, epsilon, iterations, tolerance)
    value = epsilon.detach() * (f.mean(-1) + g.mean(-1))
    if not cost.requires_grad:
        return value
    scaled = cost.detach() / epsilon.detach()[..., None, None]
    plan = torch.exp(f.unsqueeze(-1) + g.unsqueeze(-2) - scaled) / (n * m)
    # worth exactly 0, but its gradient is the plan
    return value + (plan * (cost - cost.detach())).sum((-2, -1))


def sinkhorn_divergence(
    x: Tensor,
    y: Tensor,
    relative_epsilon: float = 0.05,
    iterations: int = 100,
    tolerance: float = 1e-3,
) -> Tensor:
    """Debiased transport cost OT(x, y) - OT(x, x) / 2 - OT(y, y) / 2, (...).

    The cost is C_ij = ||x_i - y_j||^2 / d and epsilon = ``relative_epsilon`` x mean C(x, y), a
    constant and the same for the three terms; so S(x, x) = 0 and S(x, x + a) = ||a||^2 / d
    (Feydy et al. 2019, equation 3).

    Args:
        x: points, (..., n, d).
        y: points, (..., m, d).
        relative_epsilon: entropy in units of the mean cost.
        iterations: most rounds, as in ``potentials``.
        tolerance: as in ``potentials``; the divergence is an order more precise.
    """
    crossed = squared_distances(x, y) / x.shape[-1]
    epsilon = relative_epsilon * crossed.detach().mean((-2, -1))
    epsilon = epsilon.clamp_min(torch.finfo(epsilon.dtype).tiny)
    return debiased_cost(x, y, crossed, epsilon, iterations, tolerance)


def debiased_cost(
    x: Tensor, y: Tensor, crossed: Tensor, epsilon: Tensor, iterations: int, tolerance: float
) -> Tensor:
    """``sinkhorn_divergence`` for a given C(x, y), (..., n, m), and epsilon, (...)."""
    d = x.shape[-1]
    costs = [crossed, squared_distances(x, x) / d, squared_distances(y, y) / d]
    if x.shape[-2] == y.shape[-2]:
        # one solve for the three terms
        values = transport_cost(
            torch.stack(costs), epsilon.expand(3, *epsilon.shape), iterations, tolerance
        )
        between, within_x, within_y = values.unbind()
    else:
        between, within_x, within_y = (
            transport_cost(cost, epsilon, iterations, tolerance) for cost in costs
        )
    return between - 0.5 * (within_x + within_y)
