"""Vectors of genes from JSON: GenePT, once it is no pickle any more."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from scbig.errors import UserError, listed
from scbig.priors.content import open_text
from scbig.priors.gene_vectors import GeneVectors

EXPECTED = "an object of gene: [numbers]"


def read_json(path: Path) -> GeneVectors:
    """An object of gene to list of numbers, all of one length.

    Raises:
        UserError: not JSON, another shape, lists of different lengths, or what ``GeneVectors``
            says.
    """
    with open_text(path) as text:
        try:
            values = json.load(text)
        except json.JSONDecodeError as error:
            raise UserError(f"the embedding {path} is not JSON: {error}") from None
    if not isinstance(values, dict):
        raise UserError(f"the embedding {path} is not {EXPECTED}")
    return GeneVectors.checked(path, values, _stacked(path, values))


def _stacked(path: Path, vectors: Mapping[str, Any]) -> npt.NDArray[np.float32]:
    """Vectors of a mapping below each other, (genes, width).

    Raises:
        UserError: one is no list of numbers, or of another length than the first.
    """
    if not vectors:
        raise UserError(f"the embedding {path} has no gene")
    first = next(iter(vectors.values()))
    width = len(first) if isinstance(first, list) else 0
    other = [g for g, v in vectors.items() if not isinstance(v, list) or len(v) != width]
    if other or not width:
        raise UserError(
            f"the embedding {path} is not {EXPECTED}, all of one length: see "
            f"{listed(other or vectors)}"
        )
    try:
        return np.array(list(vectors.values()), dtype=np.float32)
    except (ValueError, TypeError):
        raise UserError(f"the embedding {path} has values that are no numbers") from None
