import numpy as np
import pytest
from planted_leaks import evidence, failing, notes, only

from scbig.data.audit.embeddings import KNOWS
from scbig.data.audit.evidence import EmbeddingFile, Evidence
from scbig.data.audit.written_split import WrittenSplit
from scbig.data.fit_spec import principal_axes
from scbig.data.schema import ScreenContract, read_screen
from scbig.data.splits.simulation_single import SimulationSingle
from scbig.data.splits.single import Single
from scbig.data.synthetic import make_synthetic
from scbig.data.synthetic_settings import SyntheticSettings
from scbig.expression import group_moments
from scbig.priors.aliases import read_aliases
from scbig.priors.target_embedding_files import read_target_embeddings
from scbig.target_embedding import EmbeddingSource, TargetEmbedding


def file_of(names, vectors, fitted_on="") -> EmbeddingFile:
    source = EmbeddingSource("E.npz", vectors.shape[1], "test")
    known = np.ones((len(names), 1), dtype=bool)
    table = TargetEmbedding(tuple(names), vectors.astype(np.float16), known, (source,))
    return EmbeddingFile("E.npz", table, fitted_on)


def from_effects(found: Evidence, scaled: bool = True) -> EmbeddingFile:
    """What a leaky user does: principal components of the effects of all singles."""
    screen = found.screen
    singles = [c for c in screen.conditions if "+" not in c]
    mean, _, _ = group_moments(screen.cells, screen.condition, len(screen.condition_names))
    effects = mean[screen.codes_of(singles)] - mean[0]
    left, size, _ = np.linalg.svd(effects - effects.mean(0), full_matrices=False)
    return file_of(singles, left[:, :6] * (size[:6] if scaled else 1.0))


@pytest.fixture(scope="module")
def synthetic():
    settings = SyntheticSettings(
        n_genes=100, n_programs=6, n_targets=24, n_pairs=0, cells_per_condition=30, n_controls=200
    )
    made = make_synthetic(settings)
    screen = read_screen(made.adata, ScreenContract())
    split = SimulationSingle(1).split(screen.conditions)
    return made, Evidence(screen, WrittenSplit.of(split))


def with_embedding(found: Evidence, file: EmbeddingFile) -> Evidence:
    return Evidence(found.screen, found.written, embeddings=(file,))


def test_by_the_hash_they_carry():
    found = evidence()
    genes, vectors = found.screen.genes, np.eye(30)[:, :4]
    good = file_of(genes, vectors, found.training_hash)
    assert failing(evidence(embeddings=(good,))) == []
    assert "other cells" in only(evidence(embeddings=(file_of(genes, vectors, "0" * 64),))).text


def test_vectors_made_from_effects_of_tested_targets(synthetic):
    _, found = synthetic
    for scaled in (True, False):
        text = only(with_embedding(found, from_effects(found, scaled))).text
        assert "knows the effects of tested targets" in text


def test_the_planted_prior_is_taken_on_trust(synthetic):
    made, found = synthetic
    targets = made.target_embedding()
    result = with_embedding(found, EmbeddingFile("prior", targets))
    assert failing(result) == []
    assert "taken on trust" in notes(result) and "of 24 target genes" in notes(result)


def test_loadings_of_all_cells_and_of_training_cells(synthetic):
    _, found = synthetic
    cells = found.screen.cells
    for rows, fails in ((np.arange(cells.shape[0]), True), (found.training_rows, False)):
        axes = principal_axes(cells[rows], 8).T
        result = with_embedding(found, file_of(found.screen.genes, axes))
        assert [f.check for f in failing(result)] == ["embedding"] * fails


@pytest.mark.real
@pytest.mark.parametrize("panel", ["papalexi2021_subset", "norman2019_subset"])
def test_the_threshold_stands_between_real_priors_and_real_effects(panel, real_data):
    settings = {"layer": "counts", "library_key": "ncounts"} if "norman" in panel else {}
    screen = read_screen(real_data / panel / f"{panel}.h5ad", ScreenContract(**settings))
    split = Single(42, 0.3, 0.2, replace=False).split(screen.conditions)
    found = Evidence(screen, WrittenSplit.of(split))
    path = real_data / "priors" / "gene_emb_go_reactome_string_collectri_svd128.npz"
    aliases = read_aliases(real_data / "priors" / "gene_alias.tsv.gz")
    prior = read_target_embeddings([path], aliases)
    assert failing(with_embedding(found, EmbeddingFile("prior", prior))) == []
    assert failing(with_embedding(found, from_effects(found, scaled=False)))
    leak = only(with_embedding(found, from_effects(found)))
    said = float(leak.text.split("correlate by ")[1].split(" ")[0])
    assert said > KNOWS + 0.1
