"""``scbig data``: make and check screens."""

from scbig.commands.screen_file import ScreenFile


def check(data: ScreenFile) -> None:
    """Read a file as training would, and say what is in it.

    Args:
        data: the file and how it is to be read.
    """
    import numpy as np

    from scbig.conditions import targets_of
    from scbig.data.schema import read_screen

    screen = read_screen(data.path, data.contract)
    sizes = screen.cells_of
    orders = [len(targets_of(name)) for name in screen.conditions]
    print(f"cells         {len(screen.condition)} ({sizes[0]} control)")
    print(f"genes         {len(screen.genes)}")
    print(f"conditions    {orders.count(1)} singles, {sum(o > 1 for o in orders)} combinations")
    print(f"cells each    {sizes[1:].min()} to {sizes[1:].max()}, median {np.median(sizes[1:]):g}")
    print(f"library       {screen.library}")
    for name, levels in screen.covariates.items():
        print(f"covariate     {name}: {len(levels)} levels")
    for line in screen.reported:
        print(f"note          {line}")


def make(
    out: str,
    seed: int = 0,
    n_genes: int = 500,
    n_targets: int = 60,
    n_pairs: int = 80,
    n_cell_lines: int = 1,
) -> None:
    """Write the synthetic screen with its priors, as the files a real one comes in.

    Args:
        out: folder to write: screen.h5ad (raw counts), embedding.npz, network.tsv.gz,
            gene_sets.gmt and truth.npz.
        seed: of the screen.
        n_genes: measured genes.
        n_targets: target genes, each perturbed alone.
        n_pairs: pairs of targets perturbed together.
        n_cell_lines: cell lines; from two on the column cell_line says which.
    """
    from scbig.data.synthetic import make_synthetic
    from scbig.data.synthetic_files import write_synthetic
    from scbig.data.synthetic_settings import SyntheticSettings

    settings = SyntheticSettings(
        seed=seed,
        n_genes=n_genes,
        n_targets=n_targets,
        n_pairs=n_pairs,
        n_cell_lines=n_cell_lines,
    )
    for path in write_synthetic(make_synthetic(settings), out).values():
        print(path)
