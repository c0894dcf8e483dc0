"""What every clusterer must do; classes are found by walking the room."""

import importlib
import inspect
import pkgutil

import numpy as np
import pytest
from planted_relations import make_planted, planted_graph
from sklearn.metrics import adjusted_rand_score

import scbig.gene_modules
from scbig.component import build_factory, describe
from scbig.gene_modules.clusterer import Clusterer
from scbig.gene_modules.leiden import Leiden


def clusterers() -> list[type[Clusterer]]:
    for found in pkgutil.iter_modules(scbig.gene_modules.__path__):
        importlib.import_module(f"scbig.gene_modules.{found.name}")
    return sorted(Clusterer.__subclasses__(), key=lambda cls: cls.__name__)


def build(cls: type[Clusterer]) -> Clusterer:
    needs_base = "base" in inspect.signature(cls).parameters
    return cls(**({"base": Leiden(8)} if needs_base else {}))


@pytest.mark.parametrize("cls", clusterers())
def test_contract(cls: type[Clusterer]):
    graph = planted_graph(make_planted())
    weights = graph.weights.copy()
    clusterer = build(cls)
    labels = clusterer.labels(graph, 3)
    assert labels.shape == (200,) and labels.dtype == np.int64
    assert set(np.unique(labels)) - {-1} == set(range(labels.max() + 1))
    assert (labels == clusterer.labels(graph, 3)).all()
    shares = clusterer.memberships(graph, 3)
    assert shares.dtype == np.float32 and shares.shape == (200, labels.max() + 1)
    np.testing.assert_allclose(shares.sum(1), labels >= 0, rtol=1e-5)
    assert (shares.argmax(1) == labels)[labels >= 0].all()
    assert (weights != graph.weights).nnz == 0


@pytest.mark.parametrize("cls", clusterers())
def test_described_and_built_again(cls: type[Clusterer]):
    described = describe(build(cls))
    assert described["class_path"] == f"{cls.__module__}.{cls.__name__}"
    factory = build_factory(described)
    assert describe(factory) == described


@pytest.mark.parametrize("name", ["RandomModules", "PermutedModules", "OneModule"])
def test_controls_know_nothing(name: str):
    planted = make_planted()
    cls = next(cls for cls in clusterers() if cls.__name__ == name)
    scores = [
        adjusted_rand_score(planted.module, build(cls).labels(planted_graph(planted), seed))
        for seed in range(5)
    ]
    assert abs(np.mean(scores)) < 0.03
