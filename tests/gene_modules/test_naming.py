import numpy as np
import pytest
from scipy.stats import fisher_exact

from scbig.gene_modules.induction import RESIDUAL
from scbig.gene_modules.naming import enrichment, name_modules
from scbig.module_membership import ModuleMembership

GENES = tuple(f"g{i}" for i in range(60))
LABELS = np.repeat([0, 1, 2], 20)
MODULES = ModuleMembership.partition(GENES, LABELS, ["a", "b", RESIDUAL])
SETS = {
    "first": GENES[:12],
    "first half": (*GENES[:9], *GENES[20:23], "unmeasured"),
    "second": GENES[20:30],
    "everywhere": GENES[::4],
    "third": GENES[40:52],
    "absent": ("x", "y"),
}


def test_p_values_are_those_of_fisher():
    found = enrichment(MODULES, SETS)
    for m in range(3):
        module = set(np.flatnonzero(m == LABELS))
        for s, members in enumerate(SETS.values()):
            inside = {GENES.index(g) for g in members if g in GENES}
            both = len(module & inside)
            table = [
                [both, len(module) - both],
                [len(inside) - both, 60 - len(module) - len(inside) + both],
            ]
            p = fisher_exact(table, alternative="greater").pvalue
            assert found.overlap[m, s] == both
            assert found.p_adjusted[m, s] == pytest.approx(min(18 * p, 1))


def test_modules_are_named_by_their_strongest_set():
    assert name_modules(MODULES, SETS).names == ("first", "second", RESIDUAL)
    assert name_modules(MODULES, {"everywhere": SETS["everywhere"]}).names == MODULES.names
    assert name_modules(MODULES, {}).names == MODULES.names


def test_a_set_names_one_module():
    sets = {"shared": (*GENES[:20], *GENES[20:38])}
    assert name_modules(MODULES, sets).names == ("shared", "b", RESIDUAL)
