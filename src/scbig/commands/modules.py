"""``scbig modules``: gene-relation clustering alone, with a report."""

from pathlib import Path

from scbig.commands.screen_file import ScreenFile
from scbig.gene_modules.clusterer import Clusterer


def modules(
    data: ScreenFile,
    out: str,
    embeddings: list[str] | None = None,
    aliases: str | None = None,
    network: str | None = None,
    gene_sets: str | None = None,
    relations: list[str] | None = None,
    clusterer: Clusterer | None = None,
    split: str | None = None,
    seed: int = 0,
    stability_seeds: int = 10,
) -> None:
    """Induce gene modules from a file and priors, and report on them.

    All conditions of the file are used, or the training conditions of a split, and half of its
    control cells; the other half measures how genes of a module vary together. The file says on
    which cells it was fitted (fitted_on), which scbig data audit compares with a split. A model is
    never trained on these modules: fit makes its own from training cells.

    Args:
        data: the file and how it is to be read.
        out: JSON file to write: the modules and the report.
        embeddings: files of gene embeddings.
        aliases: table of gene aliases.
        network: edge list of a gene network.
        gene_sets: gene sets (GMT) that modules are named by.
        relations: of embedding, prior, covariation; all that have data by default. Overlapping
            modules read the training effects as well.
        clusterer: makes the modules; Leiden by default.
        split: split file of whose training conditions the modules are made; all by default.
        seed: of the clustering.
        stability_seeds: seeds over which the stability is measured.
    """
    import json

    import numpy as np

    from scbig.conditions import target_genes
    from scbig.data.highly_variable import training_rows
    from scbig.data.provenance import provenance
    from scbig.data.schema import read_screen
    from scbig.data.splits.split_file import SplitFile
    from scbig.data.training_effects import training_effects
    from scbig.errors import UserError
    from scbig.gene_modules.leiden import Leiden
    from scbig.gene_modules.report import module_report
    from scbig.gene_modules.screen_graph import RELATIONS
    from scbig.priors.knowledge import read_prior_knowledge
    from scbig.screen_modules import screen_modules
    from scbig.split import Split

    target = Path(out)
    if not target.parent.is_dir():
        raise UserError(f"--out {out}: the folder {target.parent} does not exist")
    screen = read_screen(data.path, data.contract)
    targets = target_genes(screen.conditions)
    known = read_prior_knowledge(
        screen.genes, targets, embeddings or [], aliases, network, gene_sets
    )
    used = Split("all conditions", seed, screen.conditions, (), ())
    if split is not None:
        used = SplitFile(split).split(screen.conditions)
    effects = training_effects(screen, used, known.targets)
    held_out = np.random.default_rng(seed).permutation(screen.control_rows)[::2]
    rows = np.setdiff1d(training_rows(screen, used), held_out)
    found, graph = screen_modules(
        screen,
        rows,
        effects,
        known,
        relations or list(RELATIONS),
        clusterer or Leiden(),
        seed,
        stability_seeds,
    )
    report = module_report(found, graph, screen.cells[held_out], known.gene_sets, seed=seed)
    written = {**found.to_dict(), "fitted_on": provenance(screen, rows), "report": report}
    target.write_text(json.dumps(written, indent=1) + "\n")
    for line in (*screen.reported, *known.reported):
        print(f"note: {line}")
    print(f"{'module':<34}{'genes':>6}{'density z':>11}{'within r':>10}")
    for module in report["modules"]:
        z, r = (_shown(module[key]) for key in ("density_z", "within_r"))
        print(f"{module['name'][:33]:<34}{module['size']:>6}{z:>11}{r:>10}")
    print(
        f"{len(found.names)} modules of {len(found.genes)} genes, {report['shared']:.0%} in "
        f"several; stability (mean agreement over {stability_seeds} seeds, ARI of partitions) "
        f"{_shown(report['stability'])}; between r {_shown(report['between_r'])}: {target}"
    )


def _shown(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
