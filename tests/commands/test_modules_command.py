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


def test_overlapping_modules(
    command: Command, screen_files: Path, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = place / "modules.json"
    assert command("modules", "--data.path", screen_files / "screen.h5ad", "--out", out,
                   "--stability_seeds", "2",
                   "--clusterer", "scbig.gene_modules.soft_modules.SoftModules",
                   "--clusterer.n_modules", "4") == 0  # fmt: skip
    written = json.loads(out.read_text())
    shares: dict[str, float] = {}
    for members in written["modules"].values():
        for gene, share in members.items():
            shares[gene] = shares.get(gene, 0.0) + share
    assert sorted(shares) == sorted(written["genes"])
    assert list(shares.values()) == pytest.approx([1.0] * 60)
    assert sum(len(m) for m in written["modules"].values()) > 60
    assert written["report"]["shared"] > 0
    assert "% in several" in capsys.readouterr().out
