"""``load``: a checkpoint, and nothing else, to predictions on any AnnData."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt
import torch

from scbig.checkpoint import model_of, read_checkpoint
from scbig.component import TRUSTED
from scbig.conditions import CONTEXT, canonical, context_of, in_context, target_genes
from scbig.data.control_cells import ControlCells, read_controls
from scbig.data.schema import ScreenContract
from scbig.data_spec import DataSpec
from scbig.errors import UserError, listed
from scbig.models.perturbation_model import PerturbationModel
from scbig.predicted_cells import to_anndata
from scbig.predictor import Query
from scbig.screen_knowledge import unembedded_targets

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
            conditions: names such as ``"KLF1"`` or ``"CEBPA+KLF1"``, in any order of targets, with
                the context of a model that has them (``"KLF1@RPE1"``).
            n_cells: source cells a condition, drawn with ``seed``; all control cells by default.
            seed: of the choice of source cells.
            missing_genes: what to do when ``adata`` lacks genes of the model: refuse, or take the
                control mean of the training data for them, which is reported.
            contract: how ``adata`` is to be read; raw counts in X and ``obs["condition"]`` by
                default.

        Returns:
            AnnData of (conditions x cells, genes), X in log1p of counts per 10,000, and the same
            cells in ``layers["counts"]`` where they are counts. obs: ``condition``,
            ``source_cell``, ``fallback``, ``coverage`` (whether all, part or none of the targets
            have an embedding), covariates, ``library``. ``uns["scbig"]``: provenance
            and, for each target, what the model knew of it. Where the model says how far off its
            means will be: obs ``reliability``, ``expected_error``, ``intervals_calibrated``, and
            varm ``mean_low_80`` to ``mean_high_95`` and ``retrieval_effects``, (genes, conditions)
            (``scbig.data.stated_intervals``).

        Raises:
            UserError: the data do not fit the model, or a name cannot be read.
        """
        names = list(dict.fromkeys(canonical(c) for c in conditions))
        if not names:
            raise UserError("no condition to predict is given")
        controls = read_controls(adata, contract or ScreenContract(), self.spec, missing_genes)
        queries, sources = queries_of(controls, names, self.spec, n_cells, seed)
        predictions = [self.model.predict(query.to(self.model.device)) for query in queries]
        out = to_anndata(self.spec, queries, predictions, sources)
        asked = target_genes(names)
        without = unembedded_targets(self.spec.targets, asked, strict=False)
        out.uns["scbig"] |= {
            "checkpoint_sha256": self.checkpoint_sha256,
            "seed": seed,
            "reported": [*controls.reported, *without],
        }
        return out


def queries_of(
    controls: ControlCells,
    conditions: Sequence[str],
    spec: DataSpec,
    n_cells: int | None,
    seed: int,
) -> tuple[list[Query], list[list[str]]]:
    """One query a condition, and the names of its source cells.

    Conditions of one context start from the same control cells, those of that context; without
    contexts all conditions do.

    Raises:
        UserError: more cells are asked for than there are controls, or a condition has no context
            where the model's have one, or one it does not know, or without control cells.
    """
    _refuse_contexts(conditions, spec)
    shared: dict[str, tuple[Query, list[str]]] = {}
    for context in dict.fromkeys(map(context_of, conditions)):
        shared[context] = _source(controls, _rows_in(controls, spec, context), n_cells, seed)
    queries = [replace(shared[context_of(c)][0], condition=c) for c in conditions]
    return queries, [shared[context_of(c)][1] for c in conditions]


def _refuse_contexts(conditions: Sequence[str], spec: DataSpec) -> None:
    known = spec.covariates.get(spec.context, ())
    wrong = [c for c in conditions if (context_of(c) not in known if known else context_of(c))]
    if wrong and known:
        raise UserError(
            f"the model predicts by {spec.context}, and {listed(wrong)} names none of its "
            f"{len(known)}: write e.g. {in_context(wrong[0], known[0])}"
        )
    if wrong:
        raise UserError(
            f"the model was trained without contexts, and {listed(wrong)} names one: leave out "
            f"what follows the {CONTEXT}"
        )


def _rows_in(controls: ControlCells, spec: DataSpec, context: str) -> npt.NDArray[np.int64]:
    """Rows of the control cells of a context."""
    if not context:
        return np.arange(controls.cells.shape[0])
    column = list(spec.covariates).index(spec.context)
    code = spec.covariates[spec.context].index(context)
    rows = np.flatnonzero(controls.covariates[:, column] == code)
    if not len(rows):
        raise UserError(
            f"the file has no control cells with {spec.context} {context}: predictions start from "
            "control cells of their own context"
        )
    return rows


def _source(
    controls: ControlCells, rows: npt.NDArray[np.int64], n_cells: int | None, seed: int
) -> tuple[Query, list[str]]:
    """The query of no condition yet, and its cells."""
    if n_cells is not None and not 0 < n_cells <= len(rows):
        raise UserError(
            f"n_cells is {n_cells} and there are {len(rows)} control cells: "
            "ask for 1 up to that number"
        )
    mean = np.asarray(controls.cells[rows].mean(0), dtype=np.float64).ravel()
    if n_cells is not None:
        rows = np.sort(rows[np.random.default_rng(seed).permutation(len(rows))[:n_cells]])
    query = Query(
        condition="",
        control=torch.from_numpy(controls.cells[rows].toarray().astype(np.float32)),
        covariates=torch.from_numpy(controls.covariates[rows].astype(np.int64)),
        control_mean=torch.from_numpy(mean),
        seed=seed,
        library=None if controls.library is None else torch.from_numpy(controls.library[rows]),
    )
    return query, [controls.cell_names[i] for i in rows]
