import pandas as pd
import pytest
from score_rows import BASE, score_rows

from scbig.metrics.discriminative_range import discriminative_range
from scbig.metrics.mse import MeanSquaredError
from scbig.metrics.paired_scores import paired_scores
from scbig.metrics.pearson_delta import PearsonDelta


def test_share_of_the_way_from_the_mean_to_perfect():
    table = pd.concat(
        [
            score_rows("pearson_delta", train_mean=BASE * 0 + 0.2, interp_dup=BASE * 0 + 0.6),
            score_rows("mse", train_mean=BASE * 0 + 0.5, interp_dup=BASE * 0 + 0.48),
        ]
    )
    found = discriminative_range(paired_scores(table, [PearsonDelta, MeanSquaredError]))
    assert found["range"].tolist() == pytest.approx([0.5, 0.04])
    assert found["for_headlines"].tolist() == [True, False]
    assert found["n"].tolist() == [20, 20]


def test_nothing_without_the_interpolated_duplicate():
    table = score_rows("mse", train_mean=BASE)
    assert discriminative_range(paired_scores(table, [MeanSquaredError])).empty
