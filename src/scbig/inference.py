"""``load``: a checkpoint, and nothing else, to predictions on any AnnData."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import torch

from scbig.checkpoint import model_of, read_checkpoint
from scbig.component import TRUSTED
from scbig.conditions import canonical
from scbig.data.control_cells import ControlCells, read_controls
from scbig.data.schema import ScreenContract
from scbig.data_spec import DataSpec
from scbig.errors import UserError
from scbig.models.perturbation_model import PerturbationModel
from scbig.predicted_cells import to_anndata
from scbig.predictor import Query

if TYPE_CHECKING:
    from anndata import AnnData


def load(path: str | Path, trusted: Sequence[str] = TRUSTED) -> LoadedModel:
    """Load a checkpoint for prediction.

    Args:
        path: a ``.ckpt`` file of a run. It is self-contained.
        trusted: packages whose classes it may name: add your own for components of your own.

    Raises:
        UserError: it cannot be read.
    """
    checkpoint = read_checkpoint(path)
    digest = hashlib.sha256(Path(path).read_bytes()).hexdigest()
    return LoadedModel(model_of(checkpoint, trusted), digest)


@dataclass(frozen=True)
class LoadedModel:
    """A trained model that predicts on new AnnData.

    Attributes:
        model: the model, in evaluation mode.
        checkpoint_sha256: hash of the file it came from.
    """

    model: PerturbationModel
    checkpoint_sha256: str

    @property
    def spec(self) -> DataSpec:
        """What the model knows of its training data."""
        return self.model.built_spec

    def predict(
        self,
        adata: AnnData | str | Path,
        conditions: Sequence[str],
        n_cells: int | None = None,
        seed: int = 0,
        missing_genes: Literal["error", "training_mean"] = "error",
        contract: ScreenContract | None = None,
    ) -> AnnData:
        """Predicted cells of ``conditions``, starting from the control cells of ``adata``.

        Args:
            adata: new data, or its path; only its control cells are used.
            conditions: names such as ``"KLF1"`` or ``"CEBPA+KLF1"``, in any order of targets.
            n_cells: source cells a condition, drawn with ``seed``; all control cells by default.
            seed: of the choice of source cells.
            missing_genes: what to do when ``adata`` lacks genes of the model: refuse, or take the
                control mean of the training data for them, which is reported.
            contract: how ``adata`` is to be read; raw counts in X and ``obs["condition"]`` by
                default.

        Returns:
            AnnData of (conditions x cells, genes), X in log1p of counts per 10,000. obs:
            ``condition``, ``source_cell``, ``fallback``, covariates. ``uns["scbig"]``: provenance
            and, for each target, what the model knew of it.

        Raises:
            UserError: the data do not fit the model, or a name cannot be read.
        """
        names = list(dict.fromkeys(canonical(c) for c in conditions))
        if not names:
            raise UserError("no condition to predict is given")
        controls = read_controls(adata, contract or ScreenContract(), self.spec, missing_genes)
        queries, sources = queries_of(controls, names, n_cells, seed)
        predictions = [self.model.predict(query.to(self.model.device)) for query in queries]
        out = to_anndata(self.spec, queries, predictions, sources)
        out.uns["scbig"] |= {
            "checkpoint_sha256": self.checkpoint_sha256,
            "seed": seed,
            "reported": list(controls.reported),
        }
        return out


def queries_of(
    controls: ControlCells, conditions: Sequence[str], n_cells: int | None, seed: int
) -> tuple[list[Query], list[str]]:
    """One query a condition, all from the same source cells, and the names of those cells.

    Raises:
        UserError: more cells are asked for than there are controls.
    """
    available = controls.cells.shape[0]
    if n_cells is not None and not 0 < n_cells <= available:
        raise UserError(
            f"n_cells is {n_cells} and there are {available} control cells: "
            "ask for 1 up to that number"
        )
    rows = np.arange(available)
    if n_cells is not None:
        rows = np.sort(np.random.default_rng(seed).permutation(available)[:n_cells])
    dense = torch.from_numpy(controls.cells[rows].toarray().astype(np.float32))
    mean = torch.from_numpy(np.asarray(controls.cells.mean(0), dtype=np.float64).ravel())
    covariates = torch.from_numpy(controls.covariates[rows].astype(np.int64))
    queries = [Query(c, dense, covariates, mean, seed) for c in conditions]
    return queries, [controls.cell_names[i] for i in rows]
