import numpy as np
import pytest

from scbig.data.schema import ScreenContract, read_screen
from scbig.data.splits.few_shot import FewShot
from scbig.data.synthetic import SyntheticScreen, make_synthetic
from scbig.data.synthetic_settings import SyntheticSettings
from scbig.datamodule import PerturbationDataModule

SMALL = {
    "n_genes": 120, "n_programs": 6, "n_targets": 30, "n_pairs": 4, "cells_per_condition": 20,
    "n_controls": 200,
}  # fmt: skip


@pytest.fixture(scope="module")
def screen() -> SyntheticScreen:
    return make_synthetic(SyntheticSettings(**SMALL, n_cell_lines=3, line_similarity=0.6))


def _apart(effect: np.ndarray) -> np.ndarray:
    """What sets each condition apart, one row of unit length a condition."""
    own = effect[1:] - effect[1:].mean(0)
    return own / np.linalg.norm(own, axis=1, keepdims=True)


def test_the_first_line_is_the_screen_of_one_line(screen: SyntheticScreen) -> None:
    alone = make_synthetic(SyntheticSettings(**SMALL))
    first = screen.adata[screen.adata.obs["cell_line"] == "line_1"]
    assert (first.X != alone.adata.X).nnz == 0
    assert first.obs["condition"].tolist() == alone.adata.obs["condition"].tolist()
    np.testing.assert_array_equal(screen.truth.mean, alone.truth.mean)
    assert "cell_line" not in alone.adata.obs


def test_every_line_has_every_condition_and_its_own_controls(screen: SyntheticScreen) -> None:
    assert screen.adata.obs_names.is_unique
    sizes = screen.adata.obs.groupby("cell_line", observed=True)["condition"].value_counts()
    for line in ("line_1", "line_2", "line_3"):
        assert sizes[line, "control"] == 200
        assert set(sizes[line]) == {20, 200}


def test_effects_are_alike_across_lines_as_much_as_asked() -> None:
    found = {}
    for r in (0.0, 0.6, 1.0):
        settings = SyntheticSettings(
            **{**SMALL, "n_targets": 60}, n_cell_lines=2, line_similarity=r
        )
        first, second = (_apart(t.effect) for t in make_synthetic(settings).truths)
        found[r] = float((first * second).sum(1).mean())
    # own genes are alike in any case, base levels differ in any case
    assert found[0.0] < 0.3 < found[0.6] < 0.8 < found[1.0]


def test_a_line_is_split_and_measured_apart(screen: SyntheticScreen) -> None:
    contract = ScreenContract(covariates=("batch",), context="cell_line")
    read = read_screen(screen.adata, contract)
    assert len(read.conditions) == 3 * 34
    data = PerturbationDataModule(
        synthetic=screen.settings,
        covariates=["batch"],
        context="cell_line",
        split=FewShot("line_2"),
        stability_seeds=1,
    )
    assert all(name.endswith("@line_2") for name in (*data.split.test, *data.split.val))
    effects = data.spec.effects
    truth = {
        f"{name}@line_{i + 1}": row
        for i, planted in enumerate(screen.truths)
        for name, row in zip(planted.conditions[1:], planted.effect[1:], strict=True)
    }
    planted = np.array([truth[name] for name in effects.conditions])
    assert np.corrcoef(effects.delta.ravel(), planted.ravel())[0, 1] > 0.85
