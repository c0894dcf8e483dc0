"""Were embeddings of genes made from cells that are tested?"""

from collections.abc import Iterator

import numpy as np

from scbig.conditions import context_of, in_context, target_genes, targets_of
from scbig.data.audit.evidence import EmbeddingFile, Evidence
from scbig.data.audit.finding import Finding
from scbig.data.audit.invariant import knows_its_kin, leaves_its_span
from scbig.data.cell_matrix import moments, sampled
from scbig.errors import listed
from scbig.target_embedding import TargetEmbedding

CHECK = "embedding"
#: Share of the measured genes an embedding must have to be compared with their covariance.
COVERS = 0.9
#: An embedding that leaves its span by so little was fitted on the cells.
LEAVES = 0.05
#: Likeness of vectors that tells likeness of test effects this well was made from them. Priors
#: from annotation and networks reach .0 to .3 on real screens, vectors from the effects above .9.
KNOWS = 0.7
FEWEST_TARGETS = 5
#: Cells of a screen on disk whose covariance is looked at.
MOST_CELLS = 50_000


def check_embeddings(evidence: Evidence) -> Iterator[Finding]:
    """By the hash they carry; else by what they know of the cells and effects that are tested."""
    files = evidence.embeddings
    if not files and evidence.spec is not None:
        files = (EmbeddingFile("the embedding of the run", evidence.spec.targets),)
    for file in files:
        if not file.embedding.names:
            continue
        if file.fitted_on and file.fitted_on != evidence.training_hash:
            yield Finding(
                "leak",
                CHECK,
                f"{file.name} was fitted on other cells than the training cells of this split",
            )
        elif file.fitted_on:
            yield Finding("note", CHECK, f"{file.name} was fitted on the training cells")
        else:
            yield from _judge(evidence, file)


def check_coverage(evidence: Evidence) -> Iterator[Finding]:
    """How many target genes each embedding knows."""
    targets = target_genes(evidence.screen.conditions)
    for file in evidence.embeddings:
        missing = file.embedding.missing(targets)
        yield Finding(
            "note",
            CHECK,
            f"{file.name} has {len(targets) - len(missing)} of {len(targets)} target genes"
            + (f"; without: {listed(missing)}" if missing else ""),
        )


def _judge(evidence: Evidence, file: EmbeddingFile) -> Iterator[Finding]:
    every, training = _covariance_fit(evidence, file.embedding)
    kin, span = _kinship(evidence, file.embedding)
    if every < LEAVES and every < training / 2:
        yield Finding(
            "leak",
            CHECK,
            f"{file.name} holds principal axes of all cells (they leave their span by {every:.3f}, "
            f"and by {training:.3f} over training cells): tested cells are among them",
        )
    if kin >= KNOWS or span < LEAVES:
        yield Finding(
            "leak",
            CHECK,
            f"{file.name} knows the effects of tested targets: likeness of vectors and likeness of "
            f"effects correlate by {kin:.2f} (no prior comes near {KNOWS:g}), and {1 - span:.2f} "
            "of the effects is in the span of the vectors; leave these conditions out when it is "
            "made",
        )
    yield Finding(
        "note",
        CHECK,
        f"{file.name} does not say what it was made from (fitted_on): a prior from elsewhere is "
        f"taken on trust; kinship with tested effects {kin:.2f}",
    )


def _covariance_fit(evidence: Evidence, embedding: TargetEmbedding) -> tuple[float, float]:
    """How far the vectors leave their span over all cells and over training cells; 1 if unknown."""
    screen = evidence.screen
    rows = embedding.rows(screen.genes)
    known = rows < len(embedding.names)
    width = embedding.vectors.shape[1]
    if known.mean() < COVERS or width > known.sum() / 2:
        return 1.0, 1.0
    genes = [gene for gene, has in zip(screen.genes, known.tolist(), strict=True) if has]
    cells = screen.with_genes(genes).cells
    every = sampled(cells, np.arange(len(screen.condition)), MOST_CELLS)
    axes = embedding.vectors[rows[known]].astype(np.float64)
    return (
        leaves_its_span(axes, every),
        leaves_its_span(axes, sampled(cells, evidence.training_rows, MOST_CELLS)),
    )


def _kinship(evidence: Evidence, embedding: TargetEmbedding) -> tuple[float, float]:
    """What vectors know of single perturbations, in the context that tests most of them.

    Returns:
        Correlation of likenesses over pairs with a tested target, 0 if unknown; and how far the
        vectors leave their span under the products of effects, 1 if unknown.
    """
    screen, split = evidence.screen, evidence.split
    held = {c for c in (*split.val, *split.test) if len(targets_of(c)) == 1}
    singles = [c for c in screen.conditions if len(targets_of(c)) == 1]
    contexts = [context_of(c) for c in held] or [""]
    context = max(sorted(set(contexts)), key=contexts.count)
    used = [
        c
        for c in singles
        if context_of(c) == context and not embedding.missing([in_context(c, "")])
    ]
    asked = np.asarray([c in held for c in used], dtype=bool)
    if len(used) < FEWEST_TARGETS or asked.sum() < 2:
        return 0.0, 1.0
    rows = np.arange(len(screen.condition))
    mean, _, _ = moments(screen.cells, rows, screen.condition, len(screen.condition_names))
    effects = mean[screen.codes_of(used)] - mean[0]
    rows = embedding.rows([in_context(c, "") for c in used])
    vectors = embedding.vectors[rows].astype(np.float64)
    span = 1.0
    if vectors.shape[1] <= len(used) / 2:
        about_mean = effects - effects.mean(0)
        span = min(leaves_its_span(vectors, e.T, centred=False) for e in (effects, about_mean))
    return knows_its_kin(vectors, effects, asked), span
