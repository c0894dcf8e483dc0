from pathlib import Path

import numpy as np
import pytest

from count_transport import SCREENS, interval, table_of
from scbig.data.schema import read_screen
from scbig.target_embedding import TargetEmbedding


@pytest.mark.real
def test_transport_beats_the_shift_on_real_cells_of_norman(real_data: Path) -> None:
    """Given the same shrunken mean; energy distance in genes and on axes, variance of strong genes.

    Intervals over the 33 conditions exclude 0.
    """
    name = "norman2019_subset"
    screen = read_screen(real_data / name / f"{name}.h5ad", SCREENS[name])
    table = table_of(screen, TargetEmbedding.empty(), seed=0)
    table = table[table["mean"] == "shrunken"]
    wide = table.pivot_table(index=["metric", "condition"], columns="method", values="value")
    difference = wide["count_transport"] - wide["shift"]
    for metric in ("energy_genes", "energy_axes", "log_variance_error"):
        _, high = interval(difference[metric].to_numpy(), np.random.default_rng(0))
        assert high < 0, metric
    # shrinking the measured mean brings it nearer to that of the other half
    error = wide.loc["mean_error"].mean()
    assert error["shift"] < error["other_half"]
