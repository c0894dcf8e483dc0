import json

import numpy as np
import pytest
from planted_relations import make_planted, planted_graph

from scbig.gene_modules.induction import induce_modules
from scbig.gene_modules.leiden import Leiden
from scbig.gene_modules.one_module import OneModule
from scbig.gene_modules.report import module_report
from scbig.module_membership import ModuleMembership


def test_report_of_planted_modules():
    planted = make_planted()
    graph = planted_graph(planted)
    modules = induce_modules(graph, Leiden(8))
    sets = {f"set {m}": np.array(planted.genes)[planted.module == m].tolist() for m in range(8)}
    controls = planted.cells[planted.groups == 0]
    report = module_report(modules, graph, controls, sets, permutations=20)
    assert json.loads(json.dumps(report, allow_nan=False)) == report
    assert report["n_modules"] == 8 and report["stability"] > 0.95
    assert set(report["coverage"]) == {"embedding", "prior", "covariation"}
    assert report["density_z"] > 10
    assert report["within_r"] > report["between_r"] + 0.1
    assert [entry["size"] for entry in report["modules"]] == modules.sizes.tolist()
    for m, entry in enumerate(report["modules"]):
        own = planted.module[planted.genes.index(entry["strongest"][0])]
        assert entry["enriched"][0]["set"] == f"set {own}"
        assert entry["strongest"][0] in modules.genes_of(m)


def test_what_was_not_measured_is_none():
    graph = planted_graph(make_planted())
    modules = induce_modules(graph, OneModule(), stability_seeds=1)
    report = module_report(modules, graph, permutations=2)
    for name in ("stability", "density_z", "within_r", "between_r"):
        assert report[name] is None
    assert report["modules"][0]["enriched"] is None


def test_other_genes_are_refused():
    graph = planted_graph(make_planted())
    other = ModuleMembership.partition([f"x{i}" for i in range(200)], np.zeros(200, dtype=np.int64))
    with pytest.raises(ValueError, match="different genes"):
        module_report(other, graph)
