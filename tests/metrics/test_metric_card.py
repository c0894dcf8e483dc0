import json

import numpy as np
from score_rows import BASE, score_rows

from scbig.metrics.metric_card import metric_card
from scbig.metrics.mse import MeanSquaredError
from scbig.metrics.scoreboard import Scoreboard
from scbig.metrics.table_card import names_sha256


def test_says_what_scores_depend_on(tiny_spec):
    table = score_rows("mse", model=BASE, train_mean=np.r_[np.nan, BASE[1:]])
    board = Scoreboard(table, [MeanSquaredError], trivial=("train_mean",))
    card = json.loads(json.dumps(metric_card(tiny_spec, board)))
    split = tiny_spec.split
    assert card["split"] == {"name": "test", "seed": 0, "sha256": split.sha256}
    assert card["condition_names"]["sha256"] == names_sha256(split.train + split.val + split.test)
    assert card["genes"]["n"] == tiny_spec.n_genes and "targets" in card["genes"]["set"]
    assert card["scale"] == tiny_spec.scale and "Mann-Whitney" in card["de_rule"]
    assert card["undefined_scores"] == {"train_mean": {"mse": 1}}
    assert card["audit"] == "not given"
    assert metric_card(tiny_spec, board, {"passed": True})["audit"] == {"passed": True}
