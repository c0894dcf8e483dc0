from dataclasses import replace

import numpy as np
import pytest
from planted_leaks import evidence, failing, notes, only

from scbig.data.fit_spec import fit_spec, principal_axes
from scbig.data.highly_variable import training_rows
from scbig.data.provenance import provenance
from scbig.data.training_effects import training_effects
from scbig.module_membership import ModuleMembership
from scbig.split import Split
from scbig.target_embedding import TargetEmbedding
from small_screen import SPLIT


def fitted(split):
    screen = evidence().screen
    modules = ModuleMembership.partition(screen.genes, np.arange(30) % 3)
    effects = training_effects(screen, split, TargetEmbedding.empty())
    return fit_spec(screen, split, effects, modules, {}, seed=0)


EVERY = Split("all", 0, tuple(sorted({*SPLIT.train, *SPLIT.val, *SPLIT.test})), (), ())


def test_a_run_on_its_training_cells():
    found = evidence(spec=fitted(SPLIT))
    assert failing(found) == []
    assert "statistics of the run are those of its training cells" in notes(found)


def test_a_run_on_all_cells():
    spec = replace(fitted(EVERY), split=SPLIT)
    texts = [finding.text for finding in failing(evidence(spec=spec))]
    assert any("was fitted on other cells" in text for text in texts)
    (statistics,) = [text for text in texts if "statistics of the run" in text]
    for name in ("gene_mean", "gene_sd", "perturbed_mean", "effects (of B+C, C+D, D)", "axes"):
        assert name in statistics


@pytest.mark.parametrize(
    "name", ["gene_mean", "gene_sd", "axes", "perturbed_mean", "perturbed_cells", "effects"]
)
def test_one_statistic_of_all_cells(name):
    spec = replace(fitted(SPLIT), **{name: getattr(fitted(EVERY), name)})
    assert f"those of its training cells: {name}" in only(evidence(spec=spec)).text


def test_a_run_under_another_split_or_on_other_data():
    other = Split("other", 1, SPLIT.train[:-1], SPLIT.val, SPLIT.test)
    assert any("under another split" in f.text for f in failing(evidence(spec=fitted(other))))
    spec = replace(fitted(SPLIT), data_sha256="0" * 64)
    finding = only(evidence(spec=spec))
    assert finding.severity == "unproven" and "other data" in finding.text


def test_modules_by_their_provenance():
    screen = evidence().screen
    of_training = {"fitted_on": provenance(screen, training_rows(screen, SPLIT))}
    of_all = {"fitted_on": provenance(screen, np.arange(len(screen.condition)))}
    of_other = {"fitted_on": {**of_training["fitted_on"], "sha256": "1", "data_sha256": "2"}}
    assert failing(evidence(modules={"M.json": of_training})) == []
    leak = only(evidence(modules={"M.json": of_all}))
    assert leak.severity == "leak" and "280 perturbed cells" in leak.text and "160" in leak.text
    assert only(evidence(modules={"M.json": of_other})).severity == "unproven"
    unproven = only(evidence(modules={"M.json": {"modules": {}}}))
    assert unproven.severity == "unproven" and "does not say" in unproven.text


def test_control_cells_do_not_count_among_those_fitted_on():
    screen = evidence().screen
    rows = training_rows(screen, SPLIT)
    assert provenance(screen, rows) == provenance(screen, np.setdiff1d(rows, screen.control_rows))


def test_axes_of_training_cells_keep_their_span():
    # what the threshold stands between
    from scbig.data.audit.fitted_artefacts import AXES, LEAVES
    from scbig.data.audit.invariant import leaves_its_span

    found = evidence()
    cells = found.screen.cells
    for rows, is_small in ((found.training_rows, True), (np.arange(cells.shape[0]), False)):
        axes = principal_axes(cells[rows], AXES).T.astype(np.float64)
        assert (leaves_its_span(axes, cells[found.training_rows]) < LEAVES) is is_small
