import numpy as np
import numpy.typing as npt
import pytest
import scipy.sparse as sp
from planted_relations import Overlapping, make_overlapping, make_planted, planted_graph
from scipy.optimize import linear_sum_assignment
from sklearn.metrics import adjusted_rand_score

from scbig.errors import UserError
from scbig.gene_modules.induction import RESIDUAL, induce_modules
from scbig.gene_modules.leiden import Leiden
from scbig.gene_modules.relation_graph import fuse
from scbig.gene_modules.soft_modules import SoftModules, strongest_shares
from scbig.module_membership import one_hot

Matrix = npt.NDArray[np.floating]


def matched(found: Matrix, planted: Matrix) -> tuple[Matrix, Matrix]:
    """Found columns in the order of the planted ones, and their cosines."""
    unit = [x / np.linalg.norm(x, axis=0) for x in (planted, found)]
    cosine = unit[0].T @ unit[1]
    rows, columns = linear_sum_assignment(-cosine)
    return found[:, columns], cosine[rows, columns]


@pytest.fixture(scope="module", params=[0, 1])
def overlapping(request: pytest.FixtureRequest) -> Overlapping:
    return make_overlapping(seed=request.param)


@pytest.mark.parametrize("effects", [True, False])
def test_overlapping_programs_are_recovered(overlapping: Overlapping, effects: bool):
    graph = overlapping.graph(effects)
    found, cosine = matched(SoftModules(6).memberships(graph, 0), overlapping.share)
    of_hard = matched(one_hot(Leiden(6).labels(graph, 0)), overlapping.share)[1]
    assert cosine.min() > 0.97 and of_hard.max() < 0.97
    shared = (overlapping.share > 0).sum(1) == 2
    both = ((found > 0) & (overlapping.share > 0)).sum(1) == 2
    assert both[shared].mean() >= 0.9
    assert ((found > 0).sum(1) == 1)[~shared].mean() >= 0.9


def test_effects_alone_tell_programs_apart():
    """Relations that link genes within halves of the programs; only effects tell which program."""
    planted = make_overlapping(seed=2)
    blocks = np.arange(6) % 3
    pairs = one_hot(blocks)
    merged = planted.share @ pairs
    linked = np.triu(merged @ merged.T > 0, 1) * (np.random.default_rng(0).random((200, 200)) < 0.2)
    relation = {"a": (sp.csr_matrix(linked + linked.T, dtype=float), np.ones(200, bool))}
    effects = (planted.effects / np.linalg.norm(planted.effects, axis=0)).T
    names = [f"g{i}" for i in range(200)]
    blind = matched(SoftModules(6).memberships(fuse(names, relation), 0), planted.share)[1]
    graph = fuse(names, relation, effects=effects)
    seeing = matched(SoftModules(6, effect_share=0.8).memberships(graph, 0), planted.share)[1]
    assert seeing.mean() > blind.mean() + 0.1 and seeing.mean() > 0.9


def test_order_of_genes_does_not_matter(overlapping: Overlapping):
    order = np.random.default_rng(5).permutation(200)
    here = SoftModules(6).memberships(overlapping.graph(), 0)
    there = SoftModules(6).memberships(overlapping.graph(order=order), 0)
    back = np.empty_like(there)
    back[order] = there
    assert matched(back, here)[1].min() > 0.999


def test_memberships_are_shares_of_few_modules(overlapping: Overlapping):
    found = SoftModules(6, most=2).memberships(overlapping.graph(), 0)
    assert found.dtype == np.float32 and found.min() >= 0
    np.testing.assert_allclose(found.sum(1), 1, rtol=1e-5)
    assert (found > 0).sum(1).max() == 2
    assert (np.diff(found.sum(0)) <= 1e-5).all()


def test_partition_stays_one():
    planted = make_planted()
    graph = planted_graph(planted)
    assert adjusted_rand_score(planted.module, SoftModules(8).labels(graph, 0)) >= 0.9
    found = SoftModules(8).memberships(graph, 0)
    assert ((found > 0).sum(1) == 1).mean() > 0.95


def test_every_gene_is_placed_or_residual():
    planted = make_overlapping()
    network, effects = planted.network + planted.network.T, planted.effects.copy()
    network = network.tolil()
    network[[4, 9]] = 0
    network[:, [4, 9]] = 0
    effects[:, 9] = 0
    profiles = (effects / np.maximum(np.linalg.norm(effects, axis=0), 1e-9)).T
    relation = {"prior": (sp.csr_matrix(network), np.ones(200, bool))}
    graph = fuse([f"g{i}" for i in range(200)], relation, effects=profiles)
    modules = induce_modules(graph, SoftModules(6))
    # no relation places g4, and its effects do
    assert modules.names[-1] == RESIDUAL and modules.genes_of(modules.n_modules - 1) == ["g9"]
    assert len(set(modules.names)) == modules.n_modules
    assert 0.5 < modules.stability <= 1


def test_strongest_shares():
    weights = np.array([[4.0, 3, 1, 0], [1, 1, 1, 1], [0, 0, 0, 0], [2, 0.5, 0, 1.2]])
    got = strongest_shares(weights, 0.5, 2)
    third = 2 / 3.2
    np.testing.assert_allclose(
        got, [[4 / 7, 3 / 7, 0, 0], [0.5, 0.5, 0, 0], [0, 0, 0, 0], [third, 0, 0, 1 - third]]
    )


def test_wrong_use_is_refused():
    for wrong in ({"n_modules": 0}, {"most": 0}):
        with pytest.raises(UserError, match="n_modules >= 1 and most >= 1"):
            SoftModules(**wrong)
    for wrong in ({"effect_share": 1.0}, {"smallest_share": 0.0}):
        with pytest.raises(UserError, match="effect_share < 1"):
            SoftModules(**wrong)
