from pathlib import Path
from typing import Any

import pytest

from matrix import Places, file_sha256, plan, read_matrix

MATRIX: dict[str, Any] = {
    "data": {
        "always": {"splits": ["rule"], "arguments": ["--seed_of_data=1{seed}"]},
        "panel": {
            "file": "{real}/panel.h5ad",
            "splits": ["rule"],
            "arguments": ["--path={file}", ["--data.embeddings=[{real}/prior.npz]"]],
        },
        "twin": {
            "file": "{drawn}/twin.h5ad",
            "make": "{python} {real}/../draw.py {file}",
            "splits": ["rule"],
            "arguments": ["--path={file}"],
        },
    },
    "splits": {"rule": ["--split.seed={seed}"]},
    "models": {"long": [], "short": [["--epochs=1"], "--config=conf/model/pca_flow.yaml"]},
    "profiles": {
        "all": {
            "data": ["always", "panel", "twin"],
            "seeds": [1, 2],
            "models": ["long", "short"],
            "minutes": 5,
        }
    },
}


@pytest.fixture
def places(tmp_path: Path) -> Places:
    file_sha256.cache_clear()
    (tmp_path / "real").mkdir()
    return Places(tmp_path / "out", tmp_path / "real")


def fill_panel(places: Places, content: str = "cells") -> None:
    (places.real / "panel.h5ad").write_text(content)
    (places.real / "prior.npz").write_text("prior")


def test_data_that_are_not_at_hand_are_named_and_left_out(places: Places) -> None:
    asked = plan(MATRIX, "all", places)
    assert {cell.data for cell in asked.cells} == {"always"} and len(asked.cells) == 4
    assert "prior.npz is not there" in asked.skipped["panel"]
    assert "drawn by draw.py" in asked.skipped["twin"]
    (places.real / "prior.npz").write_text("prior")
    assert "panel.h5ad is not there" in plan(MATRIX, "all", places).skipped["panel"]


def test_a_cell_has_the_arguments_of_data_split_and_model(places: Places) -> None:
    fill_panel(places)
    cell = next(c for c in plan(MATRIX, "all", places).cells if c.name.startswith("panel/"))
    assert cell.name == "panel/rule/seed_1/long"
    assert cell.folder == places.out / "cells" / "panel" / "rule" / "seed_1" / "long"
    assert cell.arguments == (
        f"--path={places.real}/panel.h5ad",
        f"--data.embeddings=[{places.real}/prior.npz]",
        "--split.seed=1",
    )
    assert cell.minutes == 5


def test_the_hash_is_of_contents_not_of_places(places: Places, tmp_path: Path) -> None:
    def hashes(at: Places) -> list[str]:
        return [c.sha256 for c in plan(MATRIX, "all", at, ["panel"]).cells]

    fill_panel(places)
    first = hashes(places)
    assert len(set(first)) == 4
    moved = Places(tmp_path / "elsewhere", tmp_path / "other")
    moved.real.mkdir()
    fill_panel(moved)
    assert hashes(moved) == first
    fill_panel(places, "other cells")
    file_sha256.cache_clear()
    assert not set(hashes(places)) & set(first)


@pytest.mark.parametrize(
    ("only", "names"),
    [
        (["always/2/short"], ["always/rule/seed_2/short"]),
        (["*/1/long"], ["always/rule/seed_1/long"]),
        (["alw*//short"], ["always/rule/seed_1/short", "always/rule/seed_2/short"]),
        (["nobody"], []),
    ],
)
def test_cells_can_be_picked(places: Places, only: list[str], names: list[str]) -> None:
    asked = plan(MATRIX, "all", places, only)
    assert [cell.name for cell in asked.cells] == names
    assert "--only" in plan(MATRIX, "all", places, ["always"]).skipped["panel"]


def test_data_are_drawn_once_and_never_left_by_half(places: Places) -> None:
    script = places.real.parent / "draw.py"
    script.write_text("import sys; open(sys.argv[1], 'w').write('drawn'); sys.exit(3)")
    assert "draw.py failed" in plan(MATRIX, "all", places).skipped["twin"]
    assert not (places.out / "data" / "twin.h5ad").exists()
    assert "not drawn yet" in plan(MATRIX, "all", places, make=False).skipped["twin"]
    script.write_text("import sys; open(sys.argv[1], 'w').write('drawn')")
    assert "twin" in {cell.data for cell in plan(MATRIX, "all", places).cells}
    script.write_text("raise SystemExit(3)")
    assert "twin" in {cell.data for cell in plan(MATRIX, "all", places).cells}


def test_every_profile_of_the_matrix_holds_together(places: Places) -> None:
    matrix = read_matrix()
    assert {"smoke", "real", "full", "ablation"} <= set(matrix["profiles"])
    for name, profile in matrix["profiles"].items():
        assert set(profile["data"]) <= set(matrix["data"])
        assert set(profile["models"]) <= set(matrix["models"])
        asked = plan(matrix, name, places)
        assert {*asked.skipped, *(cell.data for cell in asked.cells)} == set(profile["data"])
    for entry in matrix["data"].values():
        assert set(entry["splits"]) <= set(matrix["splits"])
    assert {cell.model for cell in plan(matrix, "smoke", places).cells} == {
        "scbig_short", "pca_flow_short"
    }  # fmt: skip
