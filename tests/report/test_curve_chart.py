from scbig.report.curve_chart import MOST_POINTS, curve_charts


def test_one_chart_a_number_training_first(tmp_path):
    path = tmp_path / "metrics.csv"
    rows = [f"{i},{i if i % 7 == 0 else ''},{i * 0.5},inf,{i // 9}" for i in range(1000)]
    path.write_text("step,val/b,train/a,val/selection_score,epoch\n" + "\n".join(rows) + "\n")
    charts = curve_charts(path)
    assert ["train/a" in charts[0], "val/b" in charts[1], len(charts)] == [True, True, 2]
    points = charts[0].split('points="')[1].split('"')[0].split()
    assert len(points) == MOST_POINTS


def test_without_a_file_there_is_no_chart(tmp_path):
    assert curve_charts(tmp_path / "metrics.csv") == []
    (tmp_path / "metrics.csv").write_text("a,b\n1,2\n")
    assert curve_charts(tmp_path / "metrics.csv") == []
