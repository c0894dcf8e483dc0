"""``TrialSet``: held-out conditions as questions with hidden answers."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import torch

from scbig.data.cell_matrix import mean_of
from scbig.data.screen import Screen
from scbig.data.training_effects import stratum_weights
from scbig.data_spec import DataSpec
from scbig.predictor import Query, Trial

Rows = npt.NDArray[np.int64]


class TrialSet:
    """One ``Trial`` a held-out condition; made when asked for, so that memory holds one at a time.

    Control cells of a trial have the covariate mix of its condition. Conditions of the same mix
    share source cells and reference cells, so that a difference between their predictions is the
    model's and not the sample's.

    Args:
        screen: in the genes of ``spec``.
        spec: of the training screen.
        conditions: canonical names to ask for.
        source_cells: control cells to predict from, at most.
        max_controls: control cells to measure effects against, at most.
        seed: of the choice of cells, and of the predictions.
    """

    def __init__(
        self,
        screen: Screen,
        spec: DataSpec,
        conditions: Sequence[str],
        *,
        source_cells: int,
        max_controls: int,
        seed: int,
    ) -> None:
        if screen.genes != spec.genes:
            raise ValueError("the screen is not in the genes of the spec")
        self._screen = screen
        self._spec = spec
        self.conditions = tuple(conditions)
        self.source_cells = source_cells
        self.max_controls = max_controls
        self.seed = seed
        self._shared: tuple[bytes, Query, torch.Tensor] | None = None
        self._stratum_means: dict[int, npt.NDArray[np.float64]] = {}

    def __len__(self) -> int:
        return len(self.conditions)

    def __iter__(self) -> Iterator[Trial]:
        return map(self.trial, self.conditions)

    @cached_property
    def _control_strata(self) -> list[Rows]:
        control = self._screen.control_rows
        of_cell = self._screen.stratum[control]
        return [control[of_cell == s] for s in range(len(self._screen.strata))]

    def trial(self, condition: str) -> Trial:
        """The trial of one condition."""
        code = int(self._screen.codes_of([condition])[0])
        asked, reference = self._controls(stratum_weights(self._screen)[code])
        truth = self._dense(self._screen.rows_of_code(code))
        return Trial(replace(asked, condition=condition), truth, reference)

    def _controls(self, mix: npt.NDArray[np.float64]) -> tuple[Query, torch.Tensor]:
        """What conditions of one mix share: a query but for its name, and the reference cells."""
        key = mix.tobytes()
        if self._shared is None or self._shared[0] != key:
            source = self._matched(mix, self.source_cells, 0)
            query = Query(
                condition="",
                control=self._dense(source),
                covariates=torch.from_numpy(self._screen.covariate_codes[source]),
                control_mean=torch.tensor(self._control_mean(mix)),
                seed=self.seed,
                library=self._library(source),
            )
            reference = self._dense(self._matched(mix, self.max_controls, 1))
            self._shared = key, query, reference
        return self._shared[1:]

    def _control_mean(self, mix: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        used = np.flatnonzero(mix)
        for s in set(used.tolist()) - set(self._stratum_means):
            self._stratum_means[s] = mean_of(self._screen.cells, self._control_strata[s])
        means = np.vstack([self._stratum_means[s] for s in used.tolist()])
        return np.asarray(mix[used] @ means, dtype=np.float64)

    def _matched(self, mix: npt.NDArray[np.float64], most: int, stream: int) -> Rows:
        """Rows of control cells in the proportions ``mix``, without replacement.

        As many as the scarcest stratum allows, but every stratum that the condition has gives at
        least one.
        """
        available = np.asarray([len(rows) for rows in self._control_strata])
        used = np.flatnonzero(mix)
        total = int(min(most, (available[used] / mix[used]).min() + 1e-9))
        exact = total * mix[used]
        numbers = np.floor(exact + 1e-9).astype(np.int64)
        # largest remainders make up the total
        rest = np.argsort(numbers - exact, kind="stable")[: total - int(numbers.sum())]
        numbers[rest] += 1
        numbers = np.clip(numbers, 1, available[used])
        rng = np.random.default_rng([self.seed, stream])
        drawn = [
            rng.permutation(self._control_strata[s])[:n] for s, n in zip(used, numbers, strict=True)
        ]
        return np.sort(np.concatenate(drawn))

    def _library(self, rows: Rows) -> torch.Tensor | None:
        sizes = self._screen.library_size
        return None if sizes is None else torch.from_numpy(sizes[rows])

    def _dense(self, rows: Rows) -> torch.Tensor:
        return torch.tensor(self._screen.cells[rows].toarray())
