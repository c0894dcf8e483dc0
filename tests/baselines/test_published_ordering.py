"""Mean baselines on the real effects of Norman et al. 2019, published test conditions."""

import csv
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from norman_screen import mean_scores, norman_effects, published_splits
from scbig.baselines.additive import Additive
from scbig.baselines.bilinear_cv import BilinearCV
from scbig.baselines.bilinear_ridge import BilinearRidge
from scbig.baselines.embedding_ridge import EmbeddingRidge
from scbig.baselines.matching_mean import MatchingMean
from scbig.baselines.nearest_neighbours import NearestNeighbours
from scbig.baselines.no_change import NoChange
from scbig.baselines.perturbed_mean import PerturbedMean
from scbig.baselines.random_forest import RandomForest
from scbig.baselines.scaled_additive import ScaledAdditive

#: Pearson Delta / Systema Pearson Delta: doubles with no, one, two seen targets, unseen singles.
MEASURED = {
    "train_mean": (PerturbedMean, "0.412/0.000 0.381/0.000 0.399/0.000 0.303/0.000"),
    "additive": (Additive, "0.412/0.093 0.547/0.413 0.693/0.644 0.303/0.000"),
    "scaled_additive": (ScaledAdditive, "0.412/0.093 0.547/0.426 0.693/0.638 0.303/0.000"),
    "matching": (MatchingMean, "0.412/0.000 0.547/0.409 0.693/0.618 0.303/0.000"),
    "bilinear": (BilinearRidge, "0.508/0.369 0.434/0.247 0.539/0.395 0.305/0.058"),
    "bilinear_cv": (BilinearCV, "0.507/0.349 0.490/0.304 0.613/0.509 0.318/0.051"),
    "knn": (NearestNeighbours, "0.418/0.144 0.451/0.252 0.529/0.391 0.298/0.067"),
    "ridge": (EmbeddingRidge, "0.472/0.246 0.512/0.360 0.607/0.511 0.329/0.217"),
    "random_forest": (RandomForest, "0.470/0.226 0.484/0.325 0.561/0.456 0.331/0.197"),
}
SUBGROUPS = ("seen0", "seen1", "seen2", "unseen_single")


@pytest.mark.real
def test_scores_of_the_mean_baselines(real_data: Path) -> None:
    screen = norman_effects(real_data)
    splits = list(published_splits(real_data, screen.conditions))
    predictors = {name: make() for name, (make, _) in MEASURED.items()}
    scores = mean_scores(screen, splits, predictors)
    for name, (_, expected) in MEASURED.items():
        wanted = [[float(x) for x in pair.split("/")] for pair in expected.split()]
        got = [scores[name][subgroup] for subgroup in SUBGROUPS]
        np.testing.assert_allclose(got, wanted, atol=0.003, err_msg=name)


@pytest.mark.real
def test_the_ordering_agrees_with_the_published_one(real_data: Path) -> None:
    """No change < mean < additive, by Pearson Delta over all test conditions.

    The published "trainMean" is ``Additive`` with its fallback (the mean for unseen singles), not a
    mean. The published linear model stands above it; ours does not on this panel, which measures 57
    of 105 targets, so only its place above no change and the mean is asked for.
    """
    screen = norman_effects(real_data)
    splits = list(published_splits(real_data, screen.conditions))
    predictors = {
        "no_change": NoChange(),
        "train_mean": PerturbedMean(),
        "bilinear": BilinearRidge(),
        "bilinear_cv": BilinearCV(),
        "additive": Additive(),
    }
    scores = mean_scores(screen, splits, predictors)
    ours = [scores[name]["all"][0] for name in predictors]
    assert all(worse < better for worse, better in pairwise(ours))

    with (real_data / "splits" / "scperturbench_published_means.csv").open() as file:
        rows = list(csv.DictReader(file))
    # the column says distance and holds a similarity
    published = next(
        row
        for row in rows
        if (row["DataSet"], row["metric"], row["DEG"]) == ("Norman", "pearson_distance", "5000")
    )
    control, hybrid, linear = (
        float(published[name]) for name in ("baseControl", "trainMean", "linearModel")
    )
    assert control < hybrid < linear
    assert scores["no_change"]["all"][0] < scores["additive"]["all"][0]
    assert scores["no_change"]["all"][0] < scores["bilinear"]["all"][0]
