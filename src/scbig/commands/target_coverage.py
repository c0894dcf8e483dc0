"""How many targets of a file the given priors know, for commands that look at files."""

from collections.abc import Sequence


def alias_names(aliases: str | None) -> frozenset[str]:
    """Every name in an alias table: gene symbols, old and current."""
    from scbig.priors.aliases import read_aliases

    if aliases is None:
        return frozenset()
    table = read_aliases(aliases)
    return frozenset(table.renamed) | {symbol for _, symbol in table.renamed.values()}


def coverage_lines(
    targets: Sequence[str], embeddings: Sequence[str], aliases: str | None
) -> list[str]:
    """One line a source, and one on targets that none has; nothing without a source."""
    from scbig.errors import listed
    from scbig.priors.aliases import read_aliases
    from scbig.priors.target_embedding_files import read_target_embeddings

    if not (embeddings and targets):
        return []
    known = read_target_embeddings(
        embeddings,
        None if aliases is None else read_aliases(aliases),
        wanted=targets,
        keep_all=False,
        targets=targets,
    )
    missing = known.missing(targets)
    lines = [
        f"{sum(bool(known.known[known.row[t], s]) for t in targets if t in known.row)} of "
        f"{len(targets)} targets in {source.name}"
        for s, source in enumerate(known.sources)
    ]
    return [*lines, f"{len(missing)} targets are in none: {listed(missing)}"] if missing else lines
