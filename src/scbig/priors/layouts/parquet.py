"""Vectors of genes from parquet tables."""

from collections.abc import Collection
from pathlib import Path

from scbig.errors import UserError
from scbig.priors.content import readable
from scbig.priors.gene_vectors import GeneVectors
from scbig.priors.layouts.frame import frame_vectors


def read_parquet(path: Path, wanted: Collection[str]) -> GeneVectors:
    """Genes in the index, in a column that is called so, or in the first column.

    Raises:
        UserError: pyarrow is missing, the file is damaged, or what ``frame_vectors`` says.
    """
    import pandas as pd

    try:
        from pyarrow.lib import ArrowException  # type: ignore[import-untyped]
    except ImportError:
        raise UserError(f"reading {path} needs pyarrow: pip install pyarrow") from None
    with readable(path):
        try:
            table = pd.read_parquet(path, engine="pyarrow")
        except ArrowException as error:
            raise UserError(f"{path} is damaged or no parquet file: {error}") from None
    if not pd.api.types.is_numeric_dtype(table.index.dtype):
        table = table.reset_index()
    return frame_vectors(path, table, wanted)
