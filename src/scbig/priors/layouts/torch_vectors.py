"""Vectors of genes from files of torch: ESM2 (UCE, Arc) and scGPT. No code in them is run."""

import pickle
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from scbig.errors import UserError, listed
from scbig.json_object import read_json_object
from scbig.priors.content import readable
from scbig.priors.gene_vectors import GeneVectors

#: Rows of scGPT's table, by its vocabulary.
TOKENS = "encoder.embedding.weight"
VOCABULARY, WEIGHTS = "vocab.json", "best_model.pt"


def read_torch(path: Path) -> GeneVectors:
    """A dictionary of gene to tensor (ESM2 of UCE and Arc), or weights of scGPT.

    Raises:
        UserError: the file holds more than tensors, another layout, or what ``GeneVectors`` says.
    """
    loaded = _load(path)
    if not isinstance(loaded, Mapping) or not loaded:
        raise UserError(
            f"the embedding {path} holds a {type(loaded).__name__}: it needs a dictionary of gene "
            "to tensor"
        )
    tokens = [key for key in loaded if str(key).endswith(TOKENS)]
    if tokens:
        return _scgpt(path, loaded[tokens[0]])
    if {"genes", "emb"} <= set(loaded) and isinstance(loaded["emb"], torch.Tensor):
        return GeneVectors.checked(path, loaded["genes"], _numpy(loaded["emb"]))
    return GeneVectors.checked(path, loaded, _stacked(path, loaded))


def read_scgpt(folder: Path) -> GeneVectors:
    """Rows of the gene tokens in ``best_model.pt``, named by ``vocab.json`` beside it.

    Raises:
        UserError: one of the two is missing or of another layout.
    """
    weights = folder / WEIGHTS
    if not weights.is_file() or not (folder / VOCABULARY).is_file():
        raise UserError(
            f"{folder} is a folder: it is read as scGPT, with {VOCABULARY} and {WEIGHTS} in it"
        )
    return read_torch(weights)


def _load(path: Path) -> Any:
    with readable(path):
        try:
            # mapped, not copied: gigabytes are read once
            mapped = zipfile.is_zipfile(path)
            return torch.load(path, map_location="cpu", weights_only=True, mmap=mapped)
        except pickle.UnpicklingError:
            raise UserError(
                f"{path} holds more than tensors, and opening that runs what is in it: if you "
                'trust its source, keep the tensors once: python -c "import torch; d = torch.load('
                "'F', weights_only=False); torch.save({g: torch.as_tensor(v) for g, v in "
                "d.items()}, 'F.pt')\""
            ) from None
        except (RuntimeError, ValueError, KeyError):
            raise UserError(f"{path} is damaged, cut off or no file of torch") from None


def _stacked(path: Path, vectors: Mapping[Any, Any]) -> npt.NDArray[np.float16]:
    """Vectors below each other, each (width,) or (1, width), in half precision from the start."""
    other = [g for g, v in vectors.items() if not isinstance(v, torch.Tensor) or not v.numel()]
    if other:
        raise UserError(
            f"the embedding {path} is no dictionary of gene to tensor: see {listed(other)}"
        )
    width = next(iter(vectors.values())).numel()
    other = [g for g, v in vectors.items() if v.numel() != width or v.squeeze().ndim > 1]
    if other:
        raise UserError(
            f"the embedding {path} has vectors of other shapes than its first, ({width},): "
            f"{listed(f'{g} {tuple(vectors[g].shape)}' for g in other)}"
        )
    return np.stack([_numpy(v).reshape(-1) for v in vectors.values()])


def _numpy(tensor: torch.Tensor) -> npt.NDArray[Any]:
    kept = tensor.detach()
    return np.asarray((kept.float() if kept.dtype == torch.bfloat16 else kept).numpy())


def _scgpt(path: Path, table: torch.Tensor) -> GeneVectors:
    file = path.parent / VOCABULARY
    if not file.is_file():
        raise UserError(f"{path} holds weights of scGPT: put its {VOCABULARY} beside it")
    vocabulary = read_json_object(file, "vocabulary", "an object of gene: row")
    special = [name for name in vocabulary if name.startswith("<")]
    genes = [name for name in vocabulary if not name.startswith("<")]
    rows = [vocabulary[gene] for gene in genes]
    wrong = [
        gene
        for gene, row in zip(genes, rows, strict=True)
        if not isinstance(row, int) or not 0 <= row < len(table)
    ]
    if wrong or not genes:
        raise UserError(
            f"{file} names rows that the {len(table)} of {path} do not have: {listed(wrong)}"
        )
    values = _numpy(table[torch.tensor(rows)])
    return GeneVectors.checked(path, genes, values, [f"without the tokens {listed(special)}"])
