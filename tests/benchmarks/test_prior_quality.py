import numpy as np
import pandas as pd
import pytest

from anchor import SCORES
from prior_quality import compare_scores, recall_of_sets, shared_neighbours, unit


def _groups(n_groups=6, size=12, noise=0.1):
    rng = np.random.default_rng(0)
    centres = np.eye(n_groups).repeat(size, axis=0)
    vectors = centres + noise * rng.normal(size=centres.shape)
    genes = [f"g{i:03d}" for i in range(len(vectors))]
    return genes, (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def test_neighbours_are_all_shared_with_oneself_and_few_with_others():
    _, vectors = _groups()
    assert shared_neighbours(vectors, vectors, 5, 72) == 1.0
    shuffled = vectors[np.random.default_rng(1).permutation(len(vectors))]
    assert shared_neighbours(vectors, shuffled, 5, 72) < 0.2


def test_members_are_found_by_the_others():
    genes, vectors = _groups()
    sets = [genes[i : i + 12] for i in range(0, 72, 12)]
    found = recall_of_sets(genes, vectors, sets)
    assert found.sets == 6 and found.auroc == 1.0 and found.recall == 1.0
    order = np.random.default_rng(1).permutation(len(vectors))
    assert recall_of_sets(genes, vectors[order], sets).auroc == pytest.approx(0.5, abs=0.12)


def test_rows_of_a_file_in_the_order_asked_for(tmp_path):
    genes, vectors = _groups()
    np.savez(tmp_path / "e.npz", genes=np.array(genes), emb=3 * vectors)
    names, read = unit(tmp_path / "e.npz", genes[::-1])
    assert names == genes[::-1]
    np.testing.assert_allclose(read, vectors[::-1], atol=2e-3)


def test_scores_are_paired(tmp_path):
    rng = np.random.default_rng(0)
    table = pd.DataFrame(
        {
            "panel": "P", "seed": 1, "condition": [f"c{i}" for i in range(20)],
            "stratum": "seen1", "predictor": "gp_tuned",
            **{name: rng.normal(size=20) for name in SCORES},
        }
    )  # fmt: skip
    table.to_csv(tmp_path / "given.csv", index=False)
    noise = 0.01 * rng.normal(size=20)
    better = table.assign(pearson_delta=table["pearson_delta"] + 0.5 + noise)
    better.to_csv(tmp_path / "built.csv", index=False)
    found = compare_scores(tmp_path / "built.csv", tmp_path / "given.csv")
    assert found.loc[("P", "gp_tuned", "seen1"), "pearson_delta"].startswith("+0.5")
    assert found.loc[("P", "gp_tuned", "seen1"), "l2"].startswith("+0.000")
