"""``scbig data make``: the synthetic screen as files."""

from __future__ import annotations


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
