from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp

from scbig.data.highly_variable import highly_variable, training_rows
from scbig.data.schema import ScreenContract, read_screen
from scbig.errors import UserError
from small_screen import SPLIT, make_small_adata, make_small_screen


def test_planted_variable_genes_are_found():
    # dispersion is standardised among genes of similar mean: many genes, and the mean is kept
    adata = make_small_adata(n_genes=300)
    counts = adata.X.toarray()
    loud = [40, 110, 170]
    counts[:, loud] *= np.random.default_rng(0).choice([0, 2], (len(counts), 3))
    adata.X = sp.csr_matrix(counts)
    screen = read_screen(adata, ScreenContract())
    chosen = highly_variable(screen, SPLIT, 12)
    assert {screen.genes[i] for i in loud} <= set(chosen)
    assert list(chosen) == [gene for gene in screen.genes if gene in chosen]


@pytest.mark.parametrize("n", [1, 7, 29])
def test_exactly_as_many_as_asked(n):
    assert len(highly_variable(make_small_screen(), SPLIT, n)) == n


def test_held_out_cells_do_not_matter():
    screen = make_small_screen()
    values = screen.cells.toarray()
    values[screen.rows_of([*SPLIT.val, *SPLIT.test])] *= 5.0
    changed = replace(screen, cells=sp.csr_matrix(values))
    assert highly_variable(changed, SPLIT, 10) == highly_variable(screen, SPLIT, 10)


def test_training_rows_are_control_and_training_cells():
    screen = make_small_screen()
    names = {screen.condition_names[c] for c in screen.condition[training_rows(screen, SPLIT)]}
    assert names == {"control", *SPLIT.train}


@pytest.mark.parametrize("n", [0, 31])
def test_more_genes_than_there_are(n):
    with pytest.raises(UserError, match="the file has 30 genes"):
        highly_variable(make_small_screen(), SPLIT, n)
