"""``scbig evaluate``: predictions of any tool beside the baselines, with the metrics of a test."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Literal

from scbig.commands.prediction_options import PredictedFile
from scbig.commands.screen_file import ScreenFile


def evaluate_file(
    predicted: PredictedFile,
    truth: ScreenFile,
    split: str | None = None,
    run: str | None = None,
    ckpt_path: str | None = None,
    out: str | None = None,
    name: str = "predicted",
    side: Literal["test", "val"] = "test",
    genes: Literal["truth", "predicted"] = "truth",
    embeddings: list[str] | None = None,
    aliases: str | None = None,
    strict: bool = False,
    seed: int = 0,
    evaluation_cells: int = 256,
    max_controls: int = 2048,
    baselines: list[str] | None = None,
    replicate: bool = True,
    referee: bool = False,
) -> None:
    """Score predicted cells or pseudobulks of any tool, beside all baselines.

    Args:
        predicted: the predictions (``--predicted P.h5ad``), and how they are to be read.
        truth: the measured screen (``--truth T.h5ad``), and how it is to be read.
        split: split file; without it every predicted condition is tested and the others of the
            truth are training conditions.
        run: folder of a run of scbig on this truth, for its yardsticks, split and settings.
        ckpt_path: a checkpoint of such a run; the best of the run by default.
        out: folder to write to; evaluation/NAME by default.
        name: what the predictions are called in tables.
        side: which conditions of the split are scored.
        genes: score all genes of the truth, or those that are predicted.
        embeddings: files of target embeddings, for baselines that need them.
        aliases: table of gene aliases for them.
        strict: refuse predicted conditions that the truth does not have.
        seed: of drawn cells, halvings and resampling; a run says its own.
        evaluation_cells: control cells that baselines predict from; a run says its own.
        max_controls: control cells that effects are tested against; a run says its own.
        baselines: names of the baselines to score beside; all by default.
        replicate: whether the split-half replicate is scored beside.
        referee: let cell-eval score the same cells too, and write referee.csv.
    """
    from scbig.errors import UserError
    from scbig.file_evaluation import evaluate as score

    folder = Path(out) if out is not None else Path("evaluation") / name
    if (folder / "checkpoints").is_dir():
        raise UserError(f"--out {folder} is the folder of a run: choose another one")
    table = score(
        predicted.path,
        truth.path,
        split=split,
        run=run,
        ckpt_path=ckpt_path,
        name=name,
        out=folder,
        prediction_contract=predicted.contract,
        truth_contract=truth.contract,
        side=side,
        genes=genes,
        embeddings=embeddings,
        aliases=aliases,
        strict=strict,
        seed=seed,
        evaluation_cells=evaluation_cells,
        max_controls=max_controls,
        baselines=baselines,
        replicate=replicate,
        referee=referee,
    )
    for line in table.attrs["reported"]:
        print(line, file=sys.stderr)
    print(f"report: {folder / 'report.html'}")
