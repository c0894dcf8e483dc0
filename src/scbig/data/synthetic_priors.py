"""Prior knowledge that comes with a synthetic screen: embedding, network and gene sets."""

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from scbig.data.synthetic_biology import Biology
from scbig.data.synthetic_settings import SyntheticSettings

EDGE_WITHIN, EDGE_BETWEEN = 0.15, 0.01
SET_SHARE = 0.6


def prior_vectors(
    biology: Biology, settings: SyntheticSettings
) -> tuple[tuple[str, ...], npt.NDArray[np.float32]]:
    """Unit vectors of measured genes and targets, less the targets that the prior lacks.

    ``v = r R h + sqrt(1 - r^2) n`` with the latent vector h, a random isometry R, unit noise n and
    informativeness r.
    """
    rng = np.random.default_rng([settings.seed, 2])
    measured = set(biology.genes)
    others = [i for i, name in enumerate(biology.targets) if name not in measured]
    names = (*biology.genes, *(biology.targets[i] for i in others))
    latent = np.vstack([biology.gene_latent, biology.target_latent[others]])
    isometry = np.linalg.qr(rng.standard_normal((settings.prior_width, latent.shape[1])))[0]
    noise = rng.standard_normal((len(names), settings.prior_width))
    noise /= np.linalg.norm(noise, axis=1, keepdims=True)
    r = settings.prior_informativeness
    vectors = r * latent @ isometry.T + np.sqrt(1 - r**2) * noise
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    n_missing = round(settings.missing_prior * len(biology.targets))
    lacking = {biology.targets[i] for i in rng.permutation(len(biology.targets))[:n_missing]}
    kept = [i for i, name in enumerate(names) if name not in lacking]
    return tuple(names[i] for i in kept), vectors[kept].astype(np.float32)


def prior_network(biology: Biology, settings: SyntheticSettings) -> sp.csr_matrix:
    """Symmetric scores .7 to 1 between measured genes, more often within a program."""
    rng = np.random.default_rng([settings.seed, 3])
    n = len(biology.genes)
    within = biology.program[:, None] == biology.program
    r = settings.prior_informativeness
    chance = np.where(within, r * EDGE_WITHIN + (1 - r) * EDGE_BETWEEN, EDGE_BETWEEN)
    weights = np.triu((rng.random((n, n)) < chance) * rng.uniform(0.7, 1.0, (n, n)), 1)
    return sp.csr_matrix((weights + weights.T).astype(np.float32))


def prior_gene_sets(biology: Biology, settings: SyntheticSettings) -> dict[str, tuple[str, ...]]:
    """Two sets a program: some of its genes, of which uninformative ones are swapped for others."""
    rng = np.random.default_rng([settings.seed, 4])
    genes = np.asarray(biology.genes)
    sets = {}
    for p in range(settings.n_programs):
        inside = genes[biology.program == p]
        for half in ("a", "b"):
            members = rng.permutation(inside)[: max(round(SET_SHARE * len(inside)), 2)]
            swapped = rng.random(len(members)) > settings.prior_informativeness
            members = np.where(swapped, rng.choice(genes, len(members)), members)
            sets[f"SYNTHETIC_PROGRAM_{p}{half}"] = tuple(sorted(set(members.tolist())))
    return sets
