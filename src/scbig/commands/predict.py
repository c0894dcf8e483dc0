"""``scbig predict``: cells of unmeasured perturbations, from the control cells of a file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from scbig.commands.screen_file import ScreenFile

if TYPE_CHECKING:
    from anndata import AnnData


def predict(
    ckpt_path: str,
    data: ScreenFile,
    perturbations: str,
    out: str,
    n_cells: int | None = None,
    seed: int = 0,
    missing_genes: Literal["error", "training_mean"] = "error",
    strict: bool = False,
    device: str = "cpu",
    trusted: list[str] | None = None,
) -> None:
    """Predict cells of perturbations, starting from the control cells of a file.

    Where the model says how far off it will be, that is in the file too, and several conditions are
    listed by reliability.

    Args:
        ckpt_path: a checkpoint; it is self-contained.
        data: the file whose control cells are the start, and how to read it.
        perturbations: comma-separated conditions such as "KLF1,CEBPA+KLF1", or @FILE with one a
            line.
        out: AnnData file to write.
        n_cells: source cells a condition, drawn with the seed; all control cells by default.
        seed: of that choice.
        missing_genes: refuse a file that lacks genes of the model, or use the control mean of the
            training data for them, which is reported.
        strict: refuse targets without embedding instead of reporting them.
        device: where to compute, such as cpu or cuda.
        trusted: packages beside scbig whose components the checkpoint may name.
    """
    from scbig.component import TRUSTED
    from scbig.inference import load
    from scbig.predicted_cells import refuse_unknown

    target = Path(out)
    _check_output(target)
    conditions = _asked(perturbations)
    loaded = load(ckpt_path, (*TRUSTED, *(trusted or [])))
    if strict:
        refuse_unknown(loaded.spec, conditions)
    loaded.model.to(device)
    predicted = loaded.predict(
        data.path, conditions, n_cells, seed, missing_genes, contract=data.contract
    )
    part = target.with_name(f".{target.name}.part")
    predicted.write_h5ad(part)
    part.replace(target)
    for line in predicted.uns["scbig"]["reported"]:
        print(line, file=sys.stderr)
    print(f"{'target':<14}{'embedding':<11}{'in training':<13}nearest trained (cosine)")
    for name, known in predicted.uns["scbig"]["targets"].items():
        nearest = (
            f"{known['nearest_trained']} ({known['similarity']:.2f})"
            if known["nearest_trained"]
            else "none: the prediction is the mean effect"
        )
        trained = (
            "single" if known["single_in_training"] else "pair" if known["in_training"] else ""
        )
        print(
            f"{name:<14}{'yes' if known['embedding'] else 'NO':<11}{trained or 'no':<13}{nearest}"
        )
    _print_ranked(predicted)
    print(f"{predicted.n_obs} cells of {len(conditions)} conditions: {target}")


def _print_ranked(predicted: AnnData) -> None:
    """Conditions by reliability, if several were asked for and the model says so of them."""
    from scbig.data.stated_intervals import CALIBRATED, ERROR, RELIABILITY

    if RELIABILITY not in predicted.obs:
        return
    first = predicted.obs.drop_duplicates("condition")
    if len(first) < 2:
        return
    width = max(14, *(len(str(c)) + 2 for c in first["condition"]))
    print(f"{'condition':<{width}}{'reliability':>11}{'expected error':>16}  intervals")
    for row in first.sort_values(RELIABILITY, ascending=False, kind="stable").to_dict("records"):
        kind = "calibrated" if row[CALIBRATED] else "not calibrated"
        print(f"{row['condition']:<{width}}{row[RELIABILITY]:>11.2f}{row[ERROR]:>16.3g}  {kind}")


def _asked(text: str) -> list[str]:
    from scbig.conditions import canonical, parse_conditions
    from scbig.errors import UserError

    if not text.startswith("@"):
        return parse_conditions(text)
    file = Path(text[1:])
    if not file.is_file():
        raise UserError(f"no file with perturbations at {file}")
    lines = [line.strip() for line in file.read_text().splitlines()]
    asked = [canonical(line) for line in lines if line and not line.startswith("#")]
    if not asked:
        raise UserError(f"{file} names no perturbation: write one a line")
    return list(dict.fromkeys(asked))


def _check_output(target: Path) -> None:
    from scbig.errors import UserError

    if target.suffix != ".h5ad":
        raise UserError(f"--out {target} must end in .h5ad")
    if not target.parent.is_dir():
        raise UserError(f"--out {target}: the folder {target.parent} does not exist")
