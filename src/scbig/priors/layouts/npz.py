"""Vectors of genes from npz files."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from scbig.errors import UserError, listed
from scbig.priors.content import readable
from scbig.priors.gene_vectors import GeneVectors

NAMES, VALUES = "genes", "emb"


def read_npz(path: Path, key: str = "") -> GeneVectors:
    """Names and vectors: ``genes`` (n,) and ``emb`` (n, width), or the one pair of that kind.

    Other files are read if exactly one list of text has the length of exactly one matrix, whatever
    their keys, or if every array is the vector of the gene it is named by.

    Args:
        path: the file.
        key: of the matrix, where there are several.

    Raises:
        UserError: no such pair or several, an array that is a pickle, or what ``GeneVectors`` says.
    """
    # numpy does not close a file that it cannot read
    with readable(path), path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
        try:
            arrays = {name: archive[name] for name in archive.files}
        except ValueError:
            raise UserError(
                f"the embedding {path} holds an array of Python objects, which is a pickle: save "
                "the genes as text, np.array(genes, dtype=str)"
            ) from None
    shown = listed((f"{name} {array.shape}" for name, array in arrays.items()), 8)
    if {NAMES, VALUES} <= set(arrays) and key in ("", VALUES):
        return GeneVectors.checked(path, arrays[NAMES], arrays[VALUES])
    if not key and len(arrays) > 1 and _a_vector_each(arrays):
        return GeneVectors.checked(path, arrays, np.stack(list(arrays.values())))
    pairs = [
        (names, values)
        for names, genes in arrays.items()
        for values, matrix in arrays.items()
        if genes.ndim == 1 and genes.dtype.kind in "US" and key in ("", values)
        if matrix.ndim == 2 and matrix.dtype.kind in "fiu" and len(matrix) == len(genes)
    ]
    if len(pairs) == 1:
        names, values = pairs[0]
        text = arrays[names].astype(str)
        note = f"genes from {names!r}, vectors from {values!r}"
        return GeneVectors.checked(path, text, arrays[values], [note])
    several = "several" if pairs else "no"
    raise UserError(
        f"the embedding {path} holds {shown}: {several} pairs of gene names (n,) and vectors "
        f"(n, width); it needs '{NAMES}' and '{VALUES}'"
    )


def _a_vector_each(arrays: dict[str, npt.NDArray[Any]]) -> bool:
    shapes = {array.shape for array in arrays.values()}
    numbers = all(array.dtype.kind == "f" for array in arrays.values())
    return numbers and len(shapes) == 1 and all(len(shape) == 1 for shape in shapes)
