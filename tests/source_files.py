"""Miniature files in the layouts of public sources, and what becomes of them."""

import gzip
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import anndata as ad
import numpy as np
import pandas as pd
import scipy.sparse as sp

from scbig.data.schema import ScreenContract, read_screen
from scbig.data.screen import Screen
from scbig.public_screens.conversion.record import ScreenRecord
from scbig.public_screens.fetch import fetch_screen
from scbig.public_screens.folder import downloads_of
from scbig.public_screens.public_screen import PublicScreen, Source
from scbig.public_screens.remote_file import Identity

N_GENES = 12


@dataclass(frozen=True)
class Converted:
    """A converted miniature: its record, the file as AnnData, and the screen that is read of it."""

    path: Path
    record: ScreenRecord
    adata: ad.AnnData
    screen: Screen

    @property
    def conditions(self) -> list[str]:
        """Condition of each cell of the file."""
        return [str(c) for c in self.adata.obs["condition"]]

    def says(self, text: str) -> bool:
        """Is it reported?"""
        return any(text in line for line in self.record.reported)


def miniature(
    labels: Sequence[str | None],
    column: str = "perturbation",
    obs: Mapping[str, object] | None = None,
    genes: Sequence[str] | None = None,
    var: Mapping[str, object] | None = None,
    seed: int = 0,
) -> ad.AnnData:
    """Raw counts, float32 CSR; labels are categorical, as all sources store them."""
    rng = np.random.default_rng(seed)
    counts = rng.poisson(1.5, (len(labels), N_GENES)).astype(np.float32)
    counts[:, 0] += 1  # no cell is empty
    frame = pd.DataFrame(
        {column: pd.Categorical(labels), **(obs or {})},
        index=[f"cell{i}" for i in range(len(labels))],
    )
    names = list(genes) if genes is not None else [f"G{i}" for i in range(N_GENES)]
    return ad.AnnData(sp.csr_matrix(counts), frame, pd.DataFrame(dict(var or {}), index=names))


def log_normalised(adata: ad.AnnData) -> ad.AnnData:
    """log1p of counts per 10,000 in X."""
    counts = adata.X.toarray()
    adata.X = sp.csr_matrix(np.log1p(1e4 * counts / counts.sum(1, keepdims=True)))
    return adata


def write_source(adata: ad.AnnData, path: Path, member: str = "") -> None:
    """Write as ``.h5ad``, ``.h5ad.gz`` or, under ``member``, ``.zip``."""
    plain = path.with_name("plain.h5ad")
    path.parent.mkdir(parents=True, exist_ok=True)
    adata.write_h5ad(plain, compression="gzip")
    pack(plain, path, member)


def pack(plain: Path, path: Path, member: str = "") -> None:
    """Bring an ``.h5ad`` into the form of ``path``."""
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(plain.read_bytes()))
    elif path.suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(f"{member}/go.csv", "a table beside")
            archive.write(plain, f"{member}/perturb_processed.h5ad")
    else:
        path.write_bytes(plain.read_bytes())
    plain.unlink()


def unverified(source: Source) -> Source:
    """The source without size and checksum, which no miniature has."""
    return replace(source, file=replace(source.file, identity=Identity(), content=Identity()))


def converted(
    screen: PublicScreen, source: str, adata: ad.AnnData | None, folder: Path, member: str = ""
) -> Converted:
    """Put a miniature where a download belongs, fetch without a network, read what is made.

    Without ``adata`` the file lies there already.
    """
    chosen = unverified(screen.source_named(source))
    if adata is not None:
        write_source(adata, downloads_of(folder) / chosen.file.name, member)
    got = fetch_screen(screen, (chosen,), folder, lambda _: None, offline=True)
    record = got.record
    assert ScreenRecord.of_file(got.path) == record
    contract = ScreenContract(
        scale=record.scale,
        library_key=record.library_key,
        covariates=record.covariates,
        context=record.context,
        min_cells=1,
    )
    made = ad.read_h5ad(got.path)
    assert not list(folder.glob("*.partial")) and not list(downloads_of(folder).glob(".*.h5ad"))
    read = read_screen(got.path, contract)
    assert (len(read.condition), len(read.genes)) == (record.cells, record.genes)
    return Converted(got.path, record, made, read)


def same_cells(made: ad.AnnData, source: ad.AnnData, rows: Sequence[int]) -> bool:
    """Does the converted file hold exactly these cells of the source, in their order?"""
    wanted = sp.csr_matrix(source.X)[list(rows)].toarray()
    found = sp.csr_matrix(made.X).toarray()
    names = list(made.obs_names) == list(source.obs_names[list(rows)])
    return names and np.array_equal(wanted, found)
