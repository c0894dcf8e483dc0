"""``load``: a checkpoint, and nothing else, to predictions on any AnnData."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import torch

from scbig import __version__
from scbig.component import build_factory
from scbig.conditions import canonical, targets_of
from scbig.data.control_cells import ControlCells, read_controls
from scbig.data.schema import ScreenContract
from scbig.data_spec import DataSpec
from scbig.errors import UserError, listed
from scbig.models.perturbation_model import PerturbationModel
from scbig.predictor import Prediction, Query

if TYPE_CHECKING:
    from anndata import AnnData


def read_checkpoint(path: str | Path) -> dict[str, Any]:
    """A checkpoint as plain values and tensors; no code in it is run.

    Raises:
        UserError: no such file, not a checkpoint, or not one of scbig.
    """
    try:
        checkpoint = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise UserError(f"no checkpoint at {path}") from None
    except (RuntimeError, pickle.UnpicklingError, EOFError, ValueError, KeyError, OSError) as error:
        first = str(error).strip().splitlines()[0][:120] if str(error).strip() else "empty file"
        raise UserError(
            f"{path} cannot be read as a checkpoint, it may be cut off or corrupt: {first}"
        ) from None
    if not isinstance(checkpoint, dict) or "scbig" not in checkpoint:
        raise UserError(f"{path} was not written by scbig: it has no data description")
    return checkpoint


def model_of(checkpoint: dict[str, Any]) -> PerturbationModel:
    """The model of a checkpoint, built and with its (averaged) weights.

    Raises:
        UserError: the description and the weights do not fit.
    """
    kept = checkpoint["scbig"]
    model = build_factory(kept["model"])()
    if not isinstance(model, PerturbationModel):
        raise UserError(f"{kept['model'].get('class_path')} of the checkpoint is not a model")
    model.build(DataSpec.from_dict(kept["spec"]))
    try:
        model.load_state_dict(checkpoint["state_dict"])
    except RuntimeError:
        written = kept["spec"]["versions"].get("scbig", "unknown")
        raise UserError(
            f"the weights of the checkpoint do not fit its description: it was written by scbig "
            f"{written}, this is {__version__}; use that version or train again"
        ) from None
    return model.eval()


def load(path: str | Path) -> LoadedModel:
    """Load a checkpoint for prediction.

    Args:
        path: a ``.ckpt`` file of a run. It is self-contained.

    Raises:
        UserError: it cannot be read.
    """
    checkpoint = read_checkpoint(path)
    digest = hashlib.sha256(Path(path).read_bytes()).hexdigest()
    return LoadedModel(model_of(checkpoint), digest)


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


def to_anndata(
    spec: DataSpec,
    queries: Sequence[Query],
    predictions: Sequence[Prediction],
    sources: Sequence[str] | None = None,
) -> AnnData:
    """Predicted cells as AnnData, in the output form of the data contract."""
    import pandas as pd
    import scipy.sparse as sp
    from anndata import AnnData

    blocks, tables = [], []
    for query, prediction in zip(queries, predictions, strict=True):
        if prediction.cells is None:
            raise ValueError(f"the predictor of {query.condition} predicts a mean, not cells")
        blocks.append(sp.csr_matrix(prediction.cells.cpu().float().numpy()))
        table = pd.DataFrame({"condition": [query.condition] * len(query.control)})
        for k, (name, levels) in enumerate(spec.covariates.items()):
            known = [*levels, "unknown"]
            table[name] = [known[code] for code in query.covariates[:, k].tolist()]
        table["source_cell"] = list(sources) if sources else ""
        table["fallback"] = prediction.fallback
        tables.append(table)
    obs = pd.concat(tables, ignore_index=True)
    number = obs.groupby("condition").cumcount().astype(str)
    obs.index = pd.Index(obs["condition"] + "-" + number)
    for column in ("condition", "fallback", *spec.covariates):
        obs[column] = obs[column].astype("category")
    var = pd.DataFrame(index=pd.Index(spec.genes))
    out = AnnData(X=sp.vstack(blocks, format="csr"), obs=obs, var=var)
    conditions = list(dict.fromkeys(query.condition for query in queries))
    out.uns["scbig"] = {
        "version": __version__,
        "scale": spec.scale,
        "split_sha256": spec.split.sha256,
        "data_sha256": spec.data_sha256,
        "targets": knowledge_of_targets(spec, conditions),
    }
    return out


def knowledge_of_targets(spec: DataSpec, conditions: Sequence[str]) -> dict[str, dict[str, Any]]:
    """What the model knew of each target: embedding, training, nearest trained target.

    ``similarity`` is the largest cosine between the target's embedding and that of a target that
    was perturbed in training (1 for a trained one, NaN without embedding): the lower, the further
    the prediction extrapolates.
    """
    trained = sorted({t for condition in spec.effects.conditions for t in targets_of(condition)})
    asked = list(dict.fromkeys(t for condition in conditions for t in targets_of(condition)))
    known, theirs = _unit(spec, asked), _unit(spec, trained)
    similarity = known @ theirs.T if trained else np.full((len(asked), 1), np.nan)
    missing = set(spec.targets.missing(asked))
    out: dict[str, dict[str, Any]] = {}
    for i, target in enumerate(asked):
        inside = target in trained
        best = int(similarity[i].argmax()) if trained and target not in missing else -1
        out[target] = {
            "embedding": target not in missing,
            "single_in_training": target in spec.effects.singles,
            "in_training": inside,
            "measured": target in spec.gene_column,
            "nearest_trained": trained[best] if best >= 0 else "",
            "similarity": float(similarity[i, best]) if best >= 0 else float("nan"),
        }
    return out


def _unit(spec: DataSpec, targets: Sequence[str]) -> np.ndarray[Any, np.dtype[np.float64]]:
    blocks = [spec.targets.block(s, targets) for s in range(len(spec.targets.sources))]
    joined = np.nan_to_num(np.hstack(blocks)) if blocks else np.zeros((len(targets), 1))
    return np.asarray(joined / np.maximum(np.linalg.norm(joined, axis=1, keepdims=True), 1e-12))


def unknown_targets(spec: DataSpec, conditions: Sequence[str]) -> list[str]:
    """Targets of ``conditions`` that no embedding source has."""
    return spec.targets.missing(
        list(dict.fromkeys(t for condition in conditions for t in targets_of(condition)))
    )


def refuse_unknown(spec: DataSpec, conditions: Sequence[str]) -> None:
    """Refuse targets without embedding, as ``strict`` asks.

    Raises:
        UserError: there are such targets.
    """
    unknown = unknown_targets(spec, conditions)
    if unknown:
        raise UserError(
            f"no embedding for {listed(unknown)}: leave them out, train with a source that has "
            "them, or drop strict"
        )
