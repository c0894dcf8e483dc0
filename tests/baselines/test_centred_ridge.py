import numpy as np
from sklearn.linear_model import Ridge

from scbig.baselines.centred_ridge import CentredRidge, best_penalty


def test_weights_and_errors_are_those_of_scikit_learn() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((20, 6)), rng.standard_normal((20, 4))
    new_x, new_y = rng.standard_normal((7, 6)), rng.standard_normal((7, 4))
    ours = CentredRidge(x, y)
    penalties = [0.1, 1.0, 10.0]
    theirs = [Ridge(alpha=p).fit(x, y) for p in penalties]
    for penalty, fitted in zip(penalties, theirs, strict=True):
        np.testing.assert_allclose(ours.weights(penalty), fitted.coef_.T, atol=1e-9)
    expected = [np.square(fitted.predict(new_x) - new_y).sum() for fitted in theirs]
    errors = ours.squared_errors(new_x, new_y, penalties)
    np.testing.assert_allclose(errors - errors[0], np.array(expected) - expected[0], atol=1e-9)


def test_without_folds_the_middle_penalty() -> None:
    x = np.eye(3)
    assert best_penalty(["A", "B", "C"], x, x, [0.1, 1.0, 10.0], seed=0) == 1.0
