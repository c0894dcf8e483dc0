import numpy as np

from scbig.target_embedding import EmbeddingSource, TargetEmbedding


def test_coverage_of_the_targets_of_a_condition() -> None:
    known = np.array([[True], [False]])
    sources = (EmbeddingSource("E.npz", 2, ""),)
    table = TargetEmbedding(("A", "GAP"), np.zeros((2, 2), np.float16), known, sources)
    assert table.coverage(["A"]) == "all" and table.coverage([]) == "all"
    assert table.coverage(["A", "GAP"]) == "part"
    assert table.coverage(["GAP", "ABSENT"]) == "none"
