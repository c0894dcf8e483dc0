"""``PerturbationDataModule``: from a file to batches, held-out trials and a ``DataSpec``."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any, Literal

from lightning import LightningDataModule

from scbig.conditions import target_genes
from scbig.data.adoption import refuse_other_data
from scbig.data.expression_reader import Scale
from scbig.data.fit_spec import fit_spec
from scbig.data.highly_variable import highly_variable, training_rows
from scbig.data.packed.packed_screen import MAX_MEMORY_GB
from scbig.data.pair_loader import PairLoader
from scbig.data.provenance import fitted_on
from scbig.data.schema import ScreenContract, read_screen
from scbig.data.screen import Screen
from scbig.data.screen_description import advice_to_pack, coverage_of, describe_screen
from scbig.data.splits.simulation import Simulation
from scbig.data.splits.split_rule import SplitRule
from scbig.data.synthetic import SyntheticScreen, make_synthetic
from scbig.data.synthetic_settings import SyntheticSettings
from scbig.data.training_effects import training_effects
from scbig.data.trial_set import TrialSet
from scbig.data_spec import DataSpec
from scbig.errors import UserError, listed
from scbig.gene_modules.clusterer import Clusterer
from scbig.gene_modules.leiden import Leiden
from scbig.gene_modules.screen_graph import RELATIONS, check_relations
from scbig.priors.knowledge import PriorKnowledge, read_prior_knowledge
from scbig.screen_knowledge import planted_knowledge, refuse_other_cells, unembedded_targets
from scbig.screen_modules import screen_modules
from scbig.split import Split


class PerturbationDataModule(LightningDataModule):
    """A perturbation screen, its split, its priors, and what is fitted on its training cells.

    Without ``path`` it is the embedded synthetic screen, which brings its own priors. Everything
    is read and fitted when first asked for; what was noticed on the way is in ``reported``.

    Args:
        path: screen as ``.h5ad`` or ``.zarr``, or packed (``scbig data pack``); the synthetic
            screen when not given.
        synthetic: settings of the synthetic screen.
        condition_key: obs column with the condition of each cell.
        label_style: how targets are joined: ``plus`` (``A+B``, ``A+ctrl``) or ``underscore``.
        control_label: a further label that means control, beside control, ctrl, non-targeting.
        gene_key: var column with the gene names; its index by default.
        layer: layer with the expression; X by default.
        scale: ``counts`` (raw) or ``log1p_cp10k``; verified.
        library_key: obs column with the total counts of each cell, if the file has a part of the
            genes.
        covariates: obs columns whose levels control and perturbed cells are matched by.
        context: covariate, such as the cell line, in each level of which a perturbation is a
            condition of its own (``A@K562``), to be split and scored apart.
        min_cells: conditions with fewer cells are left out.
        n_hvg: highly variable genes to keep, chosen on training cells; all by default.
        split: which conditions are trained on, validated on and tested; ``Simulation`` by default.
        embeddings: files of target embeddings (npz, csv, tsv, parquet, h5ad).
        aliases: table of gene aliases, for names that differ between screen and priors.
        network: edge list of a gene network.
        gene_sets: gene sets (GMT).
        relations: which relations gene modules are made from, of embedding, prior, covariation;
            those without data are left out and reported.
        clusterer: makes the gene modules; ``Leiden`` by default.
        stability_seeds: seeds over which the stability of modules is measured.
        strict: refuse targets without embedding instead of reporting them.
        conditions_per_batch: conditions in a batch, on each device.
        cells_per_condition: cells of each condition in a batch, and as many control cells.
        batches_per_epoch: batches in an epoch.
        seed: of modules and of everything drawn.
        evaluation_cells: control cells that a held-out condition is predicted from, at most.
        max_controls: control cells that effects are measured against in evaluation, at most.
        max_memory_gb: a packed screen whose expression takes more memory than this, in 10^9 bytes,
            is read from disk; a larger file that is not packed is reported.
    """

    def __init__(
        self,
        path: str | None = None,
        synthetic: SyntheticSettings | None = None,
        condition_key: str = "condition",
        label_style: Literal["plus", "underscore"] = "plus",
        control_label: str | None = None,
        gene_key: str | None = None,
        layer: str | None = None,
        scale: Scale = "counts",
        library_key: str | None = None,
        covariates: list[str] | None = None,
        context: str | None = None,
        min_cells: int = 10,
        n_hvg: int | None = None,
        split: SplitRule | None = None,
        embeddings: list[str] | None = None,
        aliases: str | None = None,
        network: str | None = None,
        gene_sets: str | None = None,
        relations: list[str] | None = None,
        clusterer: Clusterer | None = None,
        stability_seeds: int = 3,
        strict: bool = False,
        conditions_per_batch: int = 8,
        cells_per_condition: int = 64,
        batches_per_epoch: int = 100,
        seed: int = 0,
        evaluation_cells: int = 256,
        max_controls: int = 2048,
        max_memory_gb: float = MAX_MEMORY_GB,
    ) -> None:
        super().__init__()
        sizes = {
            "conditions_per_batch": conditions_per_batch,
            "cells_per_condition": cells_per_condition,
            "batches_per_epoch": batches_per_epoch,
            "evaluation_cells": evaluation_cells,
            "max_controls": max_controls,
        }
        small = [f"{name} is {value}" for name, value in sizes.items() if value < 1]
        if small:
            raise UserError(f"{listed(small)}: give a number of at least 1")
        self.path = path
        self.synthetic = synthetic or SyntheticSettings()
        self.n_hvg = n_hvg
        self.split_rule = split or Simulation()
        self.contract = ScreenContract(
            condition_key=condition_key,
            label_style=label_style,
            control_label=control_label,
            gene_key=gene_key,
            layer=layer,
            scale=scale,
            library_key=library_key,
            covariates=tuple(covariates or ()),
            context=context,
            min_cells=min_cells,
            annotations=self.split_rule.columns,
        )
        self.embeddings = list(embeddings or [])
        self.aliases = aliases
        self.network = network
        self.gene_sets = gene_sets
        self.relations = list(RELATIONS if relations is None else relations)
        check_relations(self.relations)
        self.clusterer = clusterer or Leiden()
        self.stability_seeds = stability_seeds
        self.strict = strict
        self.conditions_per_batch = conditions_per_batch
        self.cells_per_condition = cells_per_condition
        self.batches_per_epoch = batches_per_epoch
        self.seed = seed
        self.evaluation_cells = evaluation_cells
        self.max_controls = max_controls
        self.max_memory_gb = max_memory_gb
        self._noticed: list[str] = []
        self._adopted: DataSpec | None = None

    # -- what is fitted ------------------------------------------------------------------------

    @cached_property
    def spec(self) -> DataSpec:
        """What a model must know: adopted from a checkpoint, or fitted on training cells."""
        return self._adopted if self._adopted is not None else self._fit()

    def adopt(self, spec: DataSpec) -> None:
        """Use the spec of a checkpoint instead of fitting one; the data must be those it came from.

        Raises:
            UserError: genes, unit, cells or split are not those of the spec.
        """
        refuse_other_data(spec, self.full_screen, self.split)
        self._adopted = spec
        self.__dict__.pop("spec", None)
        self.__dict__.pop("screen", None)

    def _fit(self) -> DataSpec:
        screen, split = self._selected, self.split
        known = self._knowledge(screen.genes)
        effects = training_effects(screen, split, known.targets)
        modules, graph = screen_modules(
            screen,
            training_rows(screen, split),
            effects,
            known,
            self.relations,
            self.clusterer,
            self.seed,
            self.stability_seeds,
        )
        absent = [name for name in self.relations if name not in graph.coverage]
        if absent:
            self._noticed.append(
                f"gene modules are made without the relation {listed(absent)}: no data for it"
            )
        return fit_spec(screen, split, effects, modules, known.gene_sets, self.seed)

    # -- what is read --------------------------------------------------------------------------

    @cached_property
    def _synthetic_screen(self) -> SyntheticScreen:
        return make_synthetic(self.synthetic)

    @cached_property
    def full_screen(self) -> Screen:
        """The screen with all genes of the file."""
        source = self._synthetic_screen.adata if self.path is None else self.path
        return read_screen(source, self.contract, self.max_memory_gb)

    @cached_property
    def split(self) -> Split:
        """Which conditions are trained on, validated on and tested."""
        labels = {c: self.full_screen.label_by_condition(c) for c in self.contract.annotations}
        return self.split_rule.split(self.full_screen.conditions, labels)

    @cached_property
    def _selected(self) -> Screen:
        if self.n_hvg is None:
            return self.full_screen
        return self.full_screen.with_genes(
            highly_variable(self.full_screen, self.split, self.n_hvg)
        )

    @cached_property
    def screen(self) -> Screen:
        """The screen in the genes of the spec."""
        return self.full_screen.with_genes(self.spec.genes)

    # -- priors --------------------------------------------------------------------------------

    @property
    def _targets(self) -> list[str]:
        return target_genes(self.full_screen.conditions)

    def _knowledge(self, genes: Sequence[str]) -> PriorKnowledge:
        screen, split = self.full_screen, self.split
        refuse_other_cells(self.embeddings, lambda: fitted_on(screen, training_rows(screen, split)))
        files = (self.embeddings, self.aliases, self.network, self.gene_sets)
        if self.path is not None or any(files):
            known = read_prior_knowledge(genes, self._targets, *files)
        else:
            known = planted_knowledge(self._synthetic_screen, genes)
        without = unembedded_targets(known.targets, self._targets, self.strict)
        self._noticed += [*known.reported, *without]
        return known

    # -- what is said --------------------------------------------------------------------------

    @property
    def reported(self) -> list[str]:
        """What was noticed, left out or replaced, with numbers; one line each."""
        described = describe_screen(
            self.full_screen, self.spec, self.split, self.cells_per_condition
        )
        read = [*self.full_screen.reported, *advice_to_pack(self.full_screen, self.max_memory_gb)]
        return [*described[:2], *read, *self._noticed, *described[2:]]

    @property
    def coverage(self) -> dict[str, Any]:
        """How much of the targets and genes each prior source knows; plain values."""
        return coverage_of(self.spec, self._targets)

    # -- what a trainer asks -------------------------------------------------------------------

    def setup(self, stage: str) -> None:
        """Read and fit."""
        _ = self.spec

    def train_dataloader(self) -> PairLoader:
        """Batches of control and perturbed cells, of this rank."""
        trainer = self.trainer
        return PairLoader(
            self.screen,
            self.spec,
            conditions_per_batch=self.conditions_per_batch,
            cells_per_condition=self.cells_per_condition,
            batches_per_epoch=self.batches_per_epoch,
            seed=self.seed,
            rank=0 if trainer is None else trainer.global_rank,
            world_size=1 if trainer is None else trainer.world_size,
        )

    def val_dataloader(self) -> TrialSet:
        """Trials of the validation conditions."""
        return self.trials("val")

    def test_dataloader(self) -> TrialSet:
        """Trials of the test conditions.

        Raises:
            UserError: the split tests nothing.
        """
        if not self.split.test:
            raise UserError(
                f"split {self.split.name!r} has no test condition: score its validation side with "
                "scbig validate, or choose another split"
            )
        return self.trials("test")

    def trials(self, side: Literal["train", "val", "test"]) -> TrialSet:
        """Trials of one side of the split."""
        conditions: Sequence[str] = getattr(self.split, side)
        return TrialSet(
            self.screen,
            self.spec,
            conditions,
            source_cells=self.evaluation_cells,
            max_controls=self.max_controls,
            seed=self.seed,
        )
