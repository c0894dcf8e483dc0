import json

import anndata
import numpy as np
import pytest
import torch
from lightning import LightningModule, Trainer
from lightning.pytorch.callbacks import ModelCheckpoint

import scbig
from scbig.data.splits.additive import Additive
from scbig.data.splits.no_test import NoTest
from scbig.data.splits.simulation_single import SimulationSingle
from scbig.data.splits.single import Single
from scbig.data.splits.split_column import SplitColumn
from scbig.data.splits.split_file import SplitFile
from scbig.data.synthetic_settings import SyntheticSettings
from scbig.data_spec import DataSpec
from scbig.datamodule import PerturbationDataModule
from scbig.errors import UserError
from scbig.gene_modules.leiden import Leiden
from scbig.gene_modules.one_module import OneModule
from small_screen import SPLIT, make_small_adata

SMALL = SyntheticSettings(
    n_genes=60, n_programs=3, n_targets=12, n_pairs=12, cells_per_condition=20, n_controls=60
)


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("screen") / "small.h5ad"
    make_small_adata().write_h5ad(path)
    return str(path)


def make_module(file=None, **settings):
    settings = {"clusterer": OneModule(), "stability_seeds": 1} | settings
    if file is None:
        return PerturbationDataModule(synthetic=SMALL, **settings)
    return PerturbationDataModule(path=file, split=SplitColumn("side"), **settings)


class Recorder(LightningModule):
    """Learns nothing and remembers what it is given."""

    def __init__(self, stop_at=None):
        super().__init__()
        self.anchor = torch.nn.Parameter(torch.zeros(()))
        self.stop_at = stop_at
        self.batches, self.trials, self.tested = [], [], []

    def training_step(self, batch, batch_idx):
        if self.global_step == self.stop_at:
            raise KeyboardInterrupt
        self.batches.append((self.current_epoch, float(batch.perturbed.double().sum())))
        return self.anchor * 0.0

    def validation_step(self, trial, batch_idx):
        self.trials.append(trial.query.condition)

    def test_step(self, trial, batch_idx):
        self.tested.append(trial.query.condition)

    def configure_optimizers(self):
        return torch.optim.SGD([self.anchor], lr=0.0)


def make_trainer(tmp_path, **settings):
    quiet = {
        "accelerator": "cpu",
        "logger": False,
        "enable_progress_bar": False,
        "enable_model_summary": False,
        "num_sanity_val_steps": 0,
        "default_root_dir": tmp_path,
    }
    return Trainer(**quiet | {"enable_checkpointing": False} | settings)


def test_the_package_offers_it():
    assert scbig.PerturbationDataModule is PerturbationDataModule


def test_the_synthetic_screen_brings_its_priors():
    data = make_module(clusterer=Leiden(n_modules=3), n_hvg=50)
    spec = data.spec
    assert spec.n_genes == 50
    assert spec.modules.genes == spec.genes
    assert set(spec.modules.coverage) == {"embedding", "prior", "covariation"}
    assert spec.gene_sets
    assert {g for members in spec.gene_sets.values() for g in members} <= set(spec.genes)
    coverage = data.coverage
    assert coverage["targets"] == 12
    assert coverage["with_embedding"]["synthetic"] + len(coverage["without_embedding"]) == 12
    json.dumps(coverage)
    assert data.reported[0].startswith("screen: 540 cells x 50 genes, 60 of them control")


def test_a_plain_trainer_fits_and_tests(tmp_path):
    data = make_module(conditions_per_batch=3, cells_per_condition=5, batches_per_epoch=4)
    model = Recorder()
    trainer = make_trainer(tmp_path, max_epochs=2)
    trainer.fit(model, datamodule=data)
    assert [epoch for epoch, _ in model.batches] == [0] * 4 + [1] * 4
    assert len({value for _, value in model.batches}) == 8
    assert model.trials == [*data.split.val] * 2
    trainer.test(model, datamodule=data, verbose=False)
    assert model.tested == list(data.split.test)


@pytest.mark.parametrize("stop_at", [2, 4, 5, 7])
@pytest.mark.filterwarnings("ignore:Checkpoint directory .* is not empty:UserWarning")
def test_training_resumes_with_the_very_next_batch(tmp_path, stop_at):
    settings = {"conditions_per_batch": 3, "cells_per_condition": 5, "batches_per_epoch": 4}
    whole = Recorder()
    make_trainer(tmp_path, max_epochs=2).fit(whole, datamodule=make_module(**settings))

    def trainer():
        keep = ModelCheckpoint(
            tmp_path, filename="last", every_n_train_steps=1, enable_version_counter=False
        )
        return make_trainer(tmp_path, max_epochs=2, enable_checkpointing=True, callbacks=[keep])

    first, second = Recorder(stop_at), Recorder()
    with pytest.raises(SystemExit):
        trainer().fit(first, datamodule=make_module(**settings))
    checkpoint = tmp_path / "last.ckpt"
    trainer().fit(second, datamodule=make_module(**settings), ckpt_path=checkpoint)
    assert first.batches + second.batches == whole.batches


def test_held_out_cells_leave_the_fitted_spec_bit_identical(tmp_path, file):
    settings = {
        "covariates": ["batch"],
        "n_hvg": 25,
        "clusterer": Leiden(n_modules=2, smallest=4),
        "relations": ["covariation"],
    }
    adata = anndata.read_h5ad(file)
    held_out = adata.obs["condition"].isin([*SPLIT.val, *SPLIT.test]).to_numpy()
    counts = adata.X.toarray()
    counts[held_out] = np.random.default_rng(0).integers(1, 90, counts[held_out].shape)
    adata.X = counts
    adata.write_h5ad(tmp_path / "corrupt.h5ad")
    spec = make_module(file, **settings).spec.to_dict()
    other = make_module(str(tmp_path / "corrupt.h5ad"), **settings).spec.to_dict()
    assert spec.pop("data_sha256") != other.pop("data_sha256")
    assert_equal(spec, other)


def assert_equal(a, b):
    assert type(a) is type(b)
    if isinstance(a, dict):
        assert list(a) == list(b)
        for key in a:
            assert_equal(a[key], b[key])
    elif isinstance(a, torch.Tensor):
        assert torch.equal(a, b)
    else:
        assert a == b


def test_split_by_column_and_by_file(tmp_path, file):
    by_column = make_module(file)
    assert by_column.split.sha256 == SPLIT.sha256
    SPLIT.write(tmp_path / "split.json")
    by_file = PerturbationDataModule(path=file, split=SplitFile(str(tmp_path / "split.json")))
    assert by_file.split.sha256 == SPLIT.sha256


def test_a_spec_is_adopted_by_the_same_data_only(tmp_path, file):
    settings = {"covariates": ["batch"], "n_hvg": 20}
    spec = DataSpec.from_dict(make_module(file, **settings).spec.to_dict())
    again = make_module(file, **settings)
    again.adopt(spec)
    assert again.spec is spec
    assert again.screen.genes == spec.genes
    assert len(list(again.test_dataloader())) == 2
    for wrong, message in (
        ({"covariates": None}, "not those the checkpoint was trained on"),
        ({"library_key": "total"}, "library sizes come from 'obs column total'"),
        ({"min_cells": 41}, "none of 7"),
    ):
        with pytest.raises(UserError, match=message):
            make_module(file, **settings | wrong).adopt(spec)
    with pytest.raises(UserError, match="is not that of the checkpoint"):
        PerturbationDataModule(path=file, split=Single(test_fraction=0.3), **settings).adopt(spec)
    with pytest.raises(UserError, match=r"lack 20 of the checkpoint's 20 genes"):
        make_module().adopt(spec)


def test_a_spec_that_was_fitted_first_is_replaced(file):
    data = make_module(file)
    _ = data.spec, data.screen
    other = make_module(file, n_hvg=10).spec
    data.adopt(other)
    assert data.spec is other
    assert data.screen.genes == other.genes


def test_strict_refuses_targets_without_embedding(tmp_path, file):
    table = tmp_path / "emb.csv"
    table.write_text("gene,x,y\nA,1,0\nB,0,1\nC,1,1\ng5,1,2\n")
    data = make_module(file, embeddings=[str(table)])
    assert data.coverage["without_embedding"] == ["D"]
    assert any("1 of 4 target genes have no embedding" in line for line in data.reported)
    with pytest.raises(UserError, match="1 of 4 target genes have no embedding: D"):
        _ = make_module(file, embeddings=[str(table)], strict=True).spec
    with pytest.raises(UserError, match="4 of 4 target genes have no embedding"):
        _ = make_module(file, strict=True).spec


def test_relations_without_data(file):
    data = make_module(file)
    assert set(data.spec.modules.coverage) == {"covariation"}
    assert any("without the relation embedding, prior" in line for line in data.reported)
    with pytest.raises(UserError, match="there are no data for it"):
        _ = make_module(file, relations=["prior"]).spec
    with pytest.raises(UserError, match="use one or more of embedding, prior, covariation"):
        make_module(file, relations=["ppi"])


def test_small_strata_are_reported(file):
    lines = make_module(file, covariates=["batch"], cells_per_condition=64).reported
    assert any("rows of 64 cells repeat some of them" in line for line in lines)


@pytest.mark.parametrize("name", ["conditions_per_batch", "evaluation_cells", "max_controls"])
def test_sizes_are_positive(name):
    with pytest.raises(UserError, match=f"{name} is 0"):
        make_module(**{name: 0})


def test_a_missing_file():
    with pytest.raises(UserError, match=r"no data file at nowhere.h5ad"):
        _ = PerturbationDataModule(path="nowhere.h5ad").spec


@pytest.mark.real
@pytest.mark.parametrize(
    ("name", "settings", "sizes"),
    [
        (
            "norman2019_subset",
            {"layer": "counts", "library_key": "ncounts", "split": Additive()},
            (28, 1, 4),
        ),
        (
            "papalexi2021_subset",
            {"covariates": ["bio_rep"], "split": Single(test_fraction=0.3, replace=False)},
            (17, 1, 7),
        ),
        (
            "adamson2016_mini",
            {"scale": "log1p_cp10k", "split": SimulationSingle(), "clusterer": Leiden(8)},
            (6, 1, 3),
        ),
    ],
)
def test_the_real_panels(real_data, name, settings, sizes):
    priors = real_data / "priors"
    data = PerturbationDataModule(
        path=str(real_data / name / f"{name}.h5ad"),
        embeddings=[str(priors / "gene_emb_go_reactome_string_collectri_svd128.npz")],
        aliases=str(priors / "gene_alias.tsv.gz"),
        network=str(priors / "string_v12_human_noTextmining_700.tsv.gz"),
        gene_sets=str(priors / "c2.cp.reactome.v7.5.1.symbols.gmt"),
        stability_seeds=1,
        **settings,
    )
    split = data.split
    assert (len(split.train), len(split.val), len(split.test)) == sizes
    batch = next(iter(data.train_dataloader()))
    assert torch.isfinite(batch.control).all()
    assert (batch.perturbed >= 0).all()
    assert len(data.coverage["without_embedding"]) <= 1
    assert data.spec.gene_sets
    for trial in data.test_dataloader():
        assert len(trial.truth) >= 10
        assert len(trial.query.control) == min(256, len(data.screen.control_rows))


def test_a_split_that_tests_nothing_cannot_be_tested():
    data = make_module(split=NoTest())
    assert len(data.val_dataloader()) > 0
    with pytest.raises(UserError, match="scbig validate"):
        data.test_dataloader()
