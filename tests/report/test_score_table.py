from scored_example import make_scored

from scbig.report.score_table import score_table


def test_rows_columns_and_marks():
    evaluation = make_scored()
    lines = score_table(evaluation, "Model").splitlines()
    head = lines[0]
    assert all(metric.short in head for metric in evaluation.metrics)
    names = [line.split()[0] for line in lines[1:12] if line and not line.startswith("-")]
    assert names[:4] == ["Model", "no_change", "additive", "replicate"]
    assert len({len(line) for line in lines[:8]}) == 1  # aligned
    model = next(line for line in lines if line.startswith("Model "))
    assert model.count("*") >= 7
    additive = next(line for line in lines if line.startswith("additive"))
    assert "–" in additive
    replicate = next(line for line in lines if line.startswith("replicate "))
    assert "*" not in replicate


def test_subgroups_and_verdict_follow():
    text = score_table(make_scored(), "Model")
    assert "seen1 (5)" in text and "seen2 (6)" in text
    assert "Model against 2 baselines on Pearson Δ vs perturbed mean: beats" in text


def test_a_single_subgroup_needs_no_second_table():
    text = score_table(make_scored(("T0+T2", "T1+T3")), "Model")
    assert "by subgroup" not in text
    assert text.endswith("too few conditions for a verdict")
