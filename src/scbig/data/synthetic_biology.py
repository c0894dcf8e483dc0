"""What is planted in a synthetic screen: gene programs, target effects, epistasis.

A cell's log rate of gene ``g`` in program ``p(g)`` is

    log r_g = base_g + batch_g + loading_g (a_p(g) + m s_p(g)) + m d_g,  m = 1 + w tanh(a_0),

with correlated activities ``a ~ N(0, S)``, the shift ``s`` of programs and the direct effect ``d``
of the targets that take effect in the cell, and ``w`` the state dependence.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scbig.data.synthetic_settings import SyntheticSettings

Matrix = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]

ACTIVITY_CORRELATION = 0.2  # between programs, with random signs
HOUSEKEEPING = 0.06  # share of genes that hold most counts and respond little
LATENT_WIDTH = 12
HOME_SPREAD = 0.9  # noise around the vector of a gene's program, relative to it
WEAK_TARGETS = 0.2
WEAK_STRENGTH = 0.2
COMMON, SMOOTH, OWN = 0.45, 0.8, 0.35  # share of a shift: all targets', the prior's, nobody's
DIRECT_GENES = 0.03
DIRECT_SIZE = 0.5
RESPONSE_CONCENTRATION = 12.0  # how alike the targets' shares of responding cells are
SELF_EFFECT = -1.6  # knock-down of a measured target's own gene, natural log


@dataclass(frozen=True)
class Biology:
    """Parameters of the generative model.

    Attributes:
        genes, targets: names; a target that is measured bears its gene's name.
        program: program of each gene, (genes,).
        loading: log rate per unit of program activity, (genes,).
        base: log of mean counts in a cell of unit library, (genes,).
        activity_root: square root of the covariance of activities, (programs, programs).
        gene_latent, target_latent: unit vectors that effects are a smooth function of.
        strength: of each target, (targets,).
        shift: program shift of each target alone, (targets, programs).
        direct: effect on single genes of each target, its own gene included, (targets, genes).
        response: share of cells in which the target takes effect, (targets,).
        interaction: symmetric form of each program, (programs, latent, latent).
        epistasis, state_dependence: see ``SyntheticSettings``.
    """

    genes: tuple[str, ...]
    targets: tuple[str, ...]
    program: Codes
    loading: Matrix
    base: Matrix
    activity_root: Matrix
    gene_latent: Matrix
    target_latent: Matrix
    strength: Matrix
    shift: Matrix
    direct: Matrix
    response: Matrix
    interaction: Matrix
    epistasis: float
    state_dependence: float

    def combined(self, present: Sequence[int]) -> tuple[Matrix, Matrix]:
        """Program shift and direct effect when the targets ``present`` all take effect.

        With x the sum of their shifts and e the epistasis: ``c tanh(x / ((1 + e/2) c))``,
        ``c = 1.5 / e``, plus ``e sqrt(strength_a strength_b) h_a' Q h_b`` of each pair.
        """
        rows = list(present)
        shift, direct = self.shift[rows].sum(0), self.direct[rows].sum(0)
        if len(rows) < 2 or self.epistasis == 0:
            return shift, direct
        ceiling, dilution = 1.5 / self.epistasis, 1 + self.epistasis / 2
        shift = ceiling * np.tanh(shift / dilution / ceiling)
        for i, a in enumerate(rows):
            for b in rows[:i]:
                form = self.target_latent[a] @ self.interaction @ self.target_latent[b]
                shift = shift + self.epistasis * np.sqrt(self.strength[a] * self.strength[b]) * form
        return shift, direct / dilution

    def log_rates(
        self, activity: Matrix, batch_offset: Matrix, shift: Matrix, direct: Matrix
    ) -> Matrix:
        """Log rates of cells, (cells, genes).

        Args:
            activity: (cells, programs).
            batch_offset: (cells, genes).
            shift: of the targets that take effect in each cell, (cells, programs).
            direct: likewise, (cells, genes).
        """
        state = 1 + self.state_dependence * np.tanh(activity[:, :1])
        programs = (activity + state * shift)[:, self.program]
        return self.base + batch_offset + self.loading * programs + state * direct


def plant_biology(settings: SyntheticSettings) -> Biology:
    """Draw the parameters; independent of how many cells are drawn and of the prior's quality."""
    rng = np.random.default_rng([settings.seed, 1])
    n_genes, n_programs, n_targets = settings.n_genes, settings.n_programs, settings.n_targets
    share = rng.uniform(0.75, 1.25, n_programs)
    edges = np.round(np.cumsum(share / share.sum()) * n_genes)
    program = rng.permutation(np.searchsorted(edges, np.arange(n_genes), side="right"))
    base, loading = rng.normal(np.log(0.35), 0.8, n_genes), rng.uniform(0.55, 1.0, n_genes)
    base = np.clip(base, np.log(0.1), np.log(3.0))
    loud = rng.permutation(n_genes) < HOUSEKEEPING * n_genes
    base[loud] = rng.normal(np.log(80.0), 0.5, loud.sum())
    loading[loud] *= 0.35

    sign = rng.choice([-1.0, 1.0], n_programs)
    covariance = (1 - ACTIVITY_CORRELATION) * np.eye(n_programs)
    covariance += ACTIVITY_CORRELATION * np.outer(sign, sign)

    width = min(LATENT_WIDTH, settings.prior_width)
    homes = _unit(rng.standard_normal((n_programs, width)))
    gene_latent = _around(homes[program], rng)
    n_measured = min(n_targets // 2, int((~loud).sum()))
    measured = np.sort(rng.choice(np.flatnonzero(~loud), n_measured, replace=False))
    elsewhere = _around(homes[rng.integers(0, n_programs, n_targets - n_measured)], rng)
    target_latent = np.vstack([gene_latent[measured], elsewhere])

    strength = np.exp(rng.normal(0, 0.45, n_targets))
    strength[rng.permutation(n_targets) < WEAK_TARGETS * n_targets] *= WEAK_STRENGTH
    strength *= settings.effect_size
    parts = (
        COMMON * _scaled(rng.standard_normal((1, n_programs))),
        SMOOTH * _scaled(_smooth(target_latent, n_programs, rng)),
        OWN * _scaled(rng.standard_normal((n_targets, n_programs))),
    )
    direct = rng.normal(0, DIRECT_SIZE, (n_targets, n_genes))
    direct *= rng.random((n_targets, n_genes)) < DIRECT_GENES
    direct *= strength[:, None]
    direct[np.arange(n_measured), measured] = SELF_EFFECT * min(settings.effect_size, 1.0)

    form = rng.standard_normal((n_programs, width, width))
    names = tuple(f"G{i:04d}" for i in range(n_genes))
    others = tuple(f"T{i:03d}" for i in range(n_targets - n_measured))
    return Biology(
        genes=names,
        targets=(*(names[i] for i in measured), *others),
        program=program.astype(np.int64),
        loading=loading,
        base=base,
        activity_root=np.asarray(np.linalg.cholesky(covariance), np.float64),
        gene_latent=gene_latent,
        target_latent=target_latent,
        strength=strength,
        shift=strength[:, None] * sum(parts),
        direct=direct,
        response=_responses(settings.responders, n_targets, rng),
        interaction=(form + form.transpose(0, 2, 1)) / 2**0.5,
        epistasis=settings.epistasis,
        state_dependence=settings.state_dependence,
    )


def _smooth(latent: Matrix, n_out: int, rng: np.random.Generator) -> Matrix:
    """A random two-layer map of unit vectors, about as smooth as a Gaussian kernel of width 1."""
    hidden = np.tanh(latent @ rng.normal(0, 1.5, (latent.shape[1], 64)) + rng.normal(0, 0.5, 64))
    out: Matrix = hidden @ rng.standard_normal((64, n_out))
    return np.asarray(out - out.mean(0))


def _responses(mean: float, n: int, rng: np.random.Generator) -> Matrix:
    """Beta draws of the wanted mean; exactly 0 or 1 where that is the mean."""
    if mean in (0, 1):
        return np.full(n, float(mean))
    drawn = rng.beta(RESPONSE_CONCENTRATION * mean, RESPONSE_CONCENTRATION * (1 - mean), n)
    return np.asarray(drawn)


def _around(homes: Matrix, rng: np.random.Generator) -> Matrix:
    return _unit(homes + HOME_SPREAD * _unit(rng.standard_normal(homes.shape)))


def _unit(rows: Matrix) -> Matrix:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))


def _scaled(values: Matrix) -> Matrix:
    """Divided by the root mean square."""
    return values / max(float(np.sqrt((values**2).mean())), 1e-12)
