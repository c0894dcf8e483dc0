"""What every model and baseline is asked, and what it answers."""

from dataclasses import dataclass, replace
from typing import Any, Protocol

import torch
from torch import Tensor

from scbig.effect_uncertainty import MeanUncertainty


@dataclass(frozen=True)
class Query:
    """One condition to predict, and the control cells to start from. It holds no truth.

    Attributes:
        condition: canonical name.
        control: source cells, (N, genes), log1p of counts per 10,000.
        covariates: level code of each covariate of each source cell, (N, covariates).
        control_mean: mean of *all* control cells of that screen, (genes,): the reference that the
            predicted effect is added to.
        seed: of the prediction's randomness; equal seeds give equal cells.
        library: library size of each source cell, (N,): x = log1p(1e4 count / library); ``None``
            where the data came normalised, without counts.
    """

    condition: str
    control: Tensor
    covariates: Tensor
    control_mean: Tensor
    seed: int
    library: Tensor | None = None

    def to(self, device: torch.device | str, **kwargs: Any) -> "Query":
        """The query on another device."""
        return replace(
            self,
            control=self.control.to(device, **kwargs),
            covariates=self.covariates.to(device, **kwargs),
            control_mean=self.control_mean.to(device, **kwargs),
            library=None if self.library is None else self.library.to(device, **kwargs),
        )


@dataclass(frozen=True)
class Prediction:
    """Answer to a ``Query``.

    Attributes:
        mean: predicted pseudobulk, (genes,).
        cells: predicted cells, one a source cell, (N, genes); ``None`` from a predictor of means.
        fallback: why the prediction is not the method's own; "" when it is.
        uncertainty: how far the measured mean will be from ``mean``; ``None`` where nothing is
            said.
        library: library size of each predicted cell, (N,); ``None`` where it is that of its source
            cell, or none is known.
    """

    mean: Tensor
    cells: Tensor | None
    fallback: str = ""
    uncertainty: MeanUncertainty | None = None
    library: Tensor | None = None

    @classmethod
    def of_cells(cls, cells: Tensor, fallback: str = "") -> "Prediction":
        """A prediction whose mean is that of its cells, summed in float64."""
        return cls(mean=cells.double().mean(0), cells=cells, fallback=fallback)


@dataclass(frozen=True)
class Trial:
    """A held-out condition: what is asked, and what only the scorer may see.

    Attributes:
        query: the question; its source cells are real control cells.
        truth: measured cells of the condition, (N_p, genes).
        control: real control cells that effects and tests are taken against, (N_c, genes); one
            tensor shared by the trials of a stratum.
    """

    query: Query
    truth: Tensor
    control: Tensor

    def to(self, device: torch.device | str, **kwargs: Any) -> "Trial":
        """The trial on another device."""
        return Trial(
            self.query.to(device, **kwargs),
            self.truth.to(device, **kwargs),
            self.control.to(device, **kwargs),
        )


class Predictor(Protocol):
    """A fitted model or baseline."""

    def predict(self, query: Query) -> Prediction:
        """Predicted cells (or mean) of ``query.condition``."""
        ...
