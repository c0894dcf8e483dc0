import numpy as np
import scipy.sparse as sp

from scbig.gene_modules.merging import larger_first, merge_communities

# three cliques of 4, 4 and 2 genes; the pair leans to the second clique; gene 10 is alone
LABELS = np.array([0] * 4 + [1] * 4 + [2] * 2 + [3])
CLIQUES = (LABELS[:, None] == LABELS[None, :]).astype(float)
np.fill_diagonal(CLIQUES, 0)
CLIQUES[8, 4] = CLIQUES[4, 8] = 0.5
CLIQUES[8, 0] = CLIQUES[0, 8] = 0.1
CLIQUES[3, 7] = CLIQUES[7, 3] = 0.01
WEIGHTS = sp.csr_matrix(CLIQUES)


def test_small_ones_merge_where_they_are_connected_and_strays_leave():
    merged = merge_communities(WEIGHTS, LABELS, smallest=3, wanted=9)
    assert list(merged) == [0] * 4 + [1] * 6 + [-1]


def test_nothing_small_and_few_enough_is_left_alone():
    merged = merge_communities(WEIGHTS, LABELS, smallest=1, wanted=4)
    assert (merged == LABELS).all()


def test_the_smallest_merge_until_the_wanted_number():
    merged = merge_communities(WEIGHTS, LABELS, smallest=1, wanted=2)
    assert len(np.unique(merged)) == 2 and (merged >= 0).all()
    assert merged[0] != merged[4] and merged[8] == merged[4]


def test_no_merge_exceeds_the_largest_size():
    merged = merge_communities(WEIGHTS, LABELS, smallest=1, wanted=1, largest=6)
    assert list(merged) == [0] * 4 + [1] * 4 + [2] * 3


def test_unplaced_genes_stay_unplaced():
    labels = LABELS.copy()
    labels[0] = -1
    merged = merge_communities(WEIGHTS, labels, smallest=3, wanted=9)
    assert merged[0] == -1 and merged[1] >= 0


def test_larger_first_renumbers_by_size_then_by_first_gene():
    labels = np.array([5, 2, 2, -1, 9, 9, 7])
    assert list(larger_first(labels)) == [2, 0, 0, -1, 1, 1, 3]
    assert list(larger_first(np.array([-1, -1]))) == [-1, -1]
