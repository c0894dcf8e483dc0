"""``PublicScreen``: a published screen and the copies of it that can be had."""

from __future__ import annotations

from dataclasses import dataclass

from scbig.errors import UserError, listed
from scbig.public_screens.layout import Layout
from scbig.public_screens.remote_file import RemoteFile

#: A copy that is larger than this many times the preferred one does not stand in for it unasked.
MOST_TIMES_LARGER = 2


@dataclass(frozen=True)
class Source:
    """One copy of a screen: who made it, its file and layout, and what is wrong with it.

    Attributes:
        name: short, such as ``scperturb``.
        file: with its mirrors.
        layout: of the file.
        licence: of this copy; ``not stated`` where it has none.
        cells: published number of cells; ``None`` when not known.
        genes: published number of genes.
        known_defects: what to know before a result is believed, one line each.
    """

    name: str
    file: RemoteFile
    layout: Layout
    licence: str
    cells: int | None = None
    genes: int | None = None
    known_defects: tuple[str, ...] = ()


@dataclass(frozen=True)
class PublicScreen:
    """A published screen.

    Attributes:
        name: as asked for on the command line.
        citation: authors, journal, year.
        accession: of the raw data.
        summary: cells, perturbations and technology in a few words.
        conditions: published number of perturbed conditions; ``None`` when not known.
        sources: copies, the preferred first: checksummed before others, raw counts before
            normalised values, small before large.
    """

    name: str
    citation: str
    accession: str
    summary: str
    conditions: int | None
    sources: tuple[Source, ...]

    @property
    def default(self) -> Source:
        """The preferred copy."""
        return self.sources[0]

    def source_named(self, name: str) -> Source:
        """The copy of a name.

        Raises:
            UserError: there is none.
        """
        for source in self.sources:
            if source.name == name:
                return source
        raise UserError(
            f"{self.name} has no source {name!r}: there are "
            f"{listed([source.name for source in self.sources], 20)}, or give a JSON file of your "
            "own mirror"
        )

    def substitutes(self) -> tuple[Source, ...]:
        """Copies that are taken, in this order, when nothing is asked for.

        Another unit is another data set, and a file of many times the size is another matter too:
        both have to be asked for by name.
        """
        return tuple(source for source in self.sources if self._is_like_default(source))

    def _is_like_default(self, source: Source) -> bool:
        size, usual = source.file.identity.size, self.default.file.identity.size
        is_small = size is None or usual is None or size <= MOST_TIMES_LARGER * usual
        return is_small and source.layout.scale == self.default.layout.scale
