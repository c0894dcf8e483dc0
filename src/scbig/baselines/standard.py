"""The baselines that stand beside every model in a report."""

from scbig.baselines.additive import Additive
from scbig.baselines.bilinear_cv import BilinearCV
from scbig.baselines.bilinear_ridge import BilinearRidge
from scbig.baselines.context_mean import ContextMean
from scbig.baselines.count_transport import CountTransport
from scbig.baselines.effect_mean import EffectMean
from scbig.baselines.embedding_ridge import EmbeddingRidge
from scbig.baselines.gaussian_process import GaussianProcess
from scbig.baselines.matching_mean import MatchingMean
from scbig.baselines.nearest_neighbours import NearestNeighbours
from scbig.baselines.perturbed_cells import PerturbedCells
from scbig.baselines.random_forest import RandomForest
from scbig.baselines.scaled_additive import ScaledAdditive
from scbig.baselines.shifted_control import ShiftedControl
from scbig.baselines.unchanged_cells import UnchangedCells
from scbig.data_spec import DataSpec
from scbig.predictor import Predictor


def standard_baselines(spec: DataSpec) -> dict[str, Predictor]:
    """Every standard baseline by its id, fitted on the training effects of ``spec``.

    ``no_change``, ``train_mean``, ``gp_shift``, ``gp_count_transport`` and ``gp_fold_transport``
    make cells; the others predict means only. ``context_mean`` stands there for screens with
    contexts, the two transports for screens that came as counts. On a screen without
    combinations ``additive``, ``scaled_additive`` and ``matching`` give the same answers.
    """
    effects = spec.effects
    process = EffectMean(GaussianProcess(), effects)
    out: dict[str, Predictor] = {
        "no_change": UnchangedCells(),
        "train_mean": PerturbedCells(spec),
    }
    if effects.contexts:
        out["context_mean"] = EffectMean(ContextMean(), effects)
    out |= {
        "additive": EffectMean(Additive(), effects),
        "scaled_additive": EffectMean(ScaledAdditive(), effects),
        "matching": EffectMean(MatchingMean(), effects),
        "bilinear": EffectMean(BilinearRidge(), effects),
        "bilinear_cv": EffectMean(BilinearCV(), effects),
        "knn": EffectMean(NearestNeighbours(), effects),
        "ridge": EffectMean(EmbeddingRidge(), effects),
        "random_forest": EffectMean(RandomForest(), effects),
        "gaussian_process": process,
        "gp_shift": ShiftedControl(process),
    }
    if spec.has_counts:
        transport = CountTransport(process, spec)
        out["gp_count_transport"] = transport
        out["gp_fold_transport"] = transport.with_whole_fold()
    return out
