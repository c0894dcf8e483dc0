"""``DataSpec``: everything a model must know of its training data, and all a checkpoint carries."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from scbig.effects import Effects
from scbig.expression import NORMALISED
from scbig.module_membership import ModuleMembership
from scbig.split import Split
from scbig.target_embedding import TargetEmbedding


@dataclass(frozen=True)
class DataSpec:
    """Plain, serialisable description of a training screen; fitted on training cells only.

    Attributes:
        genes: measured genes that the model sees, in order.
        scale: unit of the expression values (``log1p_cp10k``).
        library: what a cell's counts were divided by (``genes of the file`` or an obs column).
        covariates: levels of each covariate, by name; may be empty.
        context: the covariate that conditions are named by (``A@K562``); "" when there is none.
        modules: gene modules.
        effects: mean effects of training conditions, with the target embeddings.
        gene_mean, gene_sd: moments over training cells, (genes,).
        axes: leading principal axes of training cells after centring, orthonormal, (axes, genes).
        strata: covariate combinations, one a row of ``control_mean``; codes into ``covariates``.
        control_mean: control pseudobulk of each stratum, (strata, genes).
        perturbed_cells: training cells drawn with equal weight a condition, (<= 512, genes).
        perturbed_mean, perturbed_variance: moments over all perturbed training cells, (genes,).
        covariances: covariance of cells on the leading axes, within strata: of control, then of
            each row of ``effects``, (conditions + 1, axes, axes).
        spread: variance of the cells of a training condition, mean over conditions, by that of
            control cells, (genes,); 1 where there is none.
        library_shifts: mean log library size of each row of ``effects`` less that of its controls,
            (conditions,); 0 without counts.
        gene_sets: prior gene sets (pathways), restricted to measured genes; may be empty.
        split: the split the screen was trained under.
        data_sha256: hash of the expression values and labels.
        n_controls: control cells of the training screen.
        fitted_on: hash of the perturbed cells all this was fitted on; "" when not recorded.
        versions: package versions at the time.
    """

    genes: tuple[str, ...]
    scale: str
    library: str
    covariates: dict[str, tuple[str, ...]]
    context: str
    modules: ModuleMembership
    effects: Effects
    gene_mean: npt.NDArray[np.float32]
    gene_sd: npt.NDArray[np.float32]
    axes: npt.NDArray[np.float32]
    strata: npt.NDArray[np.int64]
    control_mean: npt.NDArray[np.float32]
    perturbed_cells: npt.NDArray[np.float32]
    perturbed_mean: npt.NDArray[np.float32]
    perturbed_variance: npt.NDArray[np.float32]
    covariances: npt.NDArray[np.float32]
    spread: npt.NDArray[np.float32]
    library_shifts: npt.NDArray[np.float64]
    gene_sets: dict[str, tuple[str, ...]]
    split: Split
    data_sha256: str
    versions: dict[str, str]
    n_controls: int
    fitted_on: str = ""

    @property
    def n_genes(self) -> int:
        """Number of measured genes."""
        return len(self.genes)

    @property
    def has_counts(self) -> bool:
        """Whether the training data came as counts, so that library sizes are known."""
        return self.library != NORMALISED

    @property
    def targets(self) -> TargetEmbedding:
        """Embeddings of target genes."""
        return self.effects.targets

    @cached_property
    def gene_column(self) -> dict[str, int]:
        """Column of each measured gene."""
        return {gene: i for i, gene in enumerate(self.genes)}

    def to_dict(self) -> dict[str, Any]:
        """Only str, numbers, lists, dicts and tensors: loads with ``weights_only=True``."""
        return {
            "genes": list(self.genes),
            "scale": self.scale,
            "library": self.library,
            "covariates": {name: list(levels) for name, levels in self.covariates.items()},
            "context": self.context,
            "modules": self.modules.to_dict(),
            "targets": self.targets.to_dict(),
            "effects": self.effects.to_dict(),
            **{name: torch.from_numpy(getattr(self, name)) for name in _ARRAYS},
            "gene_sets": {name: list(members) for name, members in self.gene_sets.items()},
            "split": self.split.to_dict(),
            "data_sha256": self.data_sha256,
            "versions": dict(self.versions),
            "n_controls": self.n_controls,
            "fitted_on": self.fitted_on,
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "DataSpec":
        """Inverse of ``to_dict``."""
        genes = tuple(values["genes"])
        targets = TargetEmbedding.from_dict(values["targets"])
        return cls(
            genes=genes,
            scale=values["scale"],
            library=values["library"],
            covariates={name: tuple(levels) for name, levels in values["covariates"].items()},
            context=values["context"],
            modules=ModuleMembership.from_dict(values["modules"]),
            effects=Effects.from_dict(values["effects"], genes, targets),
            **{name: values[name].numpy() for name in _ARRAYS},
            gene_sets={name: tuple(members) for name, members in values["gene_sets"].items()},
            split=Split.from_dict(values["split"]),
            data_sha256=values["data_sha256"],
            versions=dict(values["versions"]),
            n_controls=int(values["n_controls"]),
            fitted_on=str(values.get("fitted_on", "")),
        )


_ARRAYS = (
    "gene_mean",
    "gene_sd",
    "axes",
    "strata",
    "control_mean",
    "perturbed_cells",
    "perturbed_mean",
    "perturbed_variance",
    "covariances",
    "spread",
    "library_shifts",
)
