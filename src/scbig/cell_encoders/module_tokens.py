"""``ModuleTokens``: the gene-cluster-aware encoder, one token a gene module."""

import torch
from torch import Tensor, nn

from scbig.cell_encoders.linear_skip_encoder import (
    LinearSkipEncoder,
    module_members,
    random_rows_by_name,
)
from scbig.cell_encoders.module_rotation import module_rotation
from scbig.data_spec import DataSpec
from scbig.nn.attention import AttentionBlock
from scbig.nn.mlp import ResidualBlock
from scbig.nn.module_sets import ModuleRead, ModuleSum


class ModuleTokens(LinearSkipEncoder):
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
        tokens = spec.modules.n_modules
        directions, spread = module_rotation(spec, token_width)
        super().__init__(spec, (tokens, token_width), directions, spread, linear_skip)
        index, weights = module_members(spec)
        self.read = ModuleSum(index, weights, random_rows_by_name(spec.genes, gene_width))
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
                self.write.per_gene.copy_(random_rows_by_name(spec.genes, gene_width))

    def encode_residual(self, standardised: Tensor, scores: Tensor) -> Tensor:
        """Residual of the tokens, (N, modules, token_width)."""
        read = torch.cat([self.read(standardised), scores], dim=-1)
        residual: Tensor = self.to_latent(self.encoder(self.widen(read) + self.module_in))
        return residual

    def decode_residual(self, scores: Tensor) -> Tensor:
        """Residual of standardised genes, (N, genes)."""
        hidden = self.decoder(self.from_latent(scores) + self.module_out)
        residual: Tensor = self.write(self.narrow(hidden))
        return residual
