"""``Evaluate``: scores a model on held-out conditions, beside every baseline."""

import json
import math
from pathlib import Path
from typing import Any

from lightning import Callback, LightningModule, Trainer
from lightning.pytorch.utilities import rank_zero_only

from scbig.baselines.standard import standard_baselines
from scbig.baselines.unchanged_cells import UnchangedCells
from scbig.evaluation import Evaluation
from scbig.metrics.summary import ALL
from scbig.models.perturbation_model import PerturbationModel
from scbig.predicted_cells import to_anndata
from scbig.predictor import Prediction, Predictor, Trial
from scbig.report.page import write_report
from scbig.report.score_table import score_table

#: Metrics of the cell population that the best checkpoint is chosen by.
SELECTED_BY = ("energy_distance", "module_correlation_error")
UNCHANGED = "no_change"


class Evaluate(Callback):
    """Scores each validation, and writes the files of ``scbig validate`` and ``scbig test``.

    In training it logs ``val/<metric>`` means and ``val/selection_score``, lower is better, by
    which the best checkpoint is chosen: energy distance and module correlation error, each over
    that of unchanged control cells, summed; infinity before the flow is trained. After
    ``validate`` or ``test`` it scores all baselines and the split-half replicate on the same cells
    and writes metrics.json, metrics_per_condition.csv, predictions.h5ad and report.html into the
    run folder, those of ``validate`` into its folder ``validation``.

    Args:
        folder: of the run; the command line sets it.
        seed: of resampling.
    """

    def __init__(self, folder: str = ".", seed: int = 0) -> None:
        self.folder = folder
        self.seed = seed
        self._answers: list[tuple[Trial, Prediction]] = []

    # -- collect -----------------------------------------------------------------------------

    def on_validation_epoch_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Start anew."""
        self._answers = []

    def on_validation_batch_end(
        self,
        trainer: Trainer,
        pl_module: LightningModule,
        outputs: Any,
        batch: Any,
        batch_idx: int,
        dataloader_idx: int = 0,
    ) -> None:
        """Keep the answer."""
        self._answers.append((batch, outputs["prediction"]))

    on_test_epoch_start = on_validation_epoch_start
    on_test_batch_end = on_validation_batch_end

    # -- score -------------------------------------------------------------------------------

    def on_validation_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Log means while fitting; write the files after ``validate``."""
        assert isinstance(pl_module, PerturbationModel)
        if not self._answers:
            return
        if trainer.state.fn != "fit":
            self._write(pl_module, "validation")
            return
        evaluation = self._scored(pl_module)
        for trial, _ in self._answers:
            evaluation.add(UNCHANGED, trial, UnchangedCells().predict(trial.query))
        table = evaluation.summary(draws=1)
        whole = table[table["subgroup"] == ALL].pivot_table(
            index="predictor", columns="metric", values="mean", dropna=False
        )
        means = whole.loc[type(pl_module).__name__].to_dict()
        ratios = [means[name] / whole.loc[UNCHANGED, name] for name in SELECTED_BY]
        # a screen of one module has no correlations between modules
        known = [ratio for ratio in ratios if math.isfinite(ratio)]
        score = math.inf if pl_module.pretraining or not known else sum(known)
        logged = {f"val/{name}": value for name, value in means.items()}
        back = self._reconstruction(pl_module)
        logged |= {f"val/{name}": mse for name, mse in back.items()}
        logged["val/selection_score"] = score
        # every rank evaluates all conditions, so there is nothing to reduce
        pl_module.log_dict(logged, sync_dist=False, rank_zero_only=False)

    def on_test_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Write the files."""
        assert isinstance(pl_module, PerturbationModel)
        self._write(pl_module, "test")

    def _scored(self, model: PerturbationModel) -> Evaluation:
        evaluation = Evaluation(model.built_spec, seed=self.seed)
        for trial, prediction in self._answers:
            evaluation.add(type(model).__name__, trial, prediction)
        return evaluation

    def _reconstruction(self, model: PerturbationModel) -> dict[str, float]:
        """Error of the encoder on held-out cells, beside PCA of equal size."""
        ours, theirs, cells = 0.0, 0.0, 0
        for trial, _ in self._answers:
            back = model.reconstruct(trial.truth)
            if back is None:
                return {}
            ours += float((back[0] - trial.truth).square().mean(1).sum())
            theirs += float((back[1] - trial.truth).square().mean(1).sum())
            cells += len(trial.truth)
        return {"encoder_mse": ours / cells, "pca_mse": theirs / cells}

    # -- write -------------------------------------------------------------------------------

    @rank_zero_only
    def _write(self, model: PerturbationModel, side: str) -> None:
        spec = model.built_spec
        evaluation = self._scored(model)
        baselines: dict[str, Predictor] = standard_baselines(spec)
        for trial, _ in self._answers:
            for name, baseline in baselines.items():
                evaluation.add(name, trial, baseline.predict(trial.query))
            evaluation.add_replicate(trial)
        run = Path(self.folder)
        # beside the test's files, not over them
        folder = run / "validation" if side == "validation" else run
        folder.mkdir(parents=True, exist_ok=True)
        back = self._reconstruction(model)
        scores = evaluation.to_metrics_json() | {
            "side": side,
            "model": type(model).__name__,
            "reconstruction_mse": {name.removesuffix("_mse"): mse for name, mse in back.items()},
        }
        (folder / "metrics.json").write_text(json.dumps(scores, indent=1) + "\n")
        evaluation.per_condition().to_csv(folder / "metrics_per_condition.csv", index=False)
        queries = [trial.query for trial, _ in self._answers]
        predictions = [prediction for _, prediction in self._answers]
        to_anndata(spec, queries, predictions).write_h5ad(folder / "predictions.h5ad")
        card = run / "card.json"
        write_report(
            folder / "report.html",
            evaluation,
            model=type(model).__name__,
            card=json.loads(card.read_text()) if card.exists() else {},
            curves=run / "metrics.csv",
        )
        print(score_table(evaluation, type(model).__name__))
        if back:
            print(
                "reconstruction of held-out cells (MSE): encoder {encoder_mse:.5f}, PCA of as many "
                "dimensions {pca_mse:.5f}".format(**back)
            )
        print(f"report: {folder / 'report.html'}")
