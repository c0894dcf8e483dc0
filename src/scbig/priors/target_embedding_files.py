"""Embeddings of genes from files, put side by side in one ``TargetEmbedding``."""

from collections import Counter
from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from scbig.errors import UserError, listed
from scbig.priors.gene_set_vectors import gene_set_vectors
from scbig.priors.network_vectors import network_vectors
from scbig.target_embedding import EmbeddingSource, TargetEmbedding

Table = tuple[list[str], npt.NDArray[np.float32]]

FORMATS = ".npz, .csv, .tsv, .gmt (also gzip), .parquet, .h5ad"


def read_target_embeddings(
    paths: Sequence[str | Path],
    aliases: dict[str, str] | None = None,
    wanted: Collection[str] = (),
    keep_all: bool = True,
    reported: list[str] | None = None,
    targets: Collection[str] = (),
) -> TargetEmbedding:
    """Concatenate the sources; a gene that a source lacks has its mask bit off there.

    Formats: npz with ``genes`` (n,) and ``emb`` (n, width); CSV, TSV or parquet with the gene in
    the first column; h5ad with the gene in ``obs_names``. Gene sets (GMT) become vectors
    (``gene_set_vectors``), as does a network (CSV or TSV of gene, gene, score;
    ``network_vectors``). Values are kept in half precision.

    A wanted gene that a source does not name takes the vector of its current symbol in
    ``aliases``, or of the one gene of the source whose current symbol it is.

    Args:
        paths: one file a source, in the order of the columns.
        aliases: old symbol to current symbol.
        wanted: genes that will be asked for under these names: targets and measured genes.
        keep_all: also keep the genes nobody wants now, so that a checkpoint can predict them.
        reported: receives one line a source: size, coverage of ``wanted``, and every rewrite.
        targets: genes that a network describes; ``wanted`` when not given.

    Raises:
        UserError: no such file, unknown format, a gene twice, NaN or infinite values, values that
            half precision cannot hold, or no gene.
    """
    aliases = aliases or {}
    tables = [_read(Path(path), targets or wanted, aliases) for path in paths]
    rows = [_rows(names, wanted, aliases) for names, _ in tables]
    lines = [
        _describe(Path(path), table, row, wanted)
        for path, table, row in zip(paths, tables, rows, strict=True)
    ]
    if reported is not None:
        reported.extend(lines)
    order = dict.fromkeys(gene for gene in wanted if any(gene in row for row in rows))
    if keep_all:
        order |= dict.fromkeys(gene for names, _ in tables for gene in names)
    names = tuple(order)
    widths = [vectors.shape[1] for _, vectors in tables]
    out = np.zeros((len(names), sum(widths)), dtype=np.float16)
    known = np.zeros((len(names), len(tables)), dtype=np.bool_)
    starts = np.concatenate([[0], np.cumsum(widths)])
    for s, ((_, vectors), row) in enumerate(zip(tables, rows, strict=True)):
        found = np.array([row.get(gene, -1) for gene in names], dtype=np.int64)
        known[:, s] = found >= 0
        out[found >= 0, starts[s] : starts[s + 1]] = vectors[found[found >= 0]]
    sources = tuple(
        EmbeddingSource(Path(path).name, width, line)
        for path, width, line in zip(paths, widths, lines, strict=True)
    )
    return TargetEmbedding(names, out, known, sources)


def _rows(names: list[str], wanted: Collection[str], aliases: dict[str, str]) -> dict[str, int]:
    """Row of each gene of the source, and of wanted genes that it knows by another symbol."""
    row = {name: i for i, name in enumerate(names)}
    by_current: dict[str, list[str]] = {}
    for name in names:
        if name in aliases:
            by_current.setdefault(aliases[name], []).append(name)
    for gene in wanted:
        if gene in row:
            continue
        older = by_current.get(gene, [])
        other = aliases.get(gene) or (older[0] if len(older) == 1 else "")
        if other in row:
            row[gene] = row[other]
    return row


def _describe(path: Path, table: Table, row: dict[str, int], wanted: Collection[str]) -> str:
    names, vectors = table
    line = f"{path.name}: {len(names)} genes x {vectors.shape[1]}"
    if wanted:
        line += f", has {sum(gene in row for gene in wanted)} of {len(wanted)} wanted genes"
    rewritten = [f"{gene} as {names[i]}" for gene, i in row.items() if names[i] != gene]
    return line + (f"; {len(rewritten)} by alias: {', '.join(rewritten)}" if rewritten else "")


def _read(path: Path, targets: Collection[str], aliases: dict[str, str]) -> Table:
    if not path.is_file():
        raise UserError(f"no embedding at {path}: check the path")
    kinds = [suffix for suffix in path.suffixes if suffix != ".gz"]
    kind = kinds[-1].lower() if kinds else ""
    if kind == ".npz":
        names, values = _read_npz(path)
    elif kind == ".gmt":
        names, values = gene_set_vectors(path)
    elif kind in (".csv", ".tsv", ".txt") and _is_network(path, kind):
        names, values = network_vectors(path, targets, aliases)
    elif kind in (".csv", ".tsv", ".txt", ".parquet"):
        names, values = _read_table(path, kind)
    elif kind == ".h5ad":
        names, values = _read_h5ad(path)
    else:
        raise UserError(f"cannot read the embedding {path}: use one of {FORMATS}")
    _check(path, names, values)
    return names, values


def _read_npz(path: Path) -> Table:
    with np.load(path, allow_pickle=False) as archive:
        if not {"genes", "emb"} <= set(archive.files):
            raise UserError(
                f"the embedding {path} holds {listed(archive.files)}: it needs 'genes' and 'emb'"
            )
        return [str(gene) for gene in archive["genes"]], archive["emb"].astype(np.float32)


def _is_network(path: Path, kind: str) -> bool:
    """Whether the columns are gene, gene, number."""
    import pandas as pd

    head = pd.read_csv(path, sep="," if kind == ".csv" else "\t", nrows=20, keep_default_na=False)
    if head.shape[1] < 3:
        return False
    second, third = (pd.to_numeric(head.iloc[:, c], errors="coerce") for c in (1, 2))
    return bool(second.isna().all() and third.notna().all() and len(head))


def _read_table(path: Path, kind: str) -> Table:
    import pandas as pd

    if kind == ".parquet":
        try:
            table = pd.read_parquet(path)
        except ImportError:
            raise UserError(f"reading {path} needs pyarrow: pip install pyarrow") from None
        if table.index.dtype == object:
            table = table.reset_index()
    else:
        # a gene may be called NA
        table = pd.read_csv(
            path, sep="," if kind == ".csv" else "\t", keep_default_na=False, na_values=[""]
        )
    try:
        values = table.iloc[:, 1:].to_numpy(dtype=np.float32)
    except ValueError:
        raise UserError(
            f"the embedding {path} has a column of text: only the first may name genes"
        ) from None
    return table.iloc[:, 0].astype(str).tolist(), values


def _read_h5ad(path: Path) -> Table:
    """Names and ``X`` straight from HDF5: this room does not know AnnData."""
    import h5py  # type: ignore[import-untyped]
    import scipy.sparse as sp

    with h5py.File(path, "r") as file:
        obs, x = file["obs"], file["X"]
        index = obs[obs.attrs["_index"]]
        names = [str(name) for name in index.asstr()[:]]
        if isinstance(x, h5py.Dataset):
            values = x[:]
        else:
            matrix = sp.csr_matrix if x.attrs["encoding-type"] == "csr_matrix" else sp.csc_matrix
            parts = (x["data"][:], x["indices"][:], x["indptr"][:])
            values = matrix(parts, shape=tuple(x.attrs["shape"])).toarray()
    return names, np.asarray(values, dtype=np.float32)


def _check(path: Path, names: list[str], values: npt.NDArray[np.float32]) -> None:
    if values.ndim != 2 or values.shape[0] != len(names) or values.size == 0:
        raise UserError(
            f"the embedding {path} has {len(names)} genes and values of shape {values.shape}: "
            "it needs one vector a gene"
        )
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise UserError(f"the embedding {path} has genes twice: {listed(twice)}; keep one of each")
    finite = np.isfinite(values).all(1)
    if not finite.all():
        bad = [names[i] for i in np.flatnonzero(~finite)]
        raise UserError(
            f"the embedding {path} has NaN or infinite values for {len(bad)} genes: {listed(bad)}; "
            "leave those genes out"
        )
    if np.abs(values).max() > np.finfo(np.float16).max:
        raise UserError(
            f"the embedding {path} has values up to {np.abs(values).max():.3g}, beyond half "
            "precision: rescale it"
        )
