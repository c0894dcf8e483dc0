"""``TargetSet``: a perturbation as the set of its targets, with gaps in the prior made explicit."""

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from scbig.condition_encoders.condition_encoder import ConditionEncoder
from scbig.data_spec import DataSpec
from scbig.nn.mlp import Mlp


class TargetSet(ConditionEncoder):
    """``c = rho(sum_g p_g) + sum_{g<h} psi(p_g p_h, |p_g - p_h|, p_g + p_h)``.

    Control, the empty set, has a learned vector instead.
    ``p_g = Mlp([E1_g .. Es_g, known bits])`` reads the embeddings of target g. A source s that
    lacks g gives its learned vector u_s, so a target without any embedding is *not* control.
    psi, the interaction of two targets, starts at zero. Covariates are embedded, concatenated and
    mixed linearly into the vector; unknown levels have a learned vector.

    Args:
        spec: of the training screen.
        width: length of the vector.
        hidden: width of the hidden layers.
        dropout: inside the networks.
        source_dropout: probability that training hides a source of a target, or the level of a
            covariate, so that the vectors which stand for gaps are learned.
        covariate_width: length of the embedding of a covariate.
    """

    vectors: Tensor
    known: Tensor

    def __init__(
        self,
        spec: DataSpec,
        *,
        width: int = 64,
        hidden: int = 128,
        dropout: float = 0.1,
        source_dropout: float = 0.1,
        covariate_width: int = 8,
    ) -> None:
        super().__init__()
        self.width = width
        self.source_dropout = source_dropout
        self.source_widths = [source.width for source in spec.targets.sources]
        vectors, known = _table(spec)
        # the spec in a checkpoint carries the table: state_dict does not repeat it
        self.register_buffer("vectors", vectors, persistent=False)
        self.register_buffer("known", known, persistent=False)
        self.gap = nn.Parameter(0.02 * torch.randn(vectors.shape[1]))
        # one more bit says "no source at all", so that the input is never empty
        read = vectors.shape[1] + len(self.source_widths) + 1
        self.target = Mlp(read, hidden, width, dropout=dropout)
        self.pool = Mlp(width, hidden, width, dropout=dropout)
        self.pair = Mlp(3 * width, hidden, width, dropout=dropout, zero_last=True)
        self.control = nn.Parameter(0.02 * torch.randn(width))
        self.unknown = [len(levels) for levels in spec.covariates.values()]
        self.levels = nn.ModuleList(
            nn.Embedding(len(levels) + 1, covariate_width) for levels in spec.covariates.values()
        )
        self.mix = nn.Linear(width + covariate_width * len(self.levels), width)

    def forward(self, targets: Tensor, target_mask: Tensor, covariates: Tensor) -> Tensor:
        """Vector of each condition, (C, width); see ``ConditionEncoder.forward``."""
        # at least two slots, so that psi is always in the graph: distributed training needs it
        extra = max(0, 2 - targets.shape[1])
        targets = F.pad(targets, (0, extra))
        mask = F.pad(target_mask, (0, extra))
        read = self.target(self._describe(targets))  # (C, T, width)
        pooled = self.pool((read * mask[..., None]).sum(1))
        first, second = torch.triu_indices(
            targets.shape[1], targets.shape[1], 1, device=targets.device
        )
        p, q = read[:, first], read[:, second]
        both = (mask[:, first] & mask[:, second])[..., None]
        pairs = self.pair(torch.cat([p * q, (p - q).abs(), p + q], dim=-1)) * both
        vector = torch.where(mask.any(1, keepdim=True), pooled + pairs.sum(1), self.control)
        codes = self._hide(covariates)
        levels = [level(code) for level, code in zip(self.levels, codes, strict=True)]
        mixed: Tensor = self.mix(torch.cat([vector, *levels], dim=-1))
        return mixed

    def _describe(self, targets: Tensor) -> Tensor:
        """Embeddings with gaps filled, and known bits, (C, T, sum of widths + sources + 1)."""
        known = self.known[targets]
        if self.training and self.source_dropout > 0:
            known = known & (torch.rand(known.shape, device=known.device) >= self.source_dropout)
        per_column = known.repeat_interleave(
            torch.tensor(self.source_widths, dtype=torch.int64, device=known.device), dim=-1
        )
        filled = torch.where(per_column, self.vectors[targets], self.gap)
        nowhere = ~known.any(-1, keepdim=True)
        return torch.cat([filled, known.to(filled.dtype), nowhere.to(filled.dtype)], dim=-1)

    def _hide(self, covariates: Tensor) -> list[Tensor]:
        """Codes of each covariate, some replaced by "unknown" in training."""
        codes = []
        for code, unknown in zip(covariates.unbind(-1), self.unknown, strict=True):
            if self.training and self.source_dropout > 0:
                hidden = torch.rand(code.shape, device=code.device) < self.source_dropout
                code = code.masked_fill(hidden, unknown)
            codes.append(code)
        return codes


def _table(spec: DataSpec) -> tuple[Tensor, Tensor]:
    """Vectors and known bits of all targets and of "no source has it", the last row.

    Each source is divided by the root mean square of its known entries: unit-norm rows of 128
    numbers would otherwise start the networks near zero.
    """
    table = spec.targets
    vectors = np.zeros((len(table.names) + 1, table.vectors.shape[1]), np.float32)
    known = np.zeros((len(table.names) + 1, len(table.sources)), bool)
    vectors[:-1] = table.vectors
    known[:-1] = table.known
    start = 0
    for s, source in enumerate(table.sources):
        block = vectors[:, start : start + source.width]
        scale = np.sqrt(np.mean(block[known[:, s]] ** 2)) if known[:, s].any() else 0.0
        block /= scale if scale > 0 else 1.0
        start += source.width
    return torch.tensor(vectors), torch.tensor(known)
