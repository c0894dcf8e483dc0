import numpy as np

from make_effects import embedding_of
from scbig.baselines.embedding_kernel import EmbeddingKernel
from scbig.baselines.gp_conditions import ConditionSet, covariance, prior_variance
from scbig.baselines.gp_settings import GpSettings

NAMES = ["A", "B", "A+B", "A+C+D", "control"]


def _kernel() -> EmbeddingKernel:
    rng = np.random.default_rng(0)
    return EmbeddingKernel(embedding_of({g: rng.standard_normal(3) for g in "ABCD"}))


def test_by_definition() -> None:
    settings = GpSettings(0.8, 2.0, 0.5, 0.3, 0.7, 0.1)
    conditions = ConditionSet.of(NAMES)
    similarity = _kernel().similarity(conditions.genes, conditions.genes)
    k = 2.0 * similarity.kernel(0.8) + 0.5 * np.eye(4) + 0.3
    members = [[0], [1], [0, 1], [0, 2, 3], []]
    for i, left in enumerate(members):
        for j, right in enumerate(members):
            scale = (0.7 if len(left) > 1 else 1.0) * (0.7 if len(right) > 1 else 1.0)
            expected = scale * k[np.ix_(left, right)].sum()
            expected += 0.1 * (len(left) > 1 and len(right) > 1)
            found = covariance(settings, similarity, conditions, conditions)[i, j]
            np.testing.assert_allclose(found, expected)


def test_the_diagonal_alone() -> None:
    conditions = ConditionSet.of(NAMES)
    similarity = _kernel().similarity(conditions.genes, conditions.genes)
    whole = covariance(GpSettings(), similarity, conditions, conditions)
    np.testing.assert_allclose(prior_variance(GpSettings(), similarity, conditions), np.diag(whole))


def test_contexts_share_a_part() -> None:
    here, there = ConditionSet.of(["A@k", "B@k"]), ConditionSet.of(["A@r", "B@k"])
    similarity = _kernel().similarity(here.genes, there.genes)
    plain = covariance(GpSettings(context_share=1.0), similarity, here, there)
    shared = covariance(GpSettings(context_share=0.25), similarity, here, there)
    np.testing.assert_allclose(shared, plain * [[0.25, 1.0], [0.25, 1.0]])


def test_some_of_them() -> None:
    conditions = ConditionSet.of(NAMES)
    similarity = _kernel().similarity(conditions.genes, conditions.genes)
    rows = np.array([3, 0])
    part = covariance(GpSettings(), similarity, conditions.take(rows), conditions)
    whole = covariance(GpSettings(), similarity, conditions, conditions)
    np.testing.assert_array_equal(part, whole[rows])
    assert conditions.take(rows).names == ("A+C+D", "A")
