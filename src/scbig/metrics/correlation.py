"""Pearson correlation that knows when it means nothing."""

import torch
from torch import Tensor

from scbig.metrics.no_score import no_score

#: Effects with a smaller standard deviation over genes are float32 rounding, not effects. In
#: log1p of counts per 10,000.
FLAT = 1e-5


def pearson(left: Tensor, right: Tensor) -> Tensor:
    """Correlation over genes of two (genes,) vectors, float64; NaN when either is flat."""
    a, b = left.double(), right.double()
    a, b = a - a.mean(), b - b.mean()
    smallest = FLAT * len(a) ** 0.5
    norms = torch.linalg.vector_norm(a), torch.linalg.vector_norm(b)
    if len(a) < 2 or float(norms[0]) <= smallest or float(norms[1]) <= smallest:
        return no_score(a)
    correlation: Tensor = a @ b / (norms[0] * norms[1])
    return correlation.clamp(-1.0, 1.0)
