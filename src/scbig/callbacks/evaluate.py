"""``Evaluate``: scores a model on held-out conditions, beside every baseline."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import torch
from lightning import Callback, LightningModule, Trainer
from lightning.pytorch.utilities import rank_zero_only

from scbig.baselines.standard import standard_baselines
from scbig.baselines.unchanged_cells import UnchangedCells
from scbig.callbacks.checkpoint_choice import CheckpointChoice
from scbig.callbacks.stand_in_choice import StandInChoice, mean_score
from scbig.data.audit.audit import audit_summary
from scbig.evaluation import TRIVIAL, Evaluation
from scbig.evaluation_files import score_trial, score_trials, write_evaluation
from scbig.metrics.discovery import find_metrics
from scbig.metrics.summary import ALL
from scbig.models.perturbation_model import PerturbationModel
from scbig.predicted_cells import CellBlock, cell_block, join_blocks
from scbig.predictor import Predictor, Trial

#: Metrics of the cell population that the best checkpoint is chosen by.
SELECTED_BY = ("energy_distance", "module_correlation_error")
UNCHANGED = "no_change"


class Evaluate(Callback):
    """Scores each validation, and writes the files of ``scbig validate`` and ``scbig test``.

    In training it logs ``val/<metric>`` means of the metrics that are quick, and
    ``val/selection_score``, lower is better: energy distance and module correlation error, each
    over that of unchanged control cells, summed; infinity before the flow is trained. The best
    checkpoint is the latest whose scores are not significantly worse than the best
    (``CheckpointChoice``; ``val/selection_rank``, for ``ModelCheckpoint`` alone). Closed forms of
    the model are scored too (``val/selection_score_<name>``): the model takes after the better one,
    and where one has significantly better scores it stands in for it (``StandInChoice``). In
    ``validate`` and ``test`` all baselines and the split-half replicate are scored on the same
    cells and metrics.json, metrics_per_condition.csv, predictions.h5ad and report.html are written
    into the run folder, those of ``validate`` into its folder ``validation``. For ``test`` the
    trivial baselines are scored on the validation conditions too, to choose the best of them.

    Each trial is scored when it arrives and its cells are dropped, but for the predicted ones of
    ``validate`` and ``test``, which are kept sparse.

    Args:
        folder: of the run; the command line sets it.
        seed: of resampling.
    """

    def __init__(self, folder: str = ".", seed: int = 0) -> None:
        self.folder = folder
        self.seed = seed
        self._evaluation: Evaluation | None = None
        self._beside: dict[str, Predictor] = {}
        self._blocks: list[CellBlock] = []
        self._reconstruction = _Reconstruction()
        self._choice = CheckpointChoice()
        self._stand_ins = StandInChoice()

    def state_dict(self) -> dict[str, Any]:
        """What the choice of the best checkpoint needs to go on."""
        return self._choice.state_dict()

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on."""
        self._choice.load_state_dict(state_dict)

    # -- score -------------------------------------------------------------------------------

    def on_validation_epoch_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Start anew."""
        assert isinstance(pl_module, PerturbationModel)
        spec, fitting = pl_module.built_spec, trainer.state.fn == "fit"
        metrics = [m for m in find_metrics() if m.quick] if fitting else None
        self._evaluation = Evaluation(spec, self.seed, metrics)
        if fitting:
            self._beside = {UNCHANGED: UnchangedCells(), **self._stand_ins.unscored(pl_module)}
            # the model itself is judged
            pl_module.stand_in = ""
        else:  # the first process alone writes
            self._beside = standard_baselines(spec) if trainer.is_global_zero else {}
        self._blocks = []
        self._reconstruction = _Reconstruction()

    def on_validation_batch_end(
        self,
        trainer: Trainer,
        pl_module: LightningModule,
        outputs: Any,
        batch: Any,
        batch_idx: int,
        dataloader_idx: int = 0,
    ) -> None:
        """Score the answer, and others beside it."""
        assert isinstance(pl_module, PerturbationModel) and self._evaluation is not None
        fitting, answer = trainer.state.fn == "fit", outputs["prediction"]
        name = type(pl_module).__name__
        writes = not fitting and trainer.is_global_zero
        score_trial(self._evaluation, batch, {name: answer}, self._beside, replicate=writes)
        self._reconstruction.add(pl_module, batch)
        if writes:
            self._blocks.append(cell_block(pl_module.built_spec, batch.query, answer))

    on_test_epoch_start = on_validation_epoch_start
    on_test_batch_end = on_validation_batch_end

    def on_validation_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Log means while fitting; write the files after ``validate``."""
        assert isinstance(pl_module, PerturbationModel)
        if self._evaluation is None or not self._evaluation.predictors:
            return
        if trainer.state.fn != "fit":
            self._write(trainer, pl_module, "validation", None)
            return
        board = self._evaluation.board()
        table = board.summary(draws=1)
        whole = table[table["subgroup"] == ALL].pivot_table(
            index="predictor", columns="metric", values="mean", dropna=False
        )
        name = type(pl_module).__name__
        scores = {} if pl_module.pretraining else _selection_scores(board.table, name)
        means = whole.loc[name].to_dict()
        logged = {f"val/{metric}": value for metric, value in means.items()}
        back = self._reconstruction.errors
        logged |= {f"val/{space}": mse for space, mse in back.items()}
        found = self._stand_ins.unscored(pl_module)
        self._stand_ins.take(
            pl_module,
            {other: _selection_scores(board.table, other) for other in found},
            {other: _scores(board.table, other, "energy_distance") for other in found},
        )
        self._stand_ins.choose(pl_module, scores)
        logged["val/selection_score"] = mean_score(scores)
        its = self._stand_ins.scores or {}
        logged |= {f"val/selection_score_{other}": mean_score(its[other]) for other in its}
        # every rank evaluates all conditions, so there is nothing to reduce
        pl_module.log_dict(logged, sync_dist=False, rank_zero_only=False)
        rank = self._choice.rank(scores)
        pl_module.log("val/selection_rank", rank, logger=False, rank_zero_only=False)

    def on_test_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Write the files."""
        assert isinstance(pl_module, PerturbationModel)
        data = getattr(trainer, "datamodule", None)
        validation = None
        if data is not None and data.split.val and trainer.is_global_zero:
            trials, spec = data.trials("val"), pl_module.built_spec
            trivial = {name: self._beside[name] for name in TRIVIAL if name in self._beside}
            scored = score_trials(spec, trials, trivial, seed=self.seed, replicate=False)
            validation = scored.per_condition()
        self._write(trainer, pl_module, "test", validation)

    # -- write -------------------------------------------------------------------------------

    @rank_zero_only
    def _write(
        self,
        trainer: Trainer,
        model: PerturbationModel,
        side: str,
        validation: pd.DataFrame | None,
    ) -> None:
        assert self._evaluation is not None
        data, audit = getattr(trainer, "datamodule", None), None
        if data is not None:
            audit = audit_summary(data.full_screen, data.split, model.built_spec, data.split_rule)
        run = Path(self.folder)
        # beside the test's files, not over them
        folder = run / "validation" if side == "validation" else run
        card, back = run / "card.json", self._reconstruction.errors
        write_evaluation(
            folder,
            self._evaluation,
            model=type(model).__name__,
            side=side,
            card=json.loads(card.read_text()) if card.exists() else {},
            curves=run / "metrics.csv",
            validation=validation,
            audit=audit,
            extra={"reconstruction_mse": {k.removesuffix("_mse"): v for k, v in back.items()}},
        )
        cells = join_blocks(model.built_spec, self._blocks)
        cells.write_h5ad(folder / "predictions.h5ad")
        if back:
            print(
                "reconstruction of held-out cells (MSE): encoder {encoder_mse:.5f}, PCA of as many "
                "dimensions {pca_mse:.5f}".format(**back)
            )
        print(f"report: {folder / 'report.html'}")


def _scores(table: pd.DataFrame, name: str, metric: str) -> dict[str, float]:
    """Values of one metric by condition."""
    own = table[(table["predictor"] == name) & (table["metric"] == metric)].dropna(subset="value")
    return {str(c): float(v) for c, v in zip(own["condition"], own["value"], strict=True)}


def _selection_scores(table: pd.DataFrame, name: str) -> dict[str, float]:
    """Score of each validation condition, lower is better, from the tidy scores of ``name``."""
    values = table.pivot_table(
        index="condition", columns=["predictor", "metric"], values="value", dropna=False
    )
    ratios = pd.DataFrame(
        {metric: values[name][metric] / values[UNCHANGED][metric].mean() for metric in SELECTED_BY}
    )
    # a screen of one module has no correlations between modules
    known = ratios.dropna(axis="columns", how="all")
    return {str(c): float(v) for c, v in known.sum(axis=1, skipna=False).dropna().items()}


class _Reconstruction:
    """Error of the encoder on held-out cells, beside PCA of equal size."""

    def __init__(self) -> None:
        self._sums = {"encoder_mse": 0.0, "pca_mse": 0.0}
        self._cells = 0

    @torch.no_grad()
    def add(self, model: PerturbationModel, trial: Trial) -> None:
        back = model.reconstruct(trial.truth)
        if back is None:
            return
        for name, cells in zip(self._sums, back, strict=True):
            self._sums[name] += float((cells - trial.truth).square().mean(1).sum())
        self._cells += len(trial.truth)

    @property
    def errors(self) -> dict[str, float]:
        """Mean squared errors; empty without a latent space."""
        if not self._cells:
            return {}
        return {name: total / self._cells for name, total in self._sums.items()}
