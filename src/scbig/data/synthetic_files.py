"""A synthetic screen as the files a real one comes in."""

import gzip
from pathlib import Path

import numpy as np
import scipy.sparse as sp

from scbig.data.synthetic import SyntheticScreen


def write_synthetic(screen: SyntheticScreen, folder: str | Path) -> dict[str, Path]:
    """Write the screen, its priors and its truth; returns the path of each.

    Keys: ``screen`` (h5ad, raw counts), ``embedding`` (npz with ``genes``, ``emb``), ``network``
    (tsv.gz of gene, gene, score 0 to 1000), ``gene_sets`` (GMT), ``truth`` (npz with the fields
    of ``SyntheticTruth``; those of a second cell line end in ``_line_2``).
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    paths = {
        "screen": folder / "screen.h5ad",
        "embedding": folder / "embedding.npz",
        "network": folder / "network.tsv.gz",
        "gene_sets": folder / "gene_sets.gmt",
        "truth": folder / "truth.npz",
    }
    screen.adata.write_h5ad(paths["screen"], compression="gzip")
    names, vectors = screen.embedding
    np.savez_compressed(paths["embedding"], genes=np.array(names), emb=vectors)
    genes, edges = screen.truth.genes, sp.triu(screen.network).tocoo()
    lines = ["symbol_a\tsymbol_b\tscore"]
    lines += [
        f"{genes[i]}\t{genes[j]}\t{1000 * weight:.0f}"
        for i, j, weight in zip(edges.row, edges.col, edges.data, strict=True)
    ]
    with gzip.open(paths["network"], "wt") as file:
        file.write("\n".join(lines) + "\n")
    sets = [
        "\t".join((name, "planted", *members)) + "\n" for name, members in screen.gene_sets.items()
    ]
    paths["gene_sets"].write_text("".join(sets))
    truth = screen.truth
    in_each_line = {
        f"{name}{'' if i == 0 else f'_line_{i + 1}'}": getattr(planted, name)
        for i, planted in enumerate(screen.truths)
        for name in ("program_shift", "mean", "responders")
    }
    np.savez_compressed(
        paths["truth"],
        genes=np.array(truth.genes),
        program=truth.program,
        conditions=np.array(truth.conditions),
        **in_each_line,
    )
    return paths
