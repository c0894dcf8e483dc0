"""Vectors of genes from an npy matrix and a list of genes beside it."""

from pathlib import Path

import numpy as np

from scbig.errors import UserError
from scbig.priors.content import open_text, readable
from scbig.priors.gene_vectors import GeneVectors


def read_npy(path: Path) -> GeneVectors:
    """A matrix (genes, width), and its genes from ``NAME.genes.txt`` or ``NAME.txt``, one a line.

    Raises:
        UserError: no list of genes beside it, a pickle, or what ``GeneVectors`` says.
    """
    with readable(path):
        try:
            values = np.load(path, allow_pickle=False)
        except ValueError:
            raise UserError(
                f"the embedding {path} is cut off or holds Python objects: save numbers"
            ) from None
    lists = [path.with_suffix(".genes.txt"), path.with_suffix(".txt")]
    found = next((file for file in lists if file.is_file()), None)
    if found is None:
        raise UserError(
            f"the embedding {path} has no names: put its genes, one a line, into {lists[0]}"
        )
    with open_text(found) as text:
        genes = [line.strip() for line in text if line.strip()]
    return GeneVectors.checked(path, genes, values, [f"genes from {found.name}"])
