"""``PooledTokens``: module tokens pooled into one vector, the published form of the encoder."""

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from scbig.cell_encoders.linear_skip_encoder import (
    LinearSkipEncoder,
    module_members,
    random_rows_by_name,
)
from scbig.data_spec import DataSpec
from scbig.gene_modules.screen_graph import gene_vectors
from scbig.nn.attention import CrossAttention
from scbig.nn.induced_attention import InducedAttention
from scbig.nn.module_sets import ModuleRead, ModuleSum

Matrix = npt.NDArray[np.float64]


class PooledTokens(LinearSkipEncoder):
    """Cells to one vector through module tokens, and back through copies of it.

    The gene-cluster-aware encoder of scBIG (arXiv 2602.04901). With
    ``y_g = (x_g - mean_g) / sd_g`` and e_m the mean prior embedding of the genes of a module:

    - encode: ``h_m = sum_{g in m} w_gm y_g A_g + LN(P e_m) + r_m``, induced attention between the
      modules, ``z = Linear(mean_m h_m)`` with h less what it is at ``y = 0``;
    - decode: ``h'_m = Linear(z) + r'_m``, such attention again,
      ``x_g = mean_g + sd_g (<h'_{m(g)}, V_g> + b_g)``.

    A and V follow the gene, so the order of genes cannot matter; a module none of whose genes has
    an embedding is told apart by r_m alone. By default the principal axes are added to both
    directions and the residual starts at zero, as in ``ModuleTokens``; the published form has no
    such skip.

    Args:
        spec: of the training screen.
        width: latent dimensions of a cell.
        hidden: width of the tokens; a multiple of ``heads``.
        blocks: attention blocks of the encoder, and of the decoder.
        points: inducing points of each block.
        heads: of the attention.
        queries: learned vectors that read the tokens and are laid side by side before the last
            layer; 0, the published form, takes the mean of the tokens.
        linear_skip: add the principal axes; without it both directions start at random.
    """

    embedding: Tensor

    def __init__(
        self,
        spec: DataSpec,
        *,
        width: int = 50,
        hidden: int = 256,
        blocks: int = 3,
        points: int = 8,
        heads: int = 8,
        queries: int = 0,
        linear_skip: bool = True,
    ) -> None:
        super().__init__(spec, (1, width), *_principal_directions(spec, width), linear_skip)
        tokens = spec.modules.n_modules
        index, weights = module_members(spec)
        self.read = ModuleSum(index, weights, random_rows_by_name(spec.genes, hidden))
        embedding = torch.from_numpy(module_embedding(spec))
        # the spec in a checkpoint carries what it is computed from
        self.register_buffer("embedding", embedding, persistent=False)
        self.semantic = (
            nn.Sequential(nn.Linear(embedding.shape[1], hidden), nn.LayerNorm(hidden))
            if embedding.shape[1]
            else None
        )
        self.module_in = nn.Parameter(0.02 * torch.randn(tokens, hidden))
        self.encoder = _attention(blocks, hidden, points, heads)
        self.queries = (
            nn.Parameter(hidden**-0.5 * torch.randn(queries, hidden)) if queries else None
        )
        self.pool = CrossAttention(hidden, heads) if queries else None
        self.to_latent = nn.Linear(max(1, queries) * hidden, width)

        self.from_latent = nn.Linear(width, hidden)
        self.module_out = nn.Parameter(0.02 * torch.randn(tokens, hidden))
        self.decoder = _attention(blocks, hidden, points, heads)
        self.write = ModuleRead(index, weights, spec.n_genes, hidden)
        if linear_skip:
            nn.init.zeros_(self.to_latent.weight)
            nn.init.zeros_(self.to_latent.bias)
        else:
            # unit scale all the way: from the smaller start of a linear layer nothing is learned in
            # the first hundreds of steps
            with torch.no_grad():
                read = self.to_latent.in_features
                nn.init.normal_(self.to_latent.weight, std=(read / tokens) ** -0.5)
                nn.init.normal_(self.from_latent.weight, std=width**-0.5)
                self.write.per_gene.copy_(hidden**-0.5 * random_rows_by_name(spec.genes, hidden))

    def encode_residual(self, standardised: Tensor, scores: Tensor) -> Tensor:
        """Residual of the latent, (N, 1, width)."""
        # the mean cell is 0 in the latent: what is common to all cells would hide what differs
        pooled = self._pooled(F.pad(standardised, (0, 0, 0, 1)))
        residual: Tensor = self.to_latent(pooled[:-1] - pooled[-1:])
        return residual

    def _pooled(self, standardised: Tensor) -> Tensor:
        """Tokens of genes, (N, genes), in one vector, (N, 1, hidden or queries x hidden)."""
        module = self.module_in
        if self.semantic is not None:
            module = module + self.semantic(self.embedding)
        tokens: Tensor = self.encoder(self.read(standardised) + module)
        if self.pool is None or self.queries is None:
            return tokens.mean(1, keepdim=True)
        read: Tensor = self.pool(self.queries.expand(len(tokens), -1, -1), tokens)
        return read.flatten(1)[:, None]

    def decode_residual(self, scores: Tensor) -> Tensor:
        """Residual of standardised genes, (N, genes)."""
        copies = self.from_latent(scores) + self.module_out
        residual: Tensor = self.write(self.decoder(copies))
        return residual


def module_embedding(spec: DataSpec) -> npt.NDArray[np.float32]:
    """Mean prior embedding of the genes of each module, (M, embedding width).

    Over the genes that have one, weighted by membership; zeros for a module without any, and
    width 0 without any source.
    """
    vectors = gene_vectors(spec.targets, spec.genes)
    if vectors is None:
        return np.zeros((spec.modules.n_modules, 0), np.float32)
    known = ~np.isnan(vectors).any(1)
    weights = spec.modules.weights[known]
    total = np.maximum(weights.sum(0), 1e-12)[:, None]
    return np.asarray(weights.T @ vectors[known] / total, np.float32)


def _principal_directions(spec: DataSpec, width: int) -> tuple[Matrix, Matrix]:
    """Leading axes, zero rows beyond those there are, and the spread of cells along them."""
    axes = spec.axes[:width].astype(np.float64)
    directions, spread = np.zeros((width, spec.n_genes)), np.ones(width)
    directions[: len(axes)] = axes
    scores = (spec.perturbed_cells.astype(np.float64) - spec.gene_mean) @ axes.T
    spread[: len(axes)] = np.maximum(scores.std(0), 1e-6)
    return directions, spread


def _attention(blocks: int, hidden: int, points: int, heads: int) -> nn.Sequential:
    return nn.Sequential(*(InducedAttention(hidden, points, heads) for _ in range(blocks)))
