"""Genes under one set of names found among genes under another, with a record of each rewrite."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from scbig.errors import listed
from scbig.priors.aliases import ALIAS, CASE, ENSEMBL, KINDS, PREVIOUS, Aliases, unversioned


@dataclass(frozen=True)
class Rewrite:
    """A wanted gene that goes by another name."""

    kind: str
    wanted: str
    found: str


@dataclass(frozen=True)
class Matching:
    """Where wanted genes are found.

    Attributes:
        found: wanted gene to the name it is found under; genes that are not found are absent.
        rewrites: of those, the ones under another name.
        ambiguous: genes not found because several names could be meant, with these names.
        apart: genes not found because the name that could be meant is another gene's.
    """

    found: Mapping[str, str]
    rewrites: tuple[Rewrite, ...]
    ambiguous: Mapping[str, tuple[str, ...]]
    apart: Mapping[str, tuple[str, ...]]

    def describe(self, most: int) -> list[str]:
        """A phrase each kind of rewrite and one on ambiguity, with up to ``most`` examples."""
        phrases = []
        for kind in KINDS:
            pairs = [f"{r.wanted} as {r.found}" for r in self.rewrites if r.kind == kind]
            if pairs:
                phrases.append(f"{len(pairs)} by {kind}: {listed(pairs, most)}")
        for names, why in ((self.ambiguous, "as ambiguous"), (self.apart, "as another gene")):
            if names:
                shown = listed((f"{g} ({' or '.join(of[:4])})" for g, of in names.items()), most)
                phrases.append(f"{len(names)} left alone {why}: {shown}")
        return phrases


def match_names(
    wanted: Iterable[str],
    names: Collection[str],
    aliases: Aliases,
    vocabularies: Sequence[frozenset[str]] = (),
) -> Matching:
    """Find wanted genes among ``names``.

    An exact name is never rewritten. Otherwise both sides are read as current symbols, by Ensembl
    ID before previous symbol before alias; Ensembl IDs may differ in their version. What is left
    is found by case (mouse Klf1, human KLF1). Nothing is chosen among several.

    Args:
        wanted: genes to find.
        names: the names there are.
        aliases: what other names stand for.
        vocabularies: names that stand side by side in a source are two genes, whatever a table of
            aliases says (ATL1 has the alias GBP3, which is also a gene).
    """
    present = frozenset(names)
    asked = list(dict.fromkeys(wanted))
    found = {gene: gene for gene in asked if gene in present}
    left = [gene for gene in asked if gene not in present]
    rewrites: list[Rewrite] = []
    ambiguous: dict[str, tuple[str, ...]] = {}
    apart: dict[str, tuple[str, ...]] = {}
    if left:
        known = _Names(names, aliases)
        for gene in left:
            kind, candidates = known.candidates(gene)
            others = [name for name in candidates if _side_by_side(gene, name, vocabularies)]
            if kind in (PREVIOUS, ALIAS) and others:
                apart[gene] = tuple(others)
            elif len(candidates) == 1:
                found[gene] = candidates[0]
                rewrites.append(Rewrite(kind, gene, candidates[0]))
            elif candidates:
                ambiguous[gene] = tuple(candidates)
    return Matching(found, tuple(rewrites), ambiguous, apart)


def _side_by_side(one: str, other: str, vocabularies: Sequence[frozenset[str]]) -> bool:
    return any(one in names and other in names for names in vocabularies)


class _Names:
    """Names by what they stand for."""

    def __init__(self, names: Collection[str], aliases: Aliases) -> None:
        self.aliases = aliases
        self.exact = frozenset(names)
        self.by_symbol: dict[str, list[tuple[int, str]]] = {}
        self.by_case: dict[str, list[str]] = {}
        self.by_id: dict[str, list[str]] = {}
        for name in names:
            plain = unversioned(name)
            self.by_case.setdefault(name.casefold(), []).append(name)
            if plain != name:
                self.by_id.setdefault(plain, []).append(name)
            if plain in aliases.renamed:
                kind, symbol = aliases.renamed[plain]
                self.by_symbol.setdefault(symbol, []).append((KINDS.index(kind), name))

    def candidates(self, gene: str) -> tuple[str, Sequence[str]]:
        """Names ``gene`` may be found under, and by what kind."""
        plain = unversioned(gene)
        same_id = [plain] if plain in self.exact else self.by_id.get(plain, [])
        if same_id:
            return ENSEMBL, same_id
        if plain in self.aliases.ambiguous:
            symbols = self.aliases.ambiguous[plain]
            there = [s for s in symbols if s in self.exact or s in self.by_symbol]
            # of several symbols it is one, even if the source has only that one
            return "", symbols if there else ()
        kind, symbol = self.aliases.renamed.get(plain, ("", gene))
        if kind and symbol in self.exact:
            return kind, [symbol]
        least = KINDS.index(kind) if kind else 0
        ranked = [(max(least, rank), name) for rank, name in self.by_symbol.get(symbol, [])]
        if ranked:
            best = min(rank for rank, _ in ranked)
            return KINDS[best], [name for rank, name in ranked if rank == best]
        return CASE, self.by_case.get(gene.casefold(), [])
