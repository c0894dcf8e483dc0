"""``TruthData``: the measured side of an evaluation of predictions that came as a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from scbig.checkpoint import read_checkpoint
from scbig.data.prediction_file import about
from scbig.data.schema import ScreenContract, read_screen
from scbig.data.screen import Screen
from scbig.data.split_rules import rule_described
from scbig.data.splits.split_rule import Labels, SplitRule
from scbig.data_spec import DataSpec
from scbig.datamodule import PerturbationDataModule
from scbig.errors import UserError, listed
from scbig.split import Split

if TYPE_CHECKING:
    from anndata import AnnData


class TruthData(PerturbationDataModule):
    """A truth in memory or in a file, in all genes or in those that were predicted.

    Args:
        source: the truth.
        contract: how it is to be read.
        split: which conditions are scored, and which the yardsticks are fitted on.
        genes: genes to score; those of the truth by default.
        settings: further settings of the data module.
    """

    def __init__(
        self,
        source: AnnData | str | Path,
        contract: ScreenContract,
        split: SplitRule,
        genes: Sequence[str] | None = None,
        **settings: Any,
    ) -> None:
        self.source_name = str(source) if isinstance(source, str | Path) else "the truth"
        read = {f.name: getattr(contract, f.name) for f in fields(contract)}
        read.pop("annotations")
        super().__init__(path=self.source_name, split=split, **{**read, **settings})
        self._source = source
        self._genes = genes

    @cached_property
    def full_screen(self) -> Screen:
        """The truth with all genes of the file."""
        with about(self.source_name):
            return read_screen(self._source, self.contract, self.max_memory_gb)

    @property
    def scored_screen(self) -> Screen:
        """The truth in the genes that are scored; nothing is fitted for it."""
        return self._selected if self._adopted is None else self.screen

    @cached_property
    def _selected(self) -> Screen:
        if self._genes is None:
            return super()._selected
        asked = frozenset(self._genes)
        shared = [gene for gene in self.full_screen.genes if gene in asked]
        if not shared:
            raise UserError(
                f"{self.source_name} and the predictions share no gene: "
                f"{listed(self.full_screen.genes)} and {listed(self._genes)}; "
                "use the same kind of gene names (gene_key)"
            )
        return self.full_screen.with_genes(shared)


class GivenSplit(SplitRule):
    """The split of a checkpoint, as it is."""

    def __init__(self, split: Split) -> None:
        self.given = split

    def split(self, conditions: Sequence[str], labels: Labels | None = None) -> Split:
        """The given split."""
        return self.given


class PredictedAreTested(SplitRule):
    """Every condition that was predicted is tested; all others are training conditions."""

    def __init__(self, predicted: Sequence[str]) -> None:
        self.predicted = tuple(predicted)

    def split(self, conditions: Sequence[str], labels: Labels | None = None) -> Split:
        """Split of ``conditions``."""
        test = tuple(sorted(set(self.predicted) & set(conditions)))
        if not test:
            raise UserError(
                f"none of the {len(self.predicted)} predicted conditions "
                f"({listed(self.predicted)}) is among the {len(conditions)} of the truth "
                f"({listed(conditions)}): check "
                "condition_key, label_style and min_cells"
            )
        return Split("predicted", 0, tuple(sorted(set(conditions) - set(test))), (), test)


@dataclass(frozen=True)
class RunOrigin:
    """What of a run an evaluation beside it must share to give the same numbers.

    Attributes:
        spec: of its checkpoint.
        contract: how its data were read.
        sampling: settings that choose cells: seed, evaluation_cells, max_controls.
        seed: of halvings and resampling.
        card: what the run says of itself.
        rule: that made its split, if it can be built.
    """

    spec: DataSpec
    contract: ScreenContract
    sampling: dict[str, int]
    seed: int
    card: dict[str, Any]
    rule: SplitRule | None

    @classmethod
    def of(cls, run: str | Path | None, ckpt_path: str | Path | None) -> RunOrigin:
        """Read a run folder, or the checkpoint and the run folder that it lies in.

        Raises:
            UserError: there is no such run, checkpoint or configuration.
        """
        folder = Path(run) if run is not None else Path(str(ckpt_path)).parent.parent
        if run is not None and not (folder / "checkpoints").is_dir():
            raise UserError(f"{folder} is not a run folder: it has no checkpoints")
        kept = [folder / "checkpoints" / f"{name}.ckpt" for name in ("best", "last")]
        file = Path(ckpt_path) if ckpt_path is not None else next(
            (path for path in kept if path.is_file()), kept[0]
        )  # fmt: skip
        spec = DataSpec.from_dict(read_checkpoint(file)["scbig"]["spec"])
        config = folder / "config.yaml"
        if not config.is_file():
            raise UserError(
                f"no {config}, which says how the run read its data: give --run with the run's "
                "folder, or --split with its split.json"
            )
        written = yaml.safe_load(config.read_text(encoding="utf-8"))
        data = written.get("data") or {}
        known = {f.name for f in fields(ScreenContract)} - {"annotations"}
        read = {k: v for k, v in data.items() if k in known and v is not None}
        if "covariates" in read:
            read["covariates"] = tuple(read["covariates"])
        sampling = ("seed", "evaluation_cells", "max_controls")
        card = folder / "card.json"
        return cls(
            spec=spec,
            contract=ScreenContract(**read),
            sampling={k: int(data[k]) for k in sampling if k in data},
            seed=int((written.get("evaluate") or {}).get("seed", 0)),
            card=yaml.safe_load(card.read_text(encoding="utf-8")) if card.is_file() else {},
            rule=rule_described(data.get("split")),
        )

    def contract_with(self, given: ScreenContract) -> ScreenContract:
        """The run's contract, but for what ``given`` says other than the defaults."""
        plain = ScreenContract()
        said = {f.name: getattr(given, f.name) for f in fields(given)}
        said = {k: v for k, v in said.items() if v != getattr(plain, k)}
        return replace(self.contract, **said)
