import subprocess
import sys
from pathlib import Path

import anndata
import numpy as np

from large_screen import Sizes, write_screen
from scbig.data.schema import ScreenContract, read_screen

ROOT = Path(__file__).parents[2]


def test_the_screen_is_one(tmp_path, monkeypatch):
    monkeypatch.setattr("large_screen.BLOCK", 300)
    density = write_screen(tmp_path / "s.h5ad", Sizes(1000, 200, 12, counts=30))
    adata = anndata.read_h5ad(tmp_path / "s.h5ad")
    assert adata.shape == (1000, 200)
    assert adata.X.nnz == round(density * adata.shape[0] * adata.shape[1])
    screen = read_screen(tmp_path / "s.h5ad", ScreenContract(covariates=("batch",)))
    assert len(screen.conditions) == 12 and len(screen.strata) == 2
    assert abs(np.asarray(adata.X.sum(1)).mean() - 30) < 1.5


def test_it_packs_and_trains_in_small(tmp_path):
    words = (
        "--cells",
        1500,
        "--genes",
        120,
        "--conditions",
        10,
        "--steps",
        8,
        "--turns",
        1,
        "--conditions_per_batch",
        4,
        "--cells_per_condition",
        8,
        "--folder",
        tmp_path / "l",
    )
    made = subprocess.run(
        [sys.executable, ROOT / "benchmarks" / "large_screen.py", *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stdout + made.stderr
    for word in ("made 1500 x 120", "pack", "fit disk", "go on memory", "disk / memory:"):
        assert word in made.stdout
    assert not (tmp_path / "l").exists()
