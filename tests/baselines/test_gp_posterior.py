import numpy as np
import pytest

from make_effects import random_screen
from scbig.baselines.embedding_kernel import EmbeddingKernel
from scbig.baselines.gp_conditions import ConditionSet, covariance
from scbig.baselines.gp_posterior import Asked, Posterior
from scbig.baselines.gp_settings import GpSettings


@pytest.mark.parametrize("power", [0.0, 1.0])
def test_conditions_a_joint_normal_distribution(power: float) -> None:
    effects = random_screen()
    n_cells = np.arange(len(effects.conditions)) * 7 + 20
    kernel, settings = EmbeddingKernel(effects.targets), GpSettings(cell_power=power)
    training = ConditionSet.of(effects.conditions)
    similarity = kernel.similarity(training.genes, training.genes)
    posterior = Posterior(settings, training, similarity, n_cells)
    asked = Asked.of(["A11", "A00+A11", "A03"], training, kernel)
    own = kernel.similarity(asked.conditions.genes, asked.conditions.genes)
    k = covariance(settings, similarity, training, training)
    k += np.diag(settings.noise(training.combined, n_cells))
    cross = posterior.cross(asked)
    np.testing.assert_allclose(
        cross @ posterior.solve(effects.delta), cross @ np.linalg.solve(k, effects.delta)
    )
    prior = covariance(settings, own, asked.conditions, asked.conditions)
    np.testing.assert_allclose(
        posterior.variance(asked, own), np.diag(prior - cross @ np.linalg.solve(k, cross.T))
    )


def test_without_training_it_is_the_prior() -> None:
    kernel = EmbeddingKernel(random_screen().targets)
    training = ConditionSet.of([])
    nothing = kernel.similarity([], [])
    posterior = Posterior(GpSettings(), training, nothing, np.zeros(0, dtype=np.int64))
    asked = Asked.of(["A11"], training, kernel)
    own = kernel.similarity(("A11",), ("A11",))
    np.testing.assert_allclose(posterior.variance(asked, own), [3.0])
    assert (posterior.cross(asked) @ posterior.solve(np.zeros((0, 4)))).tolist() == [[0.0] * 4]
