"""A gene network as vectors of target genes: what diffuses to the same neighbours is alike."""

from collections.abc import Collection
from pathlib import Path

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from scbig.errors import UserError
from scbig.priors.network import read_edges, symmetric

WIDTH = 256
TIME = 4.0
MIN_SCORE = 700


def network_vectors(
    path: Path, targets: Collection[str], aliases: dict[str, str] | None = None
) -> tuple[list[str], npt.NDArray[np.float32]]:
    """Vectors whose inner products are the diffusion kernel exp(-t L) of the target genes.

    L = I - D^-1/2 W D^-1/2 on the whole network, t = ``TIME``, cut to the ``WIDTH`` leading
    eigenvectors of the kernel *among the targets* (exact for up to 256 of them): those of the whole
    network are too few to tell neighbours apart, and random projections are noisy (hidden singles
    of Norman by the network alone: L2 error 15.66 exact, 15.81 and 15.88 in those two forms).
    A gene that is no target now has no vector.

    Args:
        path: edge list, see ``read_network``; edges of at least ``MIN_SCORE`` count.
        targets: genes to describe.
        aliases: current symbol of old ones, for targets the network does not name.

    Returns:
        The targets that the network has, sorted, and their vectors, (targets, at most ``WIDTH``).

    Raises:
        UserError: the file cannot be read, or has none of the targets.
    """
    first, second, weight = read_edges(path, MIN_SCORE)
    nodes = sorted(set(first) | set(second))
    index = {gene: i for i, gene in enumerate(nodes)}
    known = {gene: gene if gene in index else (aliases or {}).get(gene, gene) for gene in targets}
    found = sorted(gene for gene, name in known.items() if name in index)
    if not found:
        raise UserError(f"the network {path} has none of the {len(known)} target genes")
    i, j = first.map(index).to_numpy(np.int64), second.map(index).to_numpy(np.int64)
    edges = symmetric(i, j, weight, len(nodes))
    degree = np.asarray(edges.sum(1)).ravel()
    scale = sp.diags(1.0 / np.sqrt(np.where(degree > 0, degree, 1.0)))
    step = sp.csr_matrix(scale @ edges @ scale, dtype=np.float32)
    rows = np.array([index[known[gene]] for gene in found])
    start = np.zeros((len(nodes), len(found)), dtype=np.float32)
    start[rows, np.arange(len(found))] = 1.0
    spread = _exponential(step, start, TIME / 2)
    values, vectors = np.linalg.eigh((spread.T @ spread).astype(np.float64))
    kept = np.argsort(-values, kind="stable")[:WIDTH]
    # eigenvectors are defined up to a sign: the largest entry is positive
    signs = np.sign(vectors[np.abs(vectors).argmax(0), np.arange(len(values))])
    out = (vectors * signs * np.sqrt(np.maximum(values, 0.0)))[:, kept]
    return found, np.asarray(out, dtype=np.float32)


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
