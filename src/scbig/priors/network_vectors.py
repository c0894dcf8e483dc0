"""A gene network as vectors of target genes: what diffuses to the same neighbours is alike."""

from collections.abc import Collection
from pathlib import Path

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from scbig.errors import UserError
from scbig.priors.aliases import Aliases
from scbig.priors.gene_vectors import GeneVectors
from scbig.priors.name_matching import match_names
from scbig.priors.network import read_edges, symmetric

WIDTH = 256
TIME = 4.0
MIN_SCORE = 700
#: Rewrites of a kind that are named; more are counted.
EXAMPLES = 20


def network_vectors(
    path: Path, targets: Collection[str], aliases: Aliases | None = None
) -> GeneVectors:
    """Vectors whose inner products are the diffusion kernel exp(-t L) of the target genes.

    L = I - D^-1/2 W D^-1/2 on the whole network, t = ``TIME``, cut to the ``WIDTH`` leading
    eigenvectors of the kernel *among the targets* (exact for up to 256 of them): those of the whole
    network are too few to tell neighbours apart, and random projections are noisy (hidden singles
    of Norman by the network alone: L2 error 15.66 exact, 15.81 and 15.88 in those two forms).
    A gene that is no target now has no vector.

    Args:
        path: edge list, see ``read_network``; edges of at least ``MIN_SCORE`` count.
        targets: genes to describe.
        aliases: other names, for targets the network does not name.

    Returns:
        Vectors of the targets that the network has, sorted, under the names they were asked by,
        (targets, at most ``WIDTH``).

    Raises:
        UserError: the file cannot be read, or has none of the targets.
    """
    kept = read_edges(path, MIN_SCORE)
    nodes = kept.genes
    index = {gene: i for i, gene in enumerate(nodes)}
    matching = match_names(targets, nodes, aliases or Aliases(), [kept.named])
    known = matching.found
    found = sorted(known)
    if not found:
        raise UserError(f"the network {path} has none of the {len(targets)} target genes")
    i, j = (side.map(index).to_numpy(np.int64) for side in (kept.first, kept.second))
    edges = symmetric(i, j, kept.weight, len(nodes))
    degree = np.asarray(edges.sum(1)).ravel()
    scale = sp.diags(1.0 / np.sqrt(np.where(degree > 0, degree, 1.0)))
    step = sp.csr_matrix(scale @ edges @ scale, dtype=np.float32)
    rows = np.array([index[known[gene]] for gene in found])
    start = np.zeros((len(nodes), len(found)), dtype=np.float32)
    start[rows, np.arange(len(found))] = 1.0
    spread = _exponential(step, start, TIME / 2)
    values, vectors = np.linalg.eigh((spread.T @ spread).astype(np.float64))
    leading = np.argsort(-values, kind="stable")[:WIDTH]
    # eigenvectors are defined up to a sign: the largest entry is positive
    signs = np.sign(vectors[np.abs(vectors).argmax(0), np.arange(len(values))])
    out = (vectors * signs * np.sqrt(np.maximum(values, 0.0)))[:, leading]
    notes = [f"{kept.weaker} edges below {MIN_SCORE} are left out", *matching.describe(EXAMPLES)]
    return GeneVectors.checked(path, found, np.asarray(out, dtype=np.float32), notes)


def _exponential(
    step: sp.csr_matrix, start: npt.NDArray[np.float32], time: float
) -> npt.NDArray[np.float32]:
    """exp(-time (I - step)) start by its power series; the eigenvalues of step are in [-1, 1]."""
    total, term = start.copy(), start
    for k in range(1, 60):
        term = np.asarray(step @ term * np.float32(time / k), dtype=np.float32)
        total += term
        if time**k < 1e-7 * np.exp(_log_factorial(k)):
            break
    return np.asarray(total * np.exp(-time), dtype=np.float32)


def _log_factorial(k: int) -> float:
    return float(np.log(np.arange(1, k + 1)).sum())
