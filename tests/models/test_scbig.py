import csv
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from lightning import Callback, LightningModule, Trainer

from scbig.baselines.gaussian_process import GaussianProcess
from scbig.callbacks.evaluate import Evaluate
from scbig.data.splits.additive import Additive
from scbig.datamodule import PerturbationDataModule
from scbig.errors import UserError
from scbig.inference import load
from scbig.models.scbig import ScBIG
from scbig.predictor import Query
from small_run import small_data, small_trainer

ALIGNMENT = ("moments", "module_correlation", "module_distribution")


class EncoderAtSwitch(Callback):
    """Keeps the encoder as it was when the second stage began."""

    def on_train_batch_end(self, trainer: Trainer, pl_module: LightningModule, *_: object) -> None:
        if trainer.global_step == 8:
            self.kept = {k: v.clone() for k, v in pl_module.latent.encoder.state_dict().items()}


def make(**settings: object) -> ScBIG:
    return ScBIG(**{"pretrain_steps": 8, "share_every": 2} | settings)


@pytest.fixture(scope="module")
def data() -> PerturbationDataModule:
    return small_data()


@pytest.fixture(scope="module")
def run(
    data: PerturbationDataModule, tmp_path_factory: pytest.TempPathFactory
) -> tuple[ScBIG, Trainer, Path, EncoderAtSwitch]:
    folder, watcher = tmp_path_factory.mktemp("run"), EncoderAtSwitch()
    trainer = small_trainer(folder, watcher)
    torch.manual_seed(0)
    model = make()
    trainer.fit(model, datamodule=data)
    return model.eval(), trainer, folder, watcher


def query_of(data: PerturbationDataModule, condition: str | None = None) -> Query:
    trial = next(iter(data.trials("test")))
    query = trial.query
    return query if condition is None else Query(
        condition, query.control, query.covariates, query.control_mean, query.seed
    )  # fmt: skip


def test_the_mean_is_the_anchors_whatever_the_flow_learned(
    run: tuple, data: PerturbationDataModule
) -> None:
    model = run[0]
    for trial in data.trials("test"):
        query = trial.query
        answer = model.predict(query)
        effect = GaussianProcess().fit(data.spec.effects).predict([query.condition]).delta[0]
        wanted = (query.control_mean + torch.from_numpy(effect)).clamp_min(0)
        torch.testing.assert_close(answer.mean, wanted)
        # counts come as near as their last one
        assert answer.library is not None
        last = float(torch.log1p(1e4 / answer.library.min())) / len(query.control)
        torch.testing.assert_close(answer.cells.double().mean(0), wanted, atol=last, rtol=0)
        counts = torch.expm1(answer.cells.double()) * answer.library[:, None] / 1e4
        torch.testing.assert_close(counts, counts.round(), atol=1e-3, rtol=0)
        # without library sizes there are no counts, and the mean is exact
        cells = model.predict(replace(query, library=None)).cells
        torch.testing.assert_close(cells.double().mean(0), wanted, atol=2e-5, rtol=0)


def test_the_flow_reshapes_cells_beyond_a_shift(run: tuple, data: PerturbationDataModule) -> None:
    query = query_of(data)
    cells = run[0].predict(query).cells
    assert (cells >= 0).all()
    moved = cells - query.control
    above_zero = (cells > 0).all(0)
    # a shift moves every cell alike in genes that no cell clips
    spread = moved[:, above_zero].std(0)
    assert above_zero.any() and (spread > 1e-4).any()


def test_the_encoder_is_frozen_in_the_second_stage(run: tuple) -> None:
    model, _, _, watcher = run
    final = model.latent.encoder.state_dict()
    assert watcher.kept.keys() == final.keys()
    assert all(torch.equal(watcher.kept[k], final[k]) for k in final if k != "gate")


def test_every_alignment_loss_has_gradient(run: tuple) -> None:
    with (run[2] / "metrics.csv").open() as file:
        rows = list(csv.DictReader(file))
    for name in ALIGNMENT:
        shares = [float(r[f"gradient_share/{name}"]) for r in rows if r[f"gradient_share/{name}"]]
        assert shares and max(shares) > 1e-4, name
        values = [float(r[f"train/{name}"]) for r in rows if r[f"train/{name}"]]
        assert max(values) > 0


def test_a_weight_of_zero_takes_the_loss_out(data: PerturbationDataModule) -> None:
    model = make(weights={"moments": 0.0, "module_correlation": 0.5})
    model.build(data.spec)
    assert list(model.alignment_terms.losses) == ["module_correlation", "module_distribution"]
    assert model.weights == {"moments": 0.0, "module_correlation": 0.5, "module_distribution": 0.1}


def test_a_checkpoint_is_enough_and_holds_no_code(run: tuple, data: PerturbationDataModule) -> None:
    model, trainer, folder, _ = run
    trainer.save_checkpoint(folder / "x.ckpt")
    torch.load(folder / "x.ckpt", weights_only=True)
    again = load(folder / "x.ckpt")
    query = query_of(data)
    assert torch.equal(again.model.predict(query).cells, model.predict(query).cells)
    assert again.spec.split == data.spec.split
    assert again.model.weights == model.weights


def test_a_checkpoint_of_another_format_is_refused(run: tuple) -> None:
    _, trainer, folder, _ = run
    trainer.save_checkpoint(folder / "old.ckpt")
    kept = torch.load(folder / "old.ckpt", weights_only=True)
    kept["scbig"]["format"] = 1
    torch.save(kept, folder / "old.ckpt")
    with pytest.raises(UserError, match="checkpoint of format 1 and this version of scbig reads"):
        load(folder / "old.ckpt")


def test_equal_queries_give_equal_cells_and_control_stays(
    run: tuple, data: PerturbationDataModule
) -> None:
    model, query = run[0], query_of(data)
    assert torch.equal(model.predict(query).cells, model.predict(query).cells)
    control = model.predict(query_of(data, "control"))
    torch.testing.assert_close(control.mean, query.control_mean)


def test_a_target_without_embedding_is_not_control(
    run: tuple, data: PerturbationDataModule
) -> None:
    answer = run[0].predict(query_of(data, "NOSUCHGENE"))
    assert "NOSUCHGENE" in answer.fallback
    assert (answer.mean - query_of(data).control_mean).abs().max() > 0.01


def test_the_plain_flow_has_no_anchor(data: PerturbationDataModule, tmp_path: Path) -> None:
    model = make(anchor=None)
    small_trainer(tmp_path).fit(model, datamodule=data)
    query = query_of(data)
    answer = model.eval().predict(query)
    effect = GaussianProcess().fit(data.spec.effects).predict([query.condition]).delta[0]
    assert (answer.mean - query.control_mean - torch.from_numpy(effect)).abs().max() > 0.01
    assert (answer.mean - query.control_mean).abs().max() > 1e-3


def test_what_cannot_train_is_refused(data: PerturbationDataModule, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="nothing is left for the flow"):
        small_trainer(tmp_path).fit(make(pretrain_steps=24), datamodule=data)
    with pytest.raises(UserError, match="no alignment loss"):
        make(weights={"correlation": 0.1}).build(data.spec)


class Spoiler(Callback):
    """A flow that throws cells about, from the last epoch on."""

    def on_validation_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        if trainer.current_epoch == 1:
            for parameter in pl_module.flow.velocity.parameters():
                parameter.data.add_(3.0 * torch.randn_like(parameter))


def test_a_flow_that_is_worse_than_closed_forms_is_replaced_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = small_data(split=Additive(val_fraction=0.45))
    assert len(data.split.val) >= 5
    torch.manual_seed(0)
    model, evaluate = make(), Evaluate(str(tmp_path))
    settings = {"limit_val_batches": 1.0, "max_epochs": 2, "check_val_every_n_epoch": 1}
    trainer = small_trainer(tmp_path, evaluate, Spoiler(), **settings)
    trainer.fit(model, datamodule=data)
    scores = {
        name: float(trainer.callback_metrics[f"val/selection_score{name}"])
        for name in ("", "_count_transport", "_fold_transport")
    }
    assert scores[""] > 1.2 * max(scores["_count_transport"], scores["_fold_transport"])
    best = min(model.stand_ins, key=lambda name: scores[f"_{name}"])
    assert model.stand_in == best
    assert capsys.readouterr().out.count(f"{best} answers instead of the flow") == 1
    query = query_of(data)
    answer, expected = model.predict(query), model.stand_ins[best].predict(query)
    assert torch.equal(answer.cells, expected.cells) and torch.equal(answer.mean, expected.mean)
    assert best in answer.fallback and "flow" in answer.fallback
    # what was decided travels with the checkpoint
    trainer.save_checkpoint(tmp_path / "x.ckpt")
    again = load(tmp_path / "x.ckpt").model
    assert again.stand_in == best
    assert torch.equal(again.predict(query).cells, answer.cells)
    # a validation that stands alone scores what answers, and decides nothing
    trainer.validate(model, datamodule=data, verbose=False)
    assert model.stand_in == best
    with pytest.raises(UserError, match="'nobody' answers instead"):
        again.restore({"stand_in": "nobody", "pattern": ""})
    with pytest.raises(UserError, match="is its pattern"):
        again.restore({"stand_in": "", "pattern": "nobody"})


def test_cells_change_by_the_pattern_that_travels_with_the_checkpoint(
    run: tuple, data: PerturbationDataModule, tmp_path: Path
) -> None:
    model, trainer = run[:2]
    query, kept = query_of(data), (model.stand_in, model.pattern)
    model.stand_in = ""
    cells = {}
    for name in ("", "count_transport", "fold_transport"):
        model.pattern = name
        cells[name] = model.predict(query).cells
    assert torch.equal(cells[""], cells["count_transport"])
    assert not torch.equal(cells[""], cells["fold_transport"])
    trainer.save_checkpoint(tmp_path / "x.ckpt")
    again = load(tmp_path / "x.ckpt").model
    assert again.pattern == "fold_transport"
    assert torch.equal(again.predict(query).cells, cells["fold_transport"])
    model.stand_in, model.pattern = kept


def test_models_without_an_anchor_or_without_counts_have_no_stand_in(
    data: PerturbationDataModule,
) -> None:
    for settings in ({"anchor": None}, {"cells": "log"}):
        model = make(**settings)
        model.build(data.spec)
        assert not model.stand_ins
