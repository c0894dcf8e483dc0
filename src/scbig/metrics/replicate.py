"""The split-half replicate: what a repeat of the experiment would score."""

import zlib
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

#: Name of the replicate among predictors.
REPLICATE = "replicate"
#: With fewer cells the halves say more about sampling than about the experiment.
FEWEST_CELLS = 50


@dataclass(frozen=True)
class Halves:
    """Two disjoint halves of a condition's cells, (cells, genes) each."""

    predicting: Tensor
    measured: Tensor


def split_half(cells: Tensor, seed: int, name: str = "") -> Halves:
    """Random disjoint halves of equal size, from ``seed`` and ``name`` alone; an odd cell is left.

    Args:
        cells: (cells, genes).
        seed: of the split.
        name: of the condition; equal names give equal splits.
    """
    rng = np.random.default_rng([seed, zlib.crc32(name.encode())])
    order = torch.from_numpy(rng.permutation(len(cells))).to(cells.device)
    half = len(cells) // 2
    return Halves(cells[order[:half]], cells[order[half : 2 * half]])
