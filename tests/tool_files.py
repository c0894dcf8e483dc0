"""What other tools leave behind, in miniature: made from the small screen, in their layouts."""

import pickle
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import anndata as ad
import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy.sparse as sp

from scbig.data.schema import ScreenContract, read_screen
from scbig.data.screen import Screen
from small_screen import make_small_adata

TEST = ("A+B", "D")


def _screen() -> Screen:
    return read_screen(make_small_adata(), ScreenContract())


def _predicted(screen: Screen, cells: int = 30) -> dict[str, npt.NDArray[np.float32]]:
    """Control cells, a little moved."""
    rng = np.random.default_rng(0)
    control = screen.cells[screen.control_rows[:cells]].toarray()
    noise = {name: rng.normal(0, 0.05, control.shape) * (control > 0) for name in TEST}
    return {name: (control + by).clip(0).astype(np.float32) for name, by in noise.items()}


def _log_normalised(screen: Screen) -> ad.AnnData:
    names = np.asarray(screen.condition_names)[screen.condition]
    out = ad.AnnData(screen.cells, obs=pd.DataFrame({"condition": names}, index=screen.cell_names))
    out.var_names = list(screen.genes)
    return out


def gears(folder: Path) -> dict[str, Any]:
    """A dictionary of means by ``A_B``; a truth with ``A+ctrl`` and symbols in a var column."""
    screen = _screen()
    truth = _log_normalised(screen)
    single = {c: f"{c}+ctrl" for c in screen.conditions if "+" not in c} | {"control": "ctrl"}
    truth.obs["condition"] = truth.obs["condition"].replace(single)
    truth.var = pd.DataFrame(
        {"gene_name": list(screen.genes)}, index=[f"ENSG{i}" for i in range(len(screen.genes))]
    )
    truth.write_h5ad(folder / "perturb_processed.h5ad")
    means = {name: cells.mean(0) for name, cells in _predicted(screen).items()}

    def predict(asked: list[list[str]]) -> dict[str, npt.NDArray[np.float32]]:
        out = {"_".join(genes): means["+".join(genes)].copy() for genes in asked}
        out["A_B"][-1] = -0.01  # a regressor does not know where expression ends
        return out

    return {"model": SimpleNamespace(predict=predict, gene_list=list(screen.genes))}


def cpa(folder: Path) -> dict[str, Any]:
    """Expected counts in ``obsm``, of control cells under the label of each cell."""
    adata = make_small_adata()
    adata.layers["counts"] = adata.X.copy()
    adata.write_h5ad(folder / "trained_on.h5ad")
    control = adata.X[(adata.obs["condition"] == "control").to_numpy()].toarray()
    rng = np.random.default_rng(0)
    rows = control[rng.integers(len(control), size=adata.n_obs)]
    adata.obsm["CPA_pred"] = (rows * rng.uniform(0.9, 1.1, rows.shape)).astype(np.float32)
    adata.obs["split"] = np.where(adata.obs["condition"].isin(TEST), "ood", "train")
    return {"adata": adata}


def cellflow(folder: Path) -> dict[str, Any]:
    """A dictionary of cells on centred principal components."""
    screen = _screen()
    train = _log_normalised(screen)
    train.write_h5ad(folder / "train_and_test.h5ad")
    values = screen.cells.toarray().astype(np.float64)
    mean = values.mean(0)
    axes = np.linalg.svd(values - mean, full_matrices=False)[2][:20]
    train.varm["X_mean"], train.varm["PCs"] = mean[:, None], axes.T
    predicted = {name: (cells - mean) @ axes.T for name, cells in _predicted(screen).items()}
    return {"train": train, "predicted": predicted}


def state(folder: Path) -> dict[str, Any]:
    """Cells without gene names, predicted controls among them; the names in a pickle."""
    screen = _screen()
    truth = _log_normalised(screen)
    truth.obs["gene"] = truth.obs.pop("condition").replace({"control": "non-targeting"})
    truth.obs["cell_type"] = np.where(np.arange(truth.n_obs) % 2 == 0, "K562", "RPE1")
    truth.write_h5ad(folder / "screen.h5ad")
    blocks = _predicted(screen)
    labels = [name for name, block in blocks.items() for _ in block]
    wrong = 0.5 * screen.cells[screen.control_rows[:10]].toarray()
    cells = ad.AnnData(np.vstack([*blocks.values(), wrong]))
    cells.obs = pd.DataFrame({"gene": labels + ["non-targeting"] * 10}, index=cells.obs_names)
    cells.obs["cell_type"] = np.where(np.arange(cells.n_obs) % 2 == 0, "K562", "RPE1")
    (folder / "eval_final.ckpt").mkdir()
    cells.write_h5ad(folder / "eval_final.ckpt" / "adata_pred.h5ad")
    (folder / "var_dims.pkl").write_bytes(pickle.dumps({"gene_names": list(screen.genes)}))
    return {}


def plain(folder: Path) -> dict[str, Any]:
    """The files of the first example."""
    import json

    make_small_adata().write_h5ad(folder / "T.h5ad")
    screen = _screen()
    blocks = _predicted(screen)
    cells = ad.AnnData(sp.csr_matrix(np.vstack(list(blocks.values()))))
    cells.obs = pd.DataFrame(
        {"condition": [n for n, b in blocks.items() for _ in b]}, index=cells.obs_names
    )
    cells.var_names = list(screen.genes)
    cells.write_h5ad(folder / "P.h5ad")
    train = [c for c in screen.conditions if c not in TEST]
    (folder / "S.json").write_text(json.dumps({"train": train, "test": list(TEST)}))
    return {}


#: By the headings of docs/evaluate.md.
TOOLS: dict[str, Callable[[Path], dict[str, Any]]] = {
    "Scoring predictions of any tool": plain,
    "GEARS": gears,
    "CPA": cpa,
    "CellFlow": cellflow,
    "State": state,
}
