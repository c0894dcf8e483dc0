import json
from pathlib import Path

import pytest

from command_line import Command


def test_modules_without_training(
    command: Command, screen_files: Path, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = place / "modules.json"
    assert command("modules", "--data.path", screen_files / "screen.h5ad", "--out", out,
                   "--embeddings", f"[{screen_files / 'embedding.npz'}]", "--stability_seeds", "2",
                   "--clusterer", "scbig.gene_modules.leiden.Leiden",
                   "--clusterer.n_modules", "4") == 0  # fmt: skip
    written = json.loads(out.read_text())
    assert sum(len(m) for m in written["modules"].values()) == 60
    assert written["report"]["n_modules"] == len(written["modules"])
    assert "stability" in capsys.readouterr().out
