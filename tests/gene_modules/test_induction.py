import json
from itertools import combinations

import numpy as np
import pytest
from planted_relations import make_planted, planted_graph
from sklearn.metrics import adjusted_rand_score

from scbig.gene_modules.induction import RESIDUAL, induce_modules
from scbig.gene_modules.leiden import Leiden
from scbig.gene_modules.random_modules import RandomModules
from scbig.gene_modules.relation_graph import fuse
from scbig.gene_modules.relations import prior_edges
from scbig.module_membership import ModuleMembership


def test_genes_without_edges_form_a_last_module_named_residual():
    planted = make_planted()
    network = planted.network.tolil()
    network[[4, 9]] = 0
    network[:, [4, 9]] = 0
    modules = induce_modules(
        fuse(planted.genes, {"prior": prior_edges(network.tocsr())}), Leiden(8)
    )
    assert modules.n_modules == 9 and modules.names[-1] == RESIDUAL
    assert modules.genes_of(8) == ["g4", "g9"]
    assert modules.coverage == {"prior": 198 / 200}
    assert modules.genes == planted.genes


def test_names_are_genes_of_the_module_and_unique():
    graph = planted_graph(make_planted())
    modules = induce_modules(graph, Leiden(8))
    assert len(set(modules.names)) == 8
    dense = graph.weights.toarray()
    for m, name in enumerate(modules.names):
        first, second = name.split("/")
        inside = np.flatnonzero(modules.labels == m)
        strength = dense[np.ix_(inside, inside)].sum(1)
        order = [graph.genes[g] for g in inside[np.argsort(-strength)[:2]]]
        assert [first, second] == order


def test_stability_is_the_mean_agreement_of_seeds():
    graph = planted_graph(make_planted())
    modules = induce_modules(graph, RandomModules(8), seed=2, stability_seeds=4)
    runs = [RandomModules(8).labels(graph, seed) for seed in range(2, 6)]
    expected = np.mean([adjusted_rand_score(a, b) for a, b in combinations(runs, 2)])
    assert modules.stability == pytest.approx(expected)
    assert induce_modules(graph, Leiden(8)).stability > 0.95
    assert np.isnan(induce_modules(graph, Leiden(8), stability_seeds=1).stability)


def test_method_says_how_and_survives_a_checkpoint():
    modules = induce_modules(planted_graph(make_planted()), Leiden(8, smallest=5), seed=4)
    method = json.loads(modules.method)
    assert method["clusterer"]["init_args"] == {"n_modules": 8, "smallest": 5, "largest": None}
    assert method["relations"] == ["embedding", "prior", "covariation"] and method["seed"] == 4
    again = ModuleMembership.from_dict(json.loads(json.dumps(modules.to_dict())))
    assert again.names == modules.names and (again.labels == modules.labels).all()
