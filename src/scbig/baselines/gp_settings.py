"""Hyper-parameters of the Gaussian process over gene effects: the fixed form, and random draws."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class GpSettings:
    """One set of hyper-parameters; only ratios of the variances matter for a mean.

    Attributes:
        length_scale: of the kernel on unit-norm embeddings.
        embedding_variance: a, of the part of an effect that similar genes share.
        own_variance: b, of the part that is the gene's alone.
        shared_variance: m, of the part that all perturbations share.
        combination_scale: s of combinations: effects of pairs are less than additive.
        combination_variance: v_d, of what all combinations share beyond their parts.
        single_noise: noise variance of a single.
        combination_noise: noise variance of a combination.
        context_share: share of the prior covariance that holds across contexts, 0 to 1.
        cell_power: p in noise x (median cells / cells of the condition)^p.
        weights: of the embedding sources, summing to 1; equal when empty.
    """

    length_scale: float = 0.9
    embedding_variance: float = 1.0
    own_variance: float = 1.0
    shared_variance: float = 1.0
    combination_scale: float = 0.72
    combination_variance: float = 0.03
    single_noise: float = 0.3
    combination_noise: float = 0.6
    context_share: float = 0.5
    cell_power: float = 0.0
    weights: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if min(self.single_noise, self.combination_noise) <= 0:
            raise ValueError("noise variances must be > 0: the kernel alone can be singular")

    def noise(
        self, combined: npt.NDArray[np.float64], n_cells: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.float64]:
        """Noise variance of each condition, (conditions,).

        Args:
            combined: 1 for a combination, (conditions,).
            n_cells: cells behind each condition, (conditions,).
        """
        out = np.where(combined > 0, self.combination_noise, self.single_noise)
        if self.cell_power > 0 and len(n_cells):
            cells = np.maximum(n_cells, 1)
            out = out * (np.median(cells) / cells) ** self.cell_power
        return np.asarray(out, dtype=np.float64)


#: Range of each draw; a range that is used on a logarithmic scale starts above 0.
RANGES = {
    "length_scale": (0.3, 3.0),
    "embedding_variance": (0.03, 10.0),
    "own_variance": (0.03, 10.0),
    "shared_variance": (0.03, 10.0),
    "combination_variance": (0.001, 3.0),
    "single_noise": (0.03, 10.0),
    "combination_noise": (0.03, 10.0),
}
COMBINATION_SCALE = (0.4, 1.0)
CELL_POWERS = (0.0, 0.5, 1.0)


def draw_settings(
    fixed: GpSettings, n: int, sources: int, rng: np.random.Generator
) -> list[GpSettings]:
    """``fixed`` and ``n - 1`` random settings around nothing: log-uniform in ``RANGES``.

    Source weights are uniform on the simplex, so that a useless source can be left out by the
    draws that hold up; ``context_share`` is uniform.
    """
    out = [fixed]
    for _ in range(n - 1):
        values = {
            name: float(np.exp(rng.uniform(np.log(low), np.log(high))))
            for name, (low, high) in RANGES.items()
        }
        values["combination_scale"] = rng.uniform(*COMBINATION_SCALE)
        values["context_share"] = rng.uniform()
        values["cell_power"] = float(rng.choice(CELL_POWERS))
        weights = rng.dirichlet(np.ones(sources)) if sources else np.ones(0)
        out.append(GpSettings(**values, weights=tuple(float(w) for w in weights)))
    return out
