"""``GeneVectors``: what one source says of genes, checked."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from scbig.errors import UserError, listed

#: Rows that are looked at together: no second copy of a large source in full precision.
BLOCK = 4096
#: Below it half precision keeps fewer than its eleven bits.
SMALLEST = float(np.finfo(np.float16).smallest_normal)


@dataclass(frozen=True)
class GeneVectors:
    """One vector a gene.

    Attributes:
        names: genes, each once.
        values: (genes, width), finite.
        notes: what was left out or read in another way than usual, one phrase each.
    """

    names: Sequence[str]
    values: npt.NDArray[np.float16]
    notes: tuple[str, ...] = ()

    @classmethod
    def checked(
        cls,
        where: object,
        names: Iterable[Any],
        values: npt.NDArray[Any],
        notes: Iterable[str] = (),
    ) -> "GeneVectors":
        """Check, and keep half precision.

        Args:
            where: the file, for messages.
            names: genes.
            values: (genes, width), numbers.
            notes: see ``GeneVectors``.

        Raises:
            UserError: not one vector a gene, no gene, a gene twice or without name, NaN or infinite
                values, or values that half precision cannot hold.
        """
        genes = [str(name).strip() for name in names]
        if values.ndim != 2 or values.shape[0] != len(genes) or values.size == 0:
            raise UserError(
                f"the embedding {where} has {len(genes)} genes and values of shape "
                f"{values.shape}: it needs one vector a gene"
            )
        if values.dtype.kind not in "fiu":
            raise UserError(
                f"the embedding {where} has values of type {values.dtype}: it needs numbers"
            )
        twice = [name for name, count in Counter(genes).items() if count > 1]
        if twice:
            raise UserError(
                f"the embedding {where} has genes twice: {listed(twice)}; keep one of each"
            )
        if "" in genes:
            raise UserError(
                f"the embedding {where} has a gene without name, number {genes.index('') + 1}: "
                "name it or leave it out"
            )
        half = _half(where, genes, values)
        zero = int((~half.any(1)).sum())
        said = [f"{zero} genes have a vector of zeros"] if zero else []
        return cls(genes, half, (*notes, *said))


def _half(where: object, genes: Sequence[str], values: npt.NDArray[Any]) -> npt.NDArray[np.float16]:
    out = np.empty(values.shape, dtype=np.float16)
    unknown: list[str] = []
    largest = 0.0
    for start in range(0, len(values), BLOCK):
        with np.errstate(over="ignore"):
            block = np.asarray(values[start : start + BLOCK], dtype=np.float32)
            out[start : start + BLOCK] = block
        finite = np.isfinite(block).all(1)
        unknown += [genes[start + i] for i in np.flatnonzero(~finite).tolist()]
        largest = max(largest, float(np.abs(block[finite]).max(initial=0.0)))
    if unknown:
        raise UserError(
            f"the embedding {where} has NaN or infinite values for {len(unknown)} genes: "
            f"{listed(unknown)}; leave those genes out"
        )
    if largest > float(np.finfo(np.float16).max):
        raise UserError(
            f"the embedding {where} has values up to {largest:.3g}, beyond half precision: "
            "rescale it"
        )
    if 0 < largest < SMALLEST:
        raise UserError(
            f"the embedding {where} has values of at most {largest:.3g}, too small for half "
            "precision: rescale it"
        )
    return out
