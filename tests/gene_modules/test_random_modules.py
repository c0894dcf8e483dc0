import numpy as np
import pytest
from planted_relations import make_planted, planted_graph

from scbig.errors import UserError
from scbig.gene_modules.random_modules import RandomModules


def test_sizes_are_even_and_seeds_differ():
    graph = planted_graph(make_planted())
    labels = RandomModules(7).labels(graph, 0)
    assert set(np.bincount(labels)) <= {28, 29}
    assert (labels != RandomModules(7).labels(graph, 1)).any()


def test_wrong_use_is_refused():
    with pytest.raises(UserError, match="n_modules >= 1"):
        RandomModules(0)
    with pytest.raises(UserError, match="ask for fewer"):
        RandomModules(201).labels(planted_graph(make_planted()), 0)
