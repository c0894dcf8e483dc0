from scored_example import make_scored

from scbig.report.score_table import WIDTH, score_table


def test_rows_columns_and_marks():
    evaluation = make_scored()
    text = score_table(evaluation, "Model")
    lines = text.splitlines()
    board = evaluation.board()
    headline = [m for m in board.metrics if m.name in board.headline]
    assert all(metric.short in text for metric in headline)
    assert "MAE" not in text and "Sign accuracy" not in text
    names = [line.split()[0] for line in lines[1:12] if line and not line.startswith("-")]
    assert names[:5] == ["Model", "no_change", "additive", "interp_dup", "replicate"]
    assert len({len(line) for line in lines[:8]}) == 1  # aligned
    model = next(line for line in lines if line.startswith("Model "))
    assert model.count("*") >= 7
    additive = next(line for line in lines if line.startswith("additive"))
    assert "–" in additive
    replicate = next(line for line in lines if line.startswith("replicate "))
    assert "*" not in replicate


def test_fits_the_terminal_whatever_the_names():
    name = "A model with a name that nobody would type twice"
    text = score_table(make_scored(model=name), name)
    assert max(map(len, text.splitlines())) <= WIDTH


def test_subgroups_and_verdict_follow():
    text = score_table(make_scored(), "Model")
    assert "seen1 (5)" in text and "seen2 (6)" in text
    verdict = next(
        line for line in text.splitlines() if line.startswith("Pearson Δ vs perturbed mean  ")
    )
    assert "additive" in verdict and verdict.endswith("beats")
    assert "chosen on the scored conditions, which favours it" in text


def test_a_single_subgroup_needs_no_second_table():
    text = score_table(make_scored(("T0+T2", "T1+T3")), "Model")
    assert "by subgroup" not in text
    assert "too few" in text
