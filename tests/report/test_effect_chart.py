import numpy as np

from scbig.report.effect_chart import MOST_DOTS, effect_chart


def test_strongest_genes_are_always_drawn_and_named():
    rng = np.random.default_rng(0)
    true = rng.normal(0, 0.01, 4000)
    true[[5, 900, 3999]] = [3.0, -2.0, 1.0]
    genes = tuple(f"g{i}" for i in range(4000))
    svg = effect_chart(true * 0.5, true, genes, "A+B", "seen1")
    assert svg.count("h0") == MOST_DOTS
    assert all(f">{name}<" in svg for name in ("g5", "g900", "g3999"))
    assert effect_chart(true * 0.5, true, genes, "A+B", "seen1") == svg


def test_no_effect_at_all_is_still_a_chart():
    svg = effect_chart(np.zeros(10), np.zeros(10), tuple("abcdefghij"), "A", "")
    assert "nan" not in svg and svg.count("h0") == 10
