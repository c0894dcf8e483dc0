import numpy as np

from make_effects import effects_of, embedding_of
from scbig.baselines.prior_rows import PriorRows


def test_linear_scores_are_found_for_genes_that_are_not_measured() -> None:
    rng = np.random.default_rng(0)
    genes = [f"A{i:02d}" for i in range(60)]
    vectors = rng.standard_normal((60, 4))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    targets = embedding_of(dict(zip(genes, vectors, strict=True)))
    scores = vectors @ rng.standard_normal((4, 3)) + 2.0
    effects = effects_of({"A00": np.zeros(50)}, targets, genes[:50])
    rows = PriorRows.learn(effects, scores[:50])
    assert rows is not None and rows.knows("A55") and not rows.knows("NOVEL")
    np.testing.assert_allclose(rows(genes[50:]), scores[50:], atol=0.05)


def test_too_few_measured_and_embedded_genes() -> None:
    targets = embedding_of({name: [1.0, 0.0] for name in "ABCDEF"})
    effects = effects_of({"A": np.zeros(4)}, targets, list("ABCD"))
    assert PriorRows.learn(effects, np.ones((4, 2))) is None
