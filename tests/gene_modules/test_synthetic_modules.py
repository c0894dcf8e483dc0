"""Modules of the synthetic screen, from its training-like arrays alone."""

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.metrics import adjusted_rand_score

from scbig.data.synthetic import SyntheticSettings, make_synthetic
from scbig.expression import group_moments, log1p_cp10k
from scbig.gene_modules.balanced_transport import BalancedTransport
from scbig.gene_modules.clusterer import Clusterer
from scbig.gene_modules.leiden import Leiden
from scbig.gene_modules.relation_graph import RelationGraph, fuse
from scbig.gene_modules.relations import covariation
from scbig.gene_modules.soft_modules import SoftModules


@pytest.fixture(scope="module")
def synthetic() -> tuple[np.ndarray, RelationGraph]:
    screen = make_synthetic(SyntheticSettings())
    counts = sp.csr_matrix(screen.adata.X)
    cells = log1p_cp10k(counts, np.asarray(counts.sum(1), dtype=np.float64).ravel())
    names, condition = np.unique(screen.adata.obs["condition"].astype(str), return_inverse=True)
    batch = np.unique(screen.adata.obs["batch"].astype(str), return_inverse=True)[1]
    mean = group_moments(cells, condition, len(names))[0]
    control = list(names).index("control")
    effects = np.delete(mean - mean[control], control, axis=0)
    groups = condition * (batch.max() + 1) + batch
    relation = covariation(cells, groups, effects)
    return screen.truth.program, fuse(list(screen.adata.var_names), {"covariation": relation})


@pytest.mark.parametrize(
    "clusterer",
    [Leiden(10), BalancedTransport(10), SoftModules(10)],
    ids=["leiden", "ot", "soft"],
)
def test_programs_are_recovered_from_covariation(
    synthetic: tuple[np.ndarray, RelationGraph], clusterer: Clusterer
):
    program, graph = synthetic
    assert adjusted_rand_score(program, clusterer.labels(graph, 0)) >= 0.9
