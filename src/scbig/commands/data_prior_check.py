"""``scbig data prior check``: which targets an embedding knows, and under which names."""

from pathlib import Path

from scbig.commands.screen_file import ScreenFile


def check(
    embedding: str,
    data: ScreenFile | None = None,
    targets: str | None = None,
    aliases: str | None = None,
    strict: bool = False,
) -> None:
    """Which target genes an embedding knows, and under which names.

    Args:
        embedding: file of vectors, gene sets or edges; anything fit takes.
        data: a screen, whose target genes are looked for.
        targets: comma-separated genes, or @FILE with one a line, instead of a screen.
        aliases: table of gene aliases.
        strict: refuse an embedding that lacks a target.
    """
    from scbig.conditions import target_genes
    from scbig.data.schema import read_screen
    from scbig.errors import UserError
    from scbig.priors.aliases import Aliases, read_aliases
    from scbig.priors.name_matching import match_names
    from scbig.priors.target_embedding_files import read_target_embeddings
    from scbig.screen_knowledge import unembedded_targets

    if (data is None) == (targets is None):
        raise UserError("say whose targets are looked for: --data F.h5ad or --targets A,B")
    known = Aliases() if aliases is None else read_aliases(aliases)
    if data is not None:
        screen = read_screen(data.path, data.contract)
        asked, genes = target_genes(screen.conditions), screen.genes
        measured = match_names(asked, genes, known)
        print(f"measured      {len(measured.found)} of {len(asked)} targets")
        for phrase in measured.describe(len(asked)):
            print(f"              {phrase}")
    else:
        asked = _asked(str(targets))
    table = read_target_embeddings([embedding], known, asked, targets=asked)
    missing = table.missing(asked)
    print(f"embedding     {table.sources[0].provenance}")
    print(f"coverage      {len(asked) - len(missing)} of {len(asked)} targets")
    if missing:
        print(f"missing       {', '.join(missing)}")
    if strict:
        unembedded_targets(table, asked, strict=True)


def _asked(text: str) -> list[str]:
    from scbig.errors import UserError

    if text.startswith("@"):
        file = Path(text[1:])
        if not file.is_file():
            raise UserError(f"no file with targets at {file}")
        words = file.read_text(encoding="utf-8").split()
    else:
        words = [word.strip() for word in text.split(",")]
    asked = list(dict.fromkeys(word for word in words if word))
    if not asked:
        raise UserError(f"--targets {text} names no gene")
    return asked
