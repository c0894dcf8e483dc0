"""The baselines that stand beside every model in a report."""

from scbig.baselines.additive import Additive
from scbig.baselines.bilinear_ridge import BilinearRidge
from scbig.baselines.effect_mean import EffectMean
from scbig.baselines.embedding_ridge import EmbeddingRidge
from scbig.baselines.gaussian_process import GaussianProcess
from scbig.baselines.matching_mean import MatchingMean
from scbig.baselines.perturbed_cells import PerturbedCells
from scbig.baselines.shifted_control import ShiftedControl
from scbig.baselines.unchanged_cells import UnchangedCells
from scbig.data_spec import DataSpec
from scbig.predictor import Predictor


def standard_baselines(spec: DataSpec) -> dict[str, Predictor]:
    """Every standard baseline by its id, fitted on the training effects of ``spec``.

    ``no_change``, ``train_mean`` and ``gp_shift`` make cells; the others predict means only.
    """
    effects = spec.effects
    process = EffectMean(GaussianProcess(), effects)
    return {
        "no_change": UnchangedCells(),
        "train_mean": PerturbedCells(spec),
        "additive": EffectMean(Additive(), effects),
        "matching": EffectMean(MatchingMean(), effects),
        "bilinear": EffectMean(BilinearRidge(), effects),
        "ridge": EffectMean(EmbeddingRidge(), effects),
        "gaussian_process": process,
        "gp_shift": ShiftedControl(process),
    }
