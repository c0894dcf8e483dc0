import os
from pathlib import Path

import pytest
import torch

from scbig.data_spec import DataSpec
from tiny_spec import make_tiny_spec

torch.set_num_threads(1)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Folder of the real panels; without it a test skips, unless the panels are required."""
    root = Path(__file__).parents[1]
    folder = Path(os.environ.get("SCBIG_REAL_DATA", root / ".." / "shared" / "data")).resolve()
    if not (folder / "norman2019_subset").is_dir():
        if os.environ.get("SCBIG_REQUIRE_REAL_DATA"):
            pytest.fail(f"the real panels are required and {folder} does not hold them")
        pytest.skip(f"no real panels at {folder}: set SCBIG_REAL_DATA to their folder")
    return folder


@pytest.fixture
def tiny_spec() -> DataSpec:
    """A small hand-made ``DataSpec``."""
    return make_tiny_spec()
