"""Bad predictors pass, other quantities do not: on small cells, and on the real panels."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import scipy.sparse as sp

from scbig.data.prediction_checks import (
    check_predictions,
    condition_means,
    refuse_other_genes,
    refuse_other_unit,
)
from scbig.data.prediction_file import PredictedCells
from scbig.data.schema import ScreenContract, read_screen
from scbig.data.screen import Screen
from scbig.errors import UserError
from small_screen import make_small_screen

Matrix = npt.NDArray[np.float64]

#: Panels of cells, and how they are read.
PANELS = {
    "norman2019_subset": ScreenContract(layer="counts", library_key="ncounts"),
    "adamson2016_mini": ScreenContract(layer="counts"),
    "papalexi2021_subset": ScreenContract(),
}
#: Predictors that are bad but predict expression: of true means and control mean.
HONEST: dict[str, Callable[[Matrix, Matrix], Matrix]] = {
    "truth": lambda x, c: x,
    "no change": lambda x, c: np.tile(c, (len(x), 1)),
    "training mean": lambda x, c: np.tile(x.mean(0), (len(x), 1)),
    "effects turned round": lambda x, c: c - (x - c),
    "turned round and doubled": lambda x, c: c - 2 * (x - c),
    "doubled": lambda x, c: c + 2 * (x - c),
    "halved": lambda x, c: c + 0.5 * (x - c),
    "of other conditions": lambda x, c: np.roll(x, 1, axis=0),
    "noisy": lambda x, c: x * np.random.default_rng(0).lognormal(0, 0.5, x.shape),
}
OTHER_GENES: dict[str, Callable[[Matrix, Matrix], Matrix]] = {
    "permuted names": lambda x, c: x[:, np.random.default_rng(0).permutation(len(c))],
    "one column off": lambda x, c: np.roll(x, 1, axis=1),
    "sorted values": lambda x, c: np.sort(x, axis=1),
    "one value for all": lambda x, c: np.full_like(x, c.mean()),
}
OTHER_UNITS: dict[str, Callable[[Matrix, Matrix], Matrix]] = {
    "log2": lambda x, c: x / np.log(2),
    "log10": lambda x, c: x / np.log(10),
    "counts per million": lambda x, c: np.log1p(100 * np.expm1(x)),
    "no logarithm": lambda x, c: np.expm1(x),
    "thousands": lambda x, c: np.log1p(np.expm1(x) / 10),
}


@pytest.fixture(scope="module", params=PANELS)
def panel(request: pytest.FixtureRequest, real_data: Path) -> tuple[Matrix, Matrix]:
    """Means of conditions and of controls."""
    name = request.param
    screen = read_screen(real_data / name / f"{name}.h5ad", PANELS[name])
    cells = screen.cells[screen.control_rows]
    return condition_means(screen), np.asarray(cells.mean(0, dtype=np.float64)).ravel()


def profile_of(panel: tuple[Matrix, Matrix], make: Callable[[Matrix, Matrix], Matrix]) -> Matrix:
    predicted: Matrix = np.clip(make(*panel), 0, None).mean(0)
    return predicted


@pytest.mark.real
@pytest.mark.parametrize("kind", HONEST)
def test_honest_predictors_pass_on_real_panels(panel: tuple[Matrix, Matrix], kind: str) -> None:
    means, control = panel
    profile = profile_of(panel, HONEST[kind])
    refuse_other_genes("P", profile, means, control)
    refuse_other_unit("P", profile, control)


@pytest.mark.real
@pytest.mark.parametrize("kind", OTHER_GENES)
def test_other_genes_are_refused_on_real_panels(panel: tuple[Matrix, Matrix], kind: str) -> None:
    with pytest.raises(UserError, match="does not fit its gene names"):
        refuse_other_genes("P", profile_of(panel, OTHER_GENES[kind]), *panel)


@pytest.mark.real
def test_no_permutation_passes_on_real_panels(panel: tuple[Matrix, Matrix]) -> None:
    rng = np.random.default_rng(1)
    profile = panel[0].mean(0)
    for _ in range(300):
        with pytest.raises(UserError, match="does not fit its gene names"):
            refuse_other_genes("P", rng.permutation(profile), *panel)


@pytest.mark.real
@pytest.mark.parametrize("kind", OTHER_UNITS)
def test_other_units_are_refused_on_real_panels(panel: tuple[Matrix, Matrix], kind: str) -> None:
    with pytest.raises(UserError, match="another unit"):
        refuse_other_unit("P", profile_of(panel, OTHER_UNITS[kind]), panel[1])


@pytest.mark.real
def test_effects_are_refused_on_real_panels(panel: tuple[Matrix, Matrix]) -> None:
    means, control = panel
    for effects in (np.abs(means - control), np.clip(means - control, 0, None)):
        with pytest.raises(UserError, match="another unit"):
            refuse_other_unit("P", effects.mean(0), control)


def predictions(
    screen: Screen, cells: npt.NDArray[np.float64], conditions: list[str], each: int
) -> PredictedCells:
    rows = {c: np.arange(i * each, (i + 1) * each) for i, c in enumerate(conditions)}
    empty = sp.csr_matrix((0, len(screen.genes)), dtype=np.float32)
    matrix = sp.csr_matrix(cells.astype(np.float32))
    return PredictedCells(matrix, rows, {}, {}, empty, ())


def test_resampled_training_cells_are_fair() -> None:
    """Cells of control or of other conditions are a baseline, cells of the scored ones a leak."""
    screen = make_small_screen()
    for source in ("control", "A"):
        rows = np.flatnonzero(screen.condition == screen.condition_names.index(source))[:20]
        cells = np.tile(screen.cells[rows].toarray(), (2, 1))
        check_predictions("P", predictions(screen, cells, ["B", "C"], 20), ["B", "C"], screen)
    leaked = screen.cells[screen.rows_of(["C"])[:20]].toarray()
    both = predictions(screen, np.vstack([cells[:20], leaked]), ["B", "C"], 20)
    with pytest.raises(UserError, match="measured cells of test conditions"):
        check_predictions("P", both, ["B", "C"], screen)


def test_shuffled_copies_are_found() -> None:
    """Values shuffled within genes are no longer cells, but their mean is the measured one."""
    screen = make_small_screen()
    rng = np.random.default_rng(0)
    cells = rng.permuted(screen.cells[screen.rows_of(["C"])].toarray(), axis=0)
    with pytest.raises(UserError, match="or their means are"):
        check_predictions("P", predictions(screen, cells, ["C"], len(cells)), ["C"], screen)
