from dataclasses import replace

import numpy as np
import scipy.sparse as sp

from scbig.data.highly_variable import training_rows
from scbig.data.schema import ScreenContract, read_screen
from scbig.data.training_effects import training_effects
from scbig.gene_modules.leiden import Leiden
from scbig.priors.knowledge import PriorKnowledge
from scbig.screen_modules import screen_modules
from scbig.target_embedding import TargetEmbedding
from small_screen import SPLIT, make_small_adata, make_small_screen

NOTHING = PriorKnowledge(TargetEmbedding.empty(), None, {})


def made(screen, known=NOTHING):
    rows = training_rows(screen, SPLIT)
    effects = training_effects(screen, SPLIT, known.targets)
    return screen_modules(screen, rows, effects, known, ["covariation"], Leiden(), 0, 1)


def test_a_module_bears_the_name_of_the_gene_set_it_is() -> None:
    modules, graph = made(make_small_screen())
    assert modules.genes == graph.genes and set(graph.coverage) == {"covariation"}
    largest = int(modules.sizes.argmax())
    genes = tuple(np.asarray(modules.genes)[modules.weights[:, largest] > 0])
    named, _ = made(make_small_screen(), replace(NOTHING, gene_sets={"PLANTED": genes}))
    assert "PLANTED" in named.names[largest] and "PLANTED" not in modules.names[largest]


def test_covariation_is_that_within_strata() -> None:
    """Where the batch is known, genes that differ between batches do not covary for that."""
    adata = make_small_adata()
    counts = adata.X.toarray()
    counts[(adata.obs["batch"] == "y").to_numpy(), -5:] *= 20
    adata.X = sp.csr_matrix(counts)
    inside = []
    for covariates in ((), ("batch",)):
        _, graph = made(read_screen(adata, ScreenContract(covariates=covariates)))
        inside.append(graph.weights[-5:, -5:].sum())
    assert inside[0] > 2 * inside[1], inside
