"""``GaussianProcess``: effects of genes are alike where the genes' embeddings are."""

from collections.abc import Sequence

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from scbig.baselines.embedding_kernel import EmbeddingKernel, same_gene
from scbig.baselines.self_effect import SelfEffect
from scbig.conditions import target_genes, targets_of
from scbig.effects import EffectPrediction, EffectPredictor, Effects, Matrix


class GaussianProcess(EffectPredictor):
    """Gaussian process over the effects of target genes; one kernel for all output genes.

    The effect of condition c is modelled as ::

        y_c = s_c sum_{g in c} f_g + d [2 or more targets] + noise
        Cov(f_g, f_h) = a k(g, h) + b [g = h] + m,    Var d = v_d

    with s_c = 1 for a single and ``combination_scale`` for combinations, k the embedding kernel,
    and noise variance ``single_noise`` or ``combination_noise``. The prediction is the posterior
    mean, K* (K + V)^-1 Y: linear in the training effects, closed form. Only ratios of the
    variances matter for it, so the fixed values hold for any unit.

    A target that no source embeds is like no other gene: it is predicted from its own measured
    effects and what all share. If it was never measured either, what all share is the prediction,
    and the condition says so. Without any training condition it predicts no change.

    Measured with these defaults on the pseudobulks of Norman et al. 2019 (2,000 genes, published
    test conditions of seeds 1-3), Pearson correlation of effects against control / against the
    training mean; additive on the same conditions after the semicolon: doubles with no seen target
    (14) .488/.321; .412/.093, one (138) .592/.493; .547/.413, two (55) .725/.674; .693/.644; unseen
    singles (60) .366/.281, without ``self_effect`` .340/.242; mean .303/undefined.

    Args:
        length_scale: of the kernel on unit-norm embeddings.
        embedding_variance: a, of the part of an effect that similar genes share.
        own_variance: b, of the part that is the gene's alone.
        shared_variance: m, of the part that all perturbations share.
        combination_scale: s of combinations: effects of pairs are less than additive.
        combination_variance: v_d, of what all combinations share beyond their parts.
        single_noise: noise variance of a single.
        combination_noise: noise variance of a combination.
        self_effect: set the effect on a target itself, where its single is unseen and it is a
            measured gene, from the self effects of training singles.
    """

    def __init__(
        self,
        length_scale: float = 0.9,
        embedding_variance: float = 1.0,
        own_variance: float = 1.0,
        shared_variance: float = 1.0,
        combination_scale: float = 0.72,
        combination_variance: float = 0.03,
        single_noise: float = 0.3,
        combination_noise: float = 0.6,
        self_effect: bool = True,
    ) -> None:
        if min(single_noise, combination_noise) <= 0:
            raise ValueError("noise variances must be > 0: the kernel alone can be singular")
        self.length_scale = length_scale
        self.embedding_variance = embedding_variance
        self.own_variance = own_variance
        self.shared_variance = shared_variance
        self.combination_scale = combination_scale
        self.combination_variance = combination_variance
        self.single_noise = single_noise
        self.combination_noise = combination_noise
        self.self_effect = self_effect

    def fit(self, effects: Effects) -> "GaussianProcess":
        """Solve for the posterior: O(conditions^3 + conditions^2 genes)."""
        self.effects = effects
        self.kernel = EmbeddingKernel(effects.targets, self.length_scale)
        # sorted: the order of the training rows must not matter
        self.seen = target_genes(effects.conditions)
        self.design = self._design(effects.conditions, self.seen)
        self.combined = self._combined(effects.conditions)
        prior = self.design @ self._covariance(self.seen, self.seen) @ self.design.T
        prior += self.combination_variance * np.outer(self.combined, self.combined)
        noise = np.where(self.combined > 0, self.combination_noise, self.single_noise)
        self.factor = cho_factor(prior + np.diag(noise)) if len(noise) else None
        weights = effects.delta if self.factor is None else cho_solve(self.factor, effects.delta)
        self.gene_weights = self.design.T @ weights
        self.combination_effect = self.combination_variance * self.combined @ weights
        #: Variance of each output gene in units of the prior: maximum likelihood, closed form.
        self.unit = (effects.delta * weights).sum(0) / max(len(noise), 1)
        self.self_effects = SelfEffect.learn(effects) if self.self_effect else None
        return self

    def predict(self, conditions: Sequence[str]) -> EffectPrediction:
        """Posterior mean, (conditions, genes)."""
        targets = target_genes(conditions)
        gene_effects = self._covariance(targets, self.seen) @ self.gene_weights
        delta = self._design(conditions, targets) @ gene_effects
        delta += np.outer(self._combined(conditions), self.combination_effect)
        for i, gene, value in self._own_entries(conditions):
            delta[i, gene] = value
        known = dict(zip(targets, self.kernel.knows(targets), strict=True))
        return EffectPrediction(delta, tuple(self._fallback(c, known) for c in conditions))

    def relative_variance(self, conditions: Sequence[str]) -> Matrix:
        """Posterior variance of each condition's effect over the prior's unit, (conditions,)."""
        targets = target_genes(conditions)
        design, combined = self._design(conditions, targets), self._combined(conditions)
        own = np.einsum("ct,tu,cu->c", design, self._covariance(targets, targets), design)
        own += self.combination_variance * combined
        if self.factor is None:
            return np.asarray(own)
        cross = design @ self._covariance(targets, self.seen) @ self.design.T
        cross += self.combination_variance * np.outer(combined, self.combined)
        explained = np.einsum("cn,nc->c", cross, cho_solve(self.factor, cross.T))
        return np.asarray(np.maximum(own - explained, 0.0))

    def uncertainty(self, conditions: Sequence[str]) -> Matrix:
        """Posterior standard deviation of the effect, (conditions, genes), log1p CP10k.

        The square root of ``relative_variance`` times the variance of each output gene; of the
        effect itself, not of a noisy measurement of it. It ranks conditions and genes; as an
        interval it is not calibrated.
        """
        out = np.sqrt(np.outer(self.relative_variance(conditions), self.unit))
        if self.self_effects is not None:
            for i, gene, _ in self._own_entries(conditions):
                out[i, gene] = self.self_effects.spread
        return np.asarray(out)

    def _design(self, conditions: Sequence[str], targets: Sequence[str]) -> Matrix:
        """s_c where the gene is a target of the condition, (conditions, targets)."""
        column = {t: j for j, t in enumerate(targets)}
        out = np.zeros((len(conditions), len(targets)))
        for i, condition in enumerate(conditions):
            members = targets_of(condition)
            out[i, [column[t] for t in members]] = (
                self.combination_scale if len(members) > 1 else 1.0
            )
        return out

    def _combined(self, conditions: Sequence[str]) -> Matrix:
        """1 for a condition of 2 or more targets, (conditions,)."""
        return np.array([len(targets_of(c)) > 1 for c in conditions], dtype=np.float64)

    def _covariance(self, rows: Sequence[str], columns: Sequence[str]) -> Matrix:
        similar = self.embedding_variance * self.kernel(rows, columns)
        return similar + self.own_variance * same_gene(rows, columns) + self.shared_variance

    def _own_entries(self, conditions: Sequence[str]) -> list[tuple[int, int, float]]:
        """Row, gene column and value of each self effect that is to be set."""
        known = self.self_effects
        if known is None:
            return []
        return [
            (i, known.column[t], known.of(t))
            for i, condition in enumerate(conditions)
            for t in targets_of(condition)
            if t in known.column and t not in self.effects.singles
        ]

    def _fallback(self, condition: str, known: dict[str, bool]) -> str:
        blind = [t for t in targets_of(condition) if not known[t] and t not in self.seen]
        if not blind:
            return ""
        return f"mean effect for {', '.join(blind)}: no embedding and in no training condition"
