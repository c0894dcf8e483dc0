import numpy as np
import pytest

from scbig.metrics.resampling import Resampling


def spread(conditions: list[str], values: np.ndarray, unit: str) -> float:
    drawn = Resampling(20_000, 0, unit).means(values[:, None], conditions)
    return float(np.nanstd(drawn))


def test_singles_are_drawn_alike_by_gene_and_by_condition():
    values = np.random.default_rng(0).standard_normal(40)
    names = [f"G{i:02d}" for i in range(40)]
    by_gene, by_condition = (spread(names, values, u) for u in ("targets", "conditions"))
    assert by_gene == pytest.approx(by_condition, rel=0.03)


def test_doubles_that_share_genes_are_less_evidence_than_they_look():
    rng = np.random.default_rng(0)
    of_gene = rng.standard_normal(12)
    pairs = [(i, j) for i in range(12) for j in range(i)]
    names = [f"G{j:02d}+G{i:02d}" for i, j in pairs]
    values = np.array([of_gene[i] + of_gene[j] for i, j in pairs])
    # what another dozen genes would have given
    others = rng.choice(of_gene, (4000, 12))
    truth = np.array([2 * genes.mean() for genes in others]).std()
    assert spread(names, values, "targets") == pytest.approx(truth, rel=0.3)
    assert spread(names, values, "conditions") < 0.6 * truth


def test_a_gene_is_one_unit_in_every_context():
    names = [f"G{i % 4}@{line}" for i, line in enumerate(["k562", "rpe1"] * 4)]
    resampling = Resampling(100, 0, "targets")
    assert resampling.size(names) == 4 and not resampling.enough(names)
    assert Resampling(100, 0).size(names) == 8 and Resampling(100, 0).enough(names)
    with pytest.raises(ValueError, match="cannot resample 'genes'"):
        Resampling(unit="genes")
