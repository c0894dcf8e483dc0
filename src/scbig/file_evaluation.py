"""``evaluate``: predictions of any tool, in a file, to the scores of ``scbig test``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from scbig.baselines.standard import standard_baselines
from scbig.baselines.unchanged_cells import UnchangedCells
from scbig.cell_eval_referee import describe_referee, referee_table, require_cell_eval
from scbig.data.audit.audit import audit_summary
from scbig.data.packed.packed_screen import as_packed
from scbig.data.prediction_checks import check_predictions
from scbig.data.prediction_file import PredictionContract, PredictionFile
from scbig.data.schema import ScreenContract
from scbig.data.split_lists import read_split_lists
from scbig.data.split_rules import rule_described
from scbig.data.splits.split_file import SplitFile
from scbig.data.splits.split_rule import SplitRule
from scbig.data_spec import DataSpec
from scbig.errors import UserError, listed
from scbig.evaluation import CEILINGS, TRIVIAL
from scbig.evaluation_files import score_trials, write_evaluation
from scbig.predictor import Predictor
from scbig.split import Split
from scbig.truth_data import GivenSplit, PredictedAreTested, RunOrigin, TruthData

if TYPE_CHECKING:
    from anndata import AnnData


def evaluate(
    predicted: AnnData | str | Path,
    truth: AnnData | str | Path,
    *,
    split: str | Path | None = None,
    run: str | Path | None = None,
    ckpt_path: str | Path | None = None,
    name: str = "predicted",
    out: str | Path | None = None,
    prediction_contract: PredictionContract | None = None,
    truth_contract: ScreenContract | None = None,
    side: Literal["test", "val"] = "test",
    genes: Literal["truth", "predicted"] = "truth",
    embeddings: Sequence[str] | None = None,
    aliases: str | None = None,
    strict: bool = False,
    seed: int = 0,
    evaluation_cells: int = 256,
    max_controls: int = 2048,
    baselines: Sequence[str] | None = None,
    replicate: bool = True,
    referee: bool = False,
) -> pd.DataFrame:
    """Score predicted cells or pseudobulks of any tool beside all baselines and the replicate.

    Trials, metrics and files are those of ``scbig test``; only the predictions come from a file.
    Yardsticks that need other perturbations (their mean, principal axes, weights of genes) and the
    baselines are those of a run's checkpoint, or are fitted on the training conditions of the
    split, never on what is scored.

    Args:
        predicted: cells with their condition in obs; one row a condition is a pseudobulk. All its
            cells of a condition are used.
        truth: the screen, with real control cells.
        split: split file; without it, and without a run, every predicted condition is tested and
            all others of the truth are training conditions.
        run: folder of a run of scbig on this truth: its spec, split and way of reading the truth.
        ckpt_path: a checkpoint of such a run; the best of ``run`` by default.
        name: what the predictions are called in tables.
        out: folder to write metrics.json, metrics_per_condition.csv and report.html to; the score
            table is then printed.
        prediction_contract: how ``predicted`` is to be read.
        truth_contract: how ``truth`` is to be read.
        side: which conditions of the split are scored.
        genes: score all genes of the truth, which the predictions must have, or those that are
            predicted; a run always says its own.
        embeddings: files of target embeddings, for baselines that need them, without a run.
        aliases: table of gene aliases for them.
        strict: refuse predicted conditions that the truth does not have, instead of reporting them.
        seed: of drawn cells, halvings and resampling; a run says its own.
        evaluation_cells: control cells that baselines predict from, at most; a run says its own.
        max_controls: control cells that effects are tested against, at most; a run says its own.
        baselines: names of the baselines to score beside; all by default.
        replicate: whether the split-half replicate is scored beside.
        referee: let cell-eval (``pip install 'scbig[referee]'``) score the same cells; what agrees
            is in ``attrs["reported"]``, the numbers in referee.csv of ``out``.

    Returns:
        The tidy scores of ``Evaluation.per_condition``; ``attrs["reported"]`` holds what was
        noticed, one line each.

    Raises:
        UserError: predictions that cannot be scored as what they are given as; nothing is written.
    """
    _refuse_same_file(predicted, truth)
    if referee:
        require_cell_eval()
    origin = RunOrigin.of(run, ckpt_path) if run is not None or ckpt_path is not None else None
    given = truth_contract or ScreenContract()
    contract = given if origin is None else origin.contract_with(given)
    contract = as_packed(truth, contract)
    file = PredictionFile(predicted, prediction_contract or PredictionContract(), contract.context)
    settings: dict[str, Any] = {
        "seed": seed,
        "evaluation_cells": evaluation_cells,
        "max_controls": max_controls,
        "embeddings": list(embeddings or []),
        "aliases": aliases,
        "stability_seeds": 1,
    }
    data = TruthData(
        truth,
        contract,
        _rule(split, origin, file),
        file.genes if genes == "predicted" and origin is None else None,
        **settings | (origin.sampling if origin else {}),
    )
    if origin is not None:
        data.adopt(origin.spec)
    conditions: tuple[str, ...] = getattr(data.split, side)
    if not conditions:
        raise UserError(f"the split {data.split.name!r} has no {side} condition to score")
    reported = _not_scored(file, data, conditions, strict)
    # refusals come before anything is fitted
    screen = data.scored_screen
    cells = file.read(screen.genes, conditions)
    check_predictions(file.name, cells, conditions, screen)
    spec = data.spec
    reported += [*data.reported, *cells.reported]

    beside = _baselines(spec, baselines)
    if name in {*beside, *CEILINGS}:
        raise UserError(f"{name!r} is scored beside the predictions: choose another name for them")
    if not data.split.train:
        reported.append(
            "the truth has no training condition: baselines and metrics that need other "
            "perturbations than the scored ones are left out or NaN"
        )
    seed = seed if origin is None else origin.seed
    predictors: dict[str, Predictor] = {name: cells, **beside}
    evaluation = score_trials(spec, data.trials(side), predictors, seed=seed, replicate=replicate)
    table = evaluation.per_condition()
    judged = None
    if referee:
        own = table[table["predictor"] == name]
        controls = data.screen.cells[data.screen.control_rows]
        judged = referee_table(spec, data.trials(side), cells, own, controls, seed)
        reported.append(describe_referee(judged))
    table.attrs["reported"] = reported
    if out is not None:
        card = {
            "predictions": file.name,
            "truth": data.source_name,
            "run": str(run or ckpt_path or ""),
            "data_sha256": spec.data_sha256,
            "split": data.split.name,
            "split_sha256": data.split.sha256,
            "genes": spec.n_genes,
            "reported": reported,
        }
        validation = _validation(data, beside, seed) if side == "test" else None
        word = "test" if side == "test" else "validation"
        write_evaluation(
            Path(out),
            evaluation,
            model=name,
            side=word,
            card=card,
            validation=validation,
            audit=_audit(data, split, origin),
        )
        if judged is not None:
            judged.to_csv(Path(out) / "referee.csv", index=False)
    return table


def _validation(data: TruthData, beside: Mapping[str, Predictor], seed: int) -> pd.DataFrame | None:
    """Scores by which the best trivial baseline is chosen, as ``scbig test`` does."""
    trivial = {name: beside[name] for name in TRIVIAL if name in beside}
    if not (data.split.val and trivial):
        return None
    scored = score_trials(data.spec, data.trials("val"), trivial, seed=seed, replicate=False)
    return scored.per_condition()


def _audit(
    data: TruthData, split: str | Path | None, origin: RunOrigin | None
) -> dict[str, Any] | None:
    """What the audit finds of the split; there is nothing to leak without training conditions."""
    if not data.split.train:
        return None
    rule = None if origin is None else origin.rule
    if split is not None:
        rule = rule_described(read_split_lists(Path(split)).get("rule"))
    return audit_summary(data.full_screen, data.split, data.spec, rule)


def _baselines(spec: DataSpec, asked: Sequence[str] | None) -> dict[str, Predictor]:
    # without training conditions there is nothing to fit
    known: dict[str, Predictor] = {"no_change": UnchangedCells()}
    if spec.split.train:
        known = standard_baselines(spec)
    unknown = sorted(set(asked or ()) - set(known))
    if unknown:
        raise UserError(f"no baseline {listed(unknown)}: there are {listed(sorted(known), 30)}")
    return known if asked is None else {name: known[name] for name in known if name in asked}


def _rule(split: str | Path | None, origin: RunOrigin | None, file: PredictionFile) -> SplitRule:
    if origin is None:
        return SplitFile(str(split)) if split is not None else PredictedAreTested(file.conditions)
    if split is not None and Split.read(Path(split)).sha256 != origin.spec.split.sha256:
        raise UserError(
            f"{split} is not the split of the run ({origin.spec.split.name!r}, seed "
            f"{origin.spec.split.seed}): leave --split out, or leave the run out"
        )
    return GivenSplit(origin.spec.split)


def _not_scored(
    file: PredictionFile, data: TruthData, conditions: Sequence[str], strict: bool
) -> list[str]:
    """Lines on predicted conditions that are not scored."""
    known = frozenset(data.full_screen.conditions)
    foreign = [c for c in file.conditions if c not in known]
    if foreign and strict:
        raise UserError(
            f"{file.name} has {len(foreign)} conditions that the truth does not have: "
            f"{listed(foreign, 20)}; remove them, or drop strict"
        )
    lines = []
    if foreign:
        lines.append(
            f"{len(foreign)} predicted conditions are not in the truth and are ignored: "
            f"{listed(foreign, 20)}"
        )
    other = [c for c in file.conditions if c in known and c not in set(conditions)]
    if other:
        lines.append(
            f"{len(other)} predicted conditions are not scored, the split does not test them: "
            f"{listed(other, 20)}"
        )
    return lines


def _refuse_same_file(predicted: AnnData | str | Path, truth: AnnData | str | Path) -> None:
    paths = [Path(s).resolve() for s in (predicted, truth) if isinstance(s, str | Path)]
    if predicted is truth or (len(paths) == 2 and paths[0] == paths[1]):
        raise UserError(
            f"predictions and truth are the same file ({paths[0] if paths else 'in memory'}): "
            "give the predictions of a tool"
        )
