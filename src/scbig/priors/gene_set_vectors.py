"""Gene sets as vectors of genes: genes of the same sets are alike."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from scbig.priors.annotation_embedding import weighted_terms
from scbig.priors.term_block import set_terms

WIDTH = 128


def gene_set_vectors(
    path: Path, found: Mapping[str, Sequence[str]]
) -> tuple[list[str], npt.NDArray[np.float32]]:
    """Leading singular vectors of the gene x set matrix, times the singular values.

    A set weighs log(genes / its size), so that sharing a small set says more; rows have unit norm
    before the decomposition. Sets of fewer than 5 or more than 2000 genes are
    left out (``set_terms``). 1.5 s for the 12,531 terms of GO.

    Args:
        path: where they are from, for the message.
        found: genes of each set.

    Returns:
        Genes in order, and their vectors, (genes, at most ``WIDTH``).

    Raises:
        UserError: no set is of that size.
    """
    from sklearn.utils.extmath import randomized_svd

    genes, table = weighted_terms([set_terms(str(path), found)])
    width = min(WIDTH, *table.shape)
    u, s, _ = randomized_svd(table, width, random_state=0)
    return genes, np.asarray(u * s, dtype=np.float32)
