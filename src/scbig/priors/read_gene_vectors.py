"""One source of target embeddings, whatever its layout: found by what the file holds."""

import zipfile
from collections.abc import Collection
from pathlib import Path

from scbig.errors import UserError, listed
from scbig.priors.aliases import Aliases
from scbig.priors.content import HDF5, NPY, PARQUET, TORCH_LEGACY, ZIP, head_of, readable
from scbig.priors.delimited import Shape, is_number, read_delimited, shape_of
from scbig.priors.gene_set_vectors import gene_set_vectors
from scbig.priors.gene_sets import is_gmt, read_sets
from scbig.priors.gene_vectors import GeneVectors
from scbig.priors.go_annotations import is_annotation, read_annotations
from scbig.priors.layouts.frame import GENES, frame_vectors
from scbig.priors.layouts.h5ad import read_h5ad
from scbig.priors.layouts.json_vectors import read_json
from scbig.priors.layouts.npy import read_npy
from scbig.priors.layouts.npz import read_npz
from scbig.priors.layouts.parquet import read_parquet
from scbig.priors.layouts.torch_vectors import read_scgpt, read_torch
from scbig.priors.network_vectors import network_vectors

#: Between a file and the matrix in it that is meant.
PART = "::"


def file_and_part(path: str | Path) -> tuple[Path, str]:
    """The file that is named, and the part of it: ``emb.h5ad::varm/esm2``."""
    file, _, part = str(path).partition(PART)
    return (Path(path), "") if Path(path).exists() else (Path(file), part)


def read_gene_vectors(
    path: str | Path,
    wanted: Collection[str] = (),
    targets: Collection[str] = (),
    aliases: Aliases | None = None,
) -> GeneVectors:
    """Vectors of genes from a file; see ``scbig.priors.target_embedding_files`` for what is read.

    Args:
        path: the file, or the folder of scGPT; ``FILE::KEY`` for a matrix in an npz or h5ad.
        wanted: genes that will be asked for: tells which way round a table is.
        targets: genes that a network describes.
        aliases: for the names in a network.

    Raises:
        UserError: no such file, a layout that is not read, or what its reader says.
    """
    file, part = file_and_part(path)
    if file.is_dir():
        return read_scgpt(file)
    if not file.exists():
        raise UserError(f"no embedding at {file}: check the path")
    head = head_of(file)
    if head.startswith(HDF5):
        return read_h5ad(file, wanted, part)
    if head.startswith(ZIP):
        return _from_zip(file, part)
    if part:
        raise UserError(f"{path}: only npz and h5ad have parts; name the file alone")
    if head.startswith(NPY):
        return read_npy(file)
    if head.startswith(PARQUET):
        return read_parquet(file, wanted)
    if head.startswith(TORCH_LEGACY):
        return read_torch(file)
    if head.lstrip().startswith((b"{", b"[")):
        return read_json(file)
    if b"\0" in head:
        raise UserError(
            f"cannot read the embedding {file}: it is none of npz, npy, h5ad, parquet, JSON, text "
            "table, GMT, GO annotation, network, or tensors of torch"
        )
    return _from_text(file, wanted, targets or wanted, aliases or Aliases())


def _from_zip(path: Path, part: str) -> GeneVectors:
    with readable(path), zipfile.ZipFile(path) as archive:
        names = archive.namelist()
    if any(name.endswith("data.pkl") for name in names):
        return read_torch(path)
    if names and all(name.endswith(".npy") for name in names):
        return read_npz(path, part)
    if any(name.endswith(".gmt") for name in names):
        return _of_sets(path, read_sets(path))
    raise UserError(f"{path} is a zip of {listed(names)}: unpack it and name the file you mean")


def _from_text(
    path: Path, wanted: Collection[str], targets: Collection[str], aliases: Aliases
) -> GeneVectors:
    shape = shape_of(path)
    if is_annotation(shape):
        return _of_sets(path, read_annotations(path))
    if is_gmt(path, shape):
        return _of_sets(path, read_sets(path))
    if is_network(shape):
        return network_vectors(path, targets, aliases)
    return frame_vectors(path, read_delimited(path, shape), wanted)


def is_network(shape: Shape) -> bool:
    """Whether the columns are gene, gene, number; of a table of vectors one is called gene."""
    named = {c.lower() for c in shape.columns[:2]} & set(GENES)
    if not shape.header or not shape.rows or (named and len(shape.columns) > 3):
        return False
    return all(
        len(row) > 2 and not is_number(row[0]) and not is_number(row[1]) and is_number(row[2])
        for row in shape.rows
    )


def _of_sets(path: Path, sets: dict[str, list[str]]) -> GeneVectors:
    names, values = gene_set_vectors(path, sets)
    return GeneVectors.checked(path, names, values)
