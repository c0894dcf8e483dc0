"""Sums over the genes of a module and reads back to genes: weights follow the gene, not a slot."""

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn


class ModuleSum(nn.Module):
    """``h_m = sum_{g in m} w_gm x_g A_g / sqrt(sum_g w_gm^2)``: a masked set sum per module.

    The order of genes inside a module cannot matter, and padding gets no gradient.

    Args:
        index: gene columns of each module, padded, (M, n_max).
        weights: membership of these genes, 0 in the padding, (M, n_max).
        per_gene: first values of A, (genes, width).
    """

    index: Tensor
    weights: Tensor

    def __init__(self, index: Tensor, weights: Tensor, per_gene: Tensor) -> None:
        super().__init__()
        scale = weights.square().sum(1, keepdim=True).sqrt()
        self.register_buffer("index", index, persistent=False)
        self.register_buffer("weights", weights / scale, persistent=False)
        self.per_gene = nn.Parameter(per_gene)

    def forward(self, values: Tensor) -> Tensor:
        """Values of genes, (N, genes), to (N, M, width)."""
        members = values[:, self.index.flatten()].view(len(values), *self.index.shape)
        kernel = self.per_gene[self.index] * self.weights[..., None]  # (M, n_max, width)
        return torch.bmm(members.transpose(0, 1), kernel).transpose(0, 1)


class ModuleRead(nn.Module):
    """``y_g = sum_m w_gm <h_m, V_g> / sum_m w_gm + b_g``: a gene reads its own modules only.

    Args:
        index: gene columns of each module, padded, (M, n_max).
        weights: membership of these genes, 0 in the padding, (M, n_max).
        genes: number of genes; each is in a module.
        width: of a module's token. V and b start at zero.
    """

    index: Tensor
    place: Tensor
    share: Tensor

    def __init__(self, index: Tensor, weights: Tensor, genes: int, width: int) -> None:
        super().__init__()
        place, share = _memberships(index.numpy(), weights.numpy(), genes)
        self.register_buffer("index", index, persistent=False)
        self.register_buffer("place", torch.from_numpy(place), persistent=False)
        self.register_buffer("share", torch.from_numpy(share), persistent=False)
        self.per_gene = nn.Parameter(torch.zeros(genes, width))
        self.bias = nn.Parameter(torch.zeros(genes))

    def forward(self, tokens: Tensor) -> Tensor:
        """Tokens, (N, M, width), to values of genes, (N, genes)."""
        kernel = self.per_gene[self.index].transpose(1, 2)  # (M, width, n_max)
        slots = torch.bmm(tokens.transpose(0, 1), kernel).transpose(0, 1).flatten(1)
        # gathers, not scatters: deterministic on every device
        out = self.bias.expand(len(tokens), -1)
        for place, share in zip(self.place, self.share, strict=True):
            out = out + slots[:, place] * share
        return out


def _memberships(
    index: npt.NDArray[np.int64], weights: npt.NDArray[np.float32], genes: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    """Slots of each gene in the padded layout and its shares, (most modules of a gene, genes)."""
    slot = np.flatnonzero(weights)
    gene, weight = index.flat[slot], weights.flat[slot]
    order = np.argsort(gene, kind="stable")
    slot, gene, weight = slot[order], gene[order], weight[order]
    count = np.bincount(gene, minlength=genes)
    rank = np.arange(len(gene)) - np.repeat(np.cumsum(count) - count, count)
    place = np.zeros((int(count.max()), genes), np.int64)
    share = np.zeros(place.shape, np.float32)
    place[rank, gene] = slot
    share[rank, gene] = weight
    return place, share / share.sum(0)
