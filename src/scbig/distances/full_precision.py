"""Arithmetic that mixed precision must leave alone."""

import torch
from torch import Tensor


def full_precision(x: Tensor) -> torch.autocast:
    """A context in which matrix products keep the precision of their inputs on the device of ``x``.

    Under bf16 training autocast would round each product to 8 bits: the difference of two norms, or
    ten rounds of Sinkhorn, have then no digit left.
    """
    return torch.autocast(x.device.type, enabled=False)


def at_least_float32(x: Tensor) -> Tensor:
    """``x``, in float32 if it has fewer bits."""
    return x.float() if x.dtype in (torch.float16, torch.bfloat16) else x
