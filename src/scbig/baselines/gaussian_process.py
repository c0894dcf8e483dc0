"""``GaussianProcess``: effects of genes are alike where the genes' embeddings are."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from scbig.baselines.embedding_kernel import EmbeddingKernel
from scbig.baselines.gp_conditions import ConditionSet
from scbig.baselines.gp_hidden import HiddenConditions
from scbig.baselines.gp_posterior import Asked, Posterior
from scbig.baselines.gp_programmes import without_own_entries
from scbig.baselines.gp_settings import GpSettings
from scbig.baselines.gp_tuned import FEWEST, TunedForm
from scbig.baselines.gp_uncertainty import normal_uncertainty
from scbig.baselines.self_effect import SelfEffect
from scbig.conditions import targets_of
from scbig.effect_uncertainty import EffectUncertainty
from scbig.effects import EffectPrediction, EffectPredictor, Effects, Matrix, shrunken


class GaussianProcess(EffectPredictor):
    """Gaussian process over the effects of target genes; one kernel for all output genes.

    The effect of condition c is modelled as ::

        y_c = s_c sum_{g in c} f_g + d [2 or more targets] + noise
        Cov(f_g, f_h) = a k(g, h) + b [g = h] + m,    Var d = v_d

    with s_c = 1 for a single and ``combination_scale`` for combinations, k the mean of the kernels
    of the embedding sources, and noise variance ``single_noise`` or ``combination_noise``. Where
    the contexts of two conditions differ, their covariance is ``context_share`` of it. The
    prediction is the posterior mean, K* (K + V)^-1 Y: linear in the training effects, closed form.

    The arguments are the *fixed form*. The *tuned form* (``TunedForm``) draws all of them, the
    weights of the sources and how noise falls with the number of cells at random, hides genes and
    combinations of the training conditions again and again, and predicts each effect programme of
    each stratum (unseen single, combination with no, one or two seen targets) by the mean of the
    ten draws of least held-out error. The two are mixed by how many targets were held out.

    ``python benchmarks/anchor.py --data DATA``: effects of Norman et al. 2019,
    published test conditions of seeds 1-3, Pearson of effects against control / against the
    training mean / L2 error; doubles with no (14), one (138), two (55) seen targets, singles (60):

    ================== ================ ================ ================ ================
    additive           .412/.093/23.5   .547/.413/20.8   .693/.644/20.3   .303/ -- /16.9
    fixed form         .488/.321/21.9   .592/.493/18.4   .725/.674/16.6   .366/.281/16.3
    tuned              .546/.377/20.8   .614/.520/18.1   .735/.689/16.6   .375/.311/16.1
    + GO, Reactome and
    STRING as sources  .552/.392/20.7   .620/.530/17.9   .735/.689/16.6   .384/.322/15.9
    posterior mean     .550/.392/20.7   .620/.531/17.8   .739/.695/16.4   .389/.323/15.9
    ================== ================ ================ ================ ================

    Intervals of 80 and 95 % hold .79-.84 and .94-.96 of the entries in every stratum there. A fit
    and prediction take 1 s on one thread. A prior that says nothing costs nothing against the best
    trivial baseline (docs/anchor.md).

    The fall-back rule: with fewer than 8 target genes, or for a combination where training has
    none, the fixed form answers and the condition says so. A target that no source embeds is like
    no other gene: it is predicted from its own measured effects and what all share. If it was never
    measured either, what all share is the prediction, and the condition says so. Without any
    training condition it predicts no change.

    Args:
        length_scale: of the kernel on unit-norm embeddings.
        embedding_variance: a, of the part of an effect that similar genes share.
        own_variance: b, of the part that is the gene's alone.
        shared_variance: m, of the part that all perturbations share.
        combination_scale: s of combinations: effects of pairs are less than additive.
        combination_variance: v_d, of what all combinations share beyond their parts.
        single_noise: noise variance of a single.
        combination_noise: noise variance of a combination.
        context_share: share of the prior covariance that holds across contexts.
        self_effect: set the effect on a target itself, where its single is unseen and it is a
            measured gene, from the self effects of training singles.
        tuned: mix the tuned form in.
        rescale: change the length of what sets a condition apart as hidden training conditions say
            (``Rescaling``): longer where genes that stand out are predicted too short, shorter
            where the sources prove useless, and never beyond the longest training effect
            (``Bound``). Only with the tuned form. It costs a little squared error and gains in
            weighted error, discrimination and spread (docs/anchor.md).
        average: average combinations of seen targets with the sum of single effects, and what was
            trained on in another context only with the effect there (``Averaging``). Only with the
            tuned form.
        shrink: shrink training effects by their standard errors first. Off: on hidden training
            conditions of Replogle et al. 2020 it changed L2 errors by -.03 +- .02 (two seen
            targets) to +.04 +- .02 (none), on synthetic screens by 0 to +1 %.
        seed: of re-splits and draws.
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
        context_share: float = 0.5,
        self_effect: bool = True,
        tuned: bool = True,
        rescale: bool = True,
        average: bool = True,
        shrink: bool = False,
        seed: int = 0,
    ) -> None:
        self.length_scale = length_scale
        self.embedding_variance = embedding_variance
        self.own_variance = own_variance
        self.shared_variance = shared_variance
        self.combination_scale = combination_scale
        self.combination_variance = combination_variance
        self.single_noise = single_noise
        self.combination_noise = combination_noise
        self.context_share = context_share
        self.self_effect = self_effect
        self.tuned = tuned
        self.rescale = rescale
        self.average = average
        self.shrink = shrink
        self.seed = seed
        self.settings = GpSettings(
            length_scale,
            embedding_variance,
            own_variance,
            shared_variance,
            combination_scale,
            combination_variance,
            single_noise,
            combination_noise,
            context_share,
        )

    def fit(self, effects: Effects) -> "GaussianProcess":
        """Solve for the posterior and tune: O(draws x re-splits x conditions^3)."""
        effects = _sorted(shrunken(effects) if self.shrink else effects)
        self.effects = effects
        self.kernel = EmbeddingKernel(effects.targets)
        self.training = ConditionSet.of(effects.conditions)
        genes = self.training.genes
        similarity = self.similarity = self.kernel.similarity(genes, genes)
        self.posterior = Posterior(self.settings, self.training, similarity, effects.n_cells)
        self.weights = self.posterior.solve(effects.delta)
        #: Variance of each output gene in units of the prior: maximum likelihood, closed form.
        self.unit = (effects.delta * self.weights).sum(0) / max(len(effects.conditions), 1)
        self.self_effects = SelfEffect.learn(effects) if self.self_effect else None
        self.tuned_form = self.hidden = None
        if self.tuned and len(genes) >= FEWEST:
            own, n_cells = without_own_entries(effects), effects.n_cells
            form = TunedForm(own, self.training, similarity, n_cells, self.settings, self.seed)
            self.tuned_form = form
            self.hidden = HiddenConditions(
                form, effects, own, similarity, self.rescale, self.average
            )
        return self

    def predict(self, conditions: Sequence[str]) -> EffectPrediction:
        """Posterior mean, rescaled and averaged with simple effects, (conditions, genes)."""
        asked = Asked.of(conditions, self.training, self.kernel)
        return EffectPrediction(self._effects(asked), self._fallbacks(asked))

    def relative_variance(self, conditions: Sequence[str]) -> Matrix:
        """Posterior variance of each condition's effect in the fixed form, (conditions,).

        In units of the prior.
        """
        asked = Asked.of(conditions, self.training, self.kernel)
        genes = asked.conditions.genes
        return self.posterior.variance(asked, self.kernel.similarity(genes, genes))

    def uncertainty(self, conditions: Sequence[str]) -> EffectUncertainty:
        """How far measured effects will be from the predicted ones.

        Calibrated on hidden training conditions (``Calibration``, made when first asked for).
        Where the fixed form stands alone it is the posterior's own standard deviation times the
        scale of each gene, with the quantiles of a normal distribution, not calibrated. Nor is what
        ``predict`` falls back for: no hidden condition was so little known.
        """
        answer, variance = self.predict(conditions), self.relative_variance(conditions)
        delta, hidden = answer.delta, self.hidden
        if hidden is None or hidden.calibration is None:
            out = normal_uncertainty(delta, np.sqrt(np.outer(variance, np.maximum(self.unit, 0))))
        else:
            strata = hidden.form.strata(conditions)
            out = hidden.calibration.uncertainty(delta, variance, strata)
        if self.self_effects is not None:
            for i, condition in enumerate(conditions):
                for gene, _ in self.self_effects.entries(self.effects, condition):
                    out.sd[i, gene] = self.self_effects.spread
        own = [c and not why for c, why in zip(out.calibrated, answer.fallback, strict=True)]
        return replace(out, calibrated=tuple(own))

    def retrieval(self, conditions: Sequence[str]) -> Matrix:
        """Predicted effects brought to the length of measured ones, (conditions, genes).

        For searching the measured effect that a prediction belongs to, which shrunken effects,
        all close to what they share, are bad at: ``Rescaling.to_measured`` in every stratum. The
        mean stays what ``predict`` answers.
        """
        return self._effects(Asked.of(conditions, self.training, self.kernel), measured_length=True)

    def _effects(self, asked: Asked, measured_length: bool = False) -> Matrix:
        """Effects, what sets conditions apart at the measured length if asked for."""
        conditions = asked.conditions.names
        delta = self.posterior.cross(asked) @ self.weights
        if self.tuned_form is not None:
            delta += self.tuned_form.correction(asked)
        if self.hidden is not None:
            delta = self.hidden.corrected(delta, conditions, measured_length)
        self._set_own(delta, conditions)
        return delta

    def _set_own(self, delta: Matrix, conditions: Sequence[str]) -> None:
        """Put the effects on unmeasured targets' own genes in, (conditions, genes)."""
        if self.self_effects is not None:
            for i, condition in enumerate(conditions):
                for gene, value in self.self_effects.entries(self.effects, condition):
                    delta[i, gene] = value

    def _fallbacks(self, asked: Asked) -> tuple[str, ...]:
        """Why the prediction of a condition is not the method's own; "" where it is."""
        genes = asked.conditions.genes
        known = dict(zip(genes, self.kernel.knows(genes), strict=True))
        seen = frozenset(self.training.genes)
        out = []
        for condition in asked.conditions.names:
            blind = [t for t in targets_of(condition) if not known[t] and t not in seen]
            lacking = (
                f"mean effect for {', '.join(blind)}: no embedding and in no training condition"
            )
            out.append(lacking if blind else self._untuned(condition))
        return tuple(out)

    def _untuned(self, condition: str) -> str:
        if not self.tuned or not targets_of(condition):
            return ""
        if self.tuned_form is None:
            return f"fixed hyper-parameters: {len(self.training.genes)} training targets"
        if len(targets_of(condition)) > 1 and not self.training.combined.any():
            return "fixed hyper-parameters: no combination in training"
        return ""


def _sorted(effects: Effects) -> Effects:
    """Rows in order of their names: their order in training must not matter."""
    order = sorted(range(len(effects.conditions)), key=effects.conditions.__getitem__)
    return replace(
        effects,
        conditions=tuple(effects.conditions[i] for i in order),
        delta=effects.delta[order],
        variance=effects.variance[order],
        n_cells=effects.n_cells[order],
    )
