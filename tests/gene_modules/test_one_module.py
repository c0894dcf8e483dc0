from planted_relations import make_planted, planted_graph

from scbig.gene_modules.induction import induce_modules
from scbig.gene_modules.one_module import OneModule


def test_one_module_of_all_genes():
    modules = induce_modules(planted_graph(make_planted()), OneModule())
    assert modules.n_modules == 1 and list(modules.sizes) == [200]
    assert modules.stability == 1
