"""``ModuleTokens``: the gene-cluster-aware encoder, one token a gene module."""

import numpy as np
import torch
from torch import Tensor, nn

from scbig.cell_encoders.cell_encoder import CellEncoder
from scbig.cell_encoders.module_rotation import module_rotation
from scbig.data_spec import DataSpec
from scbig.nn.attention import AttentionBlock
from scbig.nn.mlp import ResidualBlock
from scbig.nn.module_sets import ModuleRead, ModuleSum


class ModuleTokens(CellEncoder):
    """Cells to one token a module and back: rotated PCA plus a learned nonlinear residual.

    With ``y_g = (x_g - mean_g) / sd_g``, L the directions of ``module_rotation`` and s the spread
    of cells along them:

    - encode: ``l = L (x - mean)``, ``h_m = W [sum_{g in m} w_gm y_g A_g, l_m / s_m] + r_m``,
      attention between the modules, ``z = l + s Linear(h)``;
    - decode: ``h'_m = Linear(z_m / s_m) + r'_m``, residual MLP,
      ``x_g = mean_g + (L' z)_g + sd_g (<W' h'_{m(g)}, V_g> + b_g)``.

    The residual of a gene reads the token of its own modules only, so that what a module says of
    a gene depends on the grouping; everything linear is shared by all tokens through L.

    Both residuals start at zero: the untrained encoder reconstructs exactly as PCA of M
    ``token_width`` dimensions (of all axes of the spec, if it has fewer; latent columns beyond
    them start at 0). A and V follow the gene, so the order of genes cannot matter. They are
    narrow: with ``gene_width = 64`` the residual learned the noise of sparse counts, and
    reconstructed held-out cells worse than PCA.

    Args:
        spec: of the training screen.
        token_width: latent dimensions of a module.
        gene_width: numbers that describe a gene to its module, length of A_g and of V_g.
        hidden: width of the residual networks; a multiple of ``heads``.
        blocks: attention blocks of the encoder, and MLP blocks of the decoder.
        heads: of the attention.
        linear_skip: without it there is no PCA part and the residuals start at random.
    """

    mean: Tensor
    sd: Tensor
    directions: Tensor
    spread: Tensor
    gate: Tensor

    def __init__(
        self,
        spec: DataSpec,
        *,
        token_width: int = 4,
        gene_width: int = 8,
        hidden: int = 32,
        blocks: int = 1,
        heads: int = 4,
        linear_skip: bool = True,
    ) -> None:
        super().__init__()
        tokens = spec.modules.n_modules
        self.latent_shape = (tokens, token_width)
        directions, spread = module_rotation(spec, token_width)
        # the spec in a checkpoint carries what these are computed from
        for name, value in {
            "mean": spec.gene_mean,
            "sd": np.maximum(spec.gene_sd, 0.05 * spec.gene_sd.max()),
            "directions": directions * linear_skip,
            "spread": spread.reshape(tokens, token_width),
        }.items():
            tensor = torch.tensor(np.asarray(value, np.float32))
            self.register_buffer(name, tensor, persistent=False)
        #: weight of the residuals; 0 leaves the linear part alone
        self.register_buffer("gate", torch.ones(()))

        index, mask = (torch.from_numpy(a) for a in spec.modules.padded_index)
        weights = torch.from_numpy(spec.modules.weights).T.gather(1, index) * mask
        self.read = ModuleSum(index, weights, _by_name(spec.genes, gene_width))
        self.widen = nn.Linear(gene_width + token_width, hidden)
        self.module_in = nn.Parameter(0.02 * torch.randn(tokens, hidden))
        self.encoder = nn.Sequential(
            *(AttentionBlock(hidden, heads) for _ in range(blocks)), nn.LayerNorm(hidden)
        )
        self.to_latent = nn.Linear(hidden, token_width)

        self.from_latent = nn.Linear(token_width, hidden)
        self.module_out = nn.Parameter(0.02 * torch.randn(tokens, hidden))
        self.decoder = nn.Sequential(
            *(ResidualBlock(hidden) for _ in range(blocks)), nn.LayerNorm(hidden)
        )
        self.narrow = nn.Linear(hidden, gene_width)
        self.write = ModuleRead(index, weights, spec.n_genes, gene_width)
        if linear_skip:
            nn.init.zeros_(self.to_latent.weight)
            nn.init.zeros_(self.to_latent.bias)
        else:
            with torch.no_grad():
                self.write.per_gene.copy_(_by_name(spec.genes, gene_width))

    def encode(self, cells: Tensor) -> Tensor:
        """Cells, (N, genes), log1p of counts per 10,000, to tokens, (N, modules, token_width)."""
        centred = cells - self.mean
        linear = (centred @ self.directions.T).view(-1, *self.latent_shape)
        summed = self.read(centred / self.sd)
        hidden = self.widen(torch.cat([summed, linear / self.spread], dim=-1)) + self.module_in
        residual = self.to_latent(self.encoder(hidden)) * self.spread
        latents: Tensor = linear + self.gate * residual
        return latents

    def decode(self, latents: Tensor) -> Tensor:
        """Tokens, (N, modules, token_width), to cells, (N, genes); not clipped at zero."""
        hidden = self.from_latent(latents / self.spread) + self.module_out
        residual = self.write(self.narrow(self.decoder(hidden))) * self.sd
        cells: Tensor = self.mean + latents.flatten(1) @ self.directions + self.gate * residual
        return cells

    def reconstruction_of_pca(self, cells: Tensor) -> Tensor:
        """Cells rebuilt by the linear part alone, (N, genes): what training must improve on."""
        return self.mean + (cells - self.mean) @ self.directions.T @ self.directions


def _by_name(genes: tuple[str, ...], width: int) -> Tensor:
    """Random rows, drawn in the order of the gene *names*: the same however genes are ordered."""
    rows = torch.randn(len(genes), width)
    rank = np.empty(len(genes), np.int64)
    rank[sorted(range(len(genes)), key=genes.__getitem__)] = np.arange(len(genes))
    return rows[torch.from_numpy(rank)]
