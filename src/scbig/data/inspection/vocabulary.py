"""``Vocabulary``: names that are known to be genes."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

_ENSEMBL = re.compile(r"ENS[A-Z]*G\d{9,}(\.\d+)?")
_SYMBOL = re.compile(r"[A-Z][A-Z0-9]+(orf\d+[A-Z]?)?([-.][A-Z0-9]+)*")


def is_ensembl(name: str) -> bool:
    """Whether a name is an Ensembl gene number, with or without a version."""
    return _ENSEMBL.fullmatch(name) is not None


def looks_like_symbol(name: str) -> bool:
    """Whether a name is written as human gene symbols are."""
    return _SYMBOL.fullmatch(name) is not None


@dataclass(frozen=True)
class Vocabulary:
    """Genes that a target may be.

    Attributes:
        genes: measured genes, and those of embeddings and alias tables that were given.
        symbol: gene of each Ensembl number, without version.
    """

    genes: frozenset[str]
    symbol: Mapping[str, str] = field(default_factory=dict)

    def known(self, name: str) -> bool:
        """Whether ``name`` is one of the genes."""
        return self.gene(name) in self.genes

    def gene(self, name: str) -> str:
        """The symbol of an Ensembl number, where it has one; other names as they are."""
        return self.symbol.get(name.partition(".")[0], name) if is_ensembl(name) else name

    def known_share(self, names: Iterable[str]) -> float:
        """Share of ``names`` that are known; 0 of none."""
        listed = list(names)
        return sum(map(self.known, listed)) / len(listed) if listed else 0.0
