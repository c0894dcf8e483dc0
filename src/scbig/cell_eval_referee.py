"""cell-eval as a referee: the field's own scorer on the same cells and the same tests of genes.

Optional: ``pip install 'scbig[referee]'``. Where a definition of cell-eval is also one of ours the
numbers must agree; where they do not, the table says why.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import io
import math
import tempfile
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import scipy.sparse as sp
import torch

from scbig.conditions import CONTROL
from scbig.data_spec import DataSpec
from scbig.errors import UserError
from scbig.metrics.comparison import Comparison
from scbig.metrics.gene_changes import GeneChanges
from scbig.metrics.referee import Referee
from scbig.predictor import Prediction, Predictor, Trial

if TYPE_CHECKING:
    from anndata import AnnData

#: Largest difference that is rounding: cell-eval keeps tests of genes in float32.
TOLERANCE = 1e-6
#: Means of cells that are closer than this to the stated mean are it.
SAME_MEAN = 1e-9
#: Column that names the condition, for cell-eval.
TARGET = "target"


@dataclass(frozen=True)
class SharedDefinition:
    """A metric of cell-eval that one of ours also defines.

    Attributes:
        ours: name of our metric.
        differs: where the two definitions part; "" when they never do.
        by_control: whether the value depends on which control cells are subtracted.
    """

    ours: str
    differs: str = ""
    by_control: bool = False


_ORDER = "ties: cell-eval sorts distances and takes the first of equal ones"
_CALLED = "the order of genes with equal |log2 fold change| in float32"

#: By the name of cell-eval.
SHARED = {
    "pearson_delta": SharedDefinition("pearson_delta", by_control=True),
    "mse": SharedDefinition("mse"),
    "mae": SharedDefinition("mae"),
    "mse_delta": SharedDefinition("mse"),
    "mae_delta": SharedDefinition("mae"),
    "discrimination_score_l1": SharedDefinition("cell_eval_discrimination_l1", _ORDER, True),
    "discrimination_score_l2": SharedDefinition("cell_eval_discrimination_l2", _ORDER, True),
    "discrimination_score_cosine": SharedDefinition(
        "cell_eval_discrimination_cosine", _ORDER, True
    ),
    "overlap_at_N": SharedDefinition("de_overlap", _CALLED),
    "precision_at_N": SharedDefinition("de_precision", _CALLED),
    "de_direction_match": SharedDefinition(
        "de_direction_match", "two fold changes of 0 match for cell-eval and are a miss for us"
    ),
    "de_spearman_lfc_sig": SharedDefinition(
        "de_spearman_lfc", "fold changes that are equal in float32"
    ),
    "pr_auc": SharedDefinition("de_auprc", "false discovery rates that are equal in float32"),
}


def require_cell_eval() -> None:
    """Say how to get cell-eval when it is not there.

    Raises:
        UserError: it is not installed.
    """
    if importlib.util.find_spec("cell_eval") is None:
        raise UserError(
            "the referee is cell-eval, which is not installed: pip install 'scbig[referee]', or "
            "leave --referee out"
        )


def referee_table(
    spec: DataSpec,
    trials: Iterable[Trial],
    predictor: Predictor,
    own: pd.DataFrame,
    controls: sp.csr_matrix,
    seed: int = 0,
) -> pd.DataFrame:
    """Scores of cell-eval beside ours.

    cell-eval is given the measured and the predicted cells, the same control cells on both sides,
    and the tests of genes that our own scores come from.

    Args:
        spec: of the evaluation.
        trials: the scored ones.
        predictor: the scored one.
        own: its rows of ``Evaluation.per_condition``.
        controls: all control cells of the truth, (cells, genes).
        seed: of the evaluation.

    Returns:
        condition, metric (cell-eval's name), our_metric, ours, theirs, agree, why (not).
    """
    require_cell_eval()
    referee = Referee(spec, seed)
    sides: dict[str, list[tuple[str, Any]]] = {"real": [], "pred": []}
    tests: dict[str, list[pd.DataFrame]] = {"real": [], "pred": []}
    matched = False
    common = np.asarray(controls.astype(np.float64).mean(0)).ravel()
    for trial in trials:
        condition, answer = trial.query.condition, predictor.predict(trial.query)
        comparison = Comparison(referee.truth(trial), referee.predicted(answer))
        sides["real"].append((condition, trial.truth))
        sides["pred"].append((condition, _rows(answer)))
        gap = np.abs(trial.query.control_mean.numpy() - common).max()
        matched |= bool(gap > TOLERANCE)
        for side, changes in (("real", comparison.truth.changes), ("pred", comparison.changes)):
            if changes is not None:
                tests[side].append(_test_table(condition, spec.genes, changes))
    complete = all(len(tables) == len(sides["real"]) for tables in tests.values())
    theirs = _run(
        {side: _with_controls(rows, controls, spec.genes) for side, rows in sides.items()},
        {side: pd.concat(tables) for side, tables in tests.items()} if complete else None,
    )
    return _compared(own, theirs, matched)


def _rows(answer: Prediction) -> torch.Tensor:
    """The predicted cells; the mean alone where it was stated apart from them, as it is scored."""
    mean = answer.mean.cpu().double().clamp_min(0.0)
    if answer.cells is None:
        return mean[None]
    cells = answer.cells.cpu().double()
    return cells if bool((cells.mean(0) - mean).abs().max() <= SAME_MEAN) else mean[None]


def _test_table(condition: str, genes: tuple[str, ...], changes: GeneChanges) -> pd.DataFrame:
    return pd.DataFrame(
        {
            TARGET: condition,
            "feature": genes,
            "log2_fold_change": changes.log2_fold_change.numpy(),
            "p_value": changes.p.numpy(),
            "fdr": changes.fdr.numpy(),
        }
    )


def _with_controls(
    rows: list[tuple[str, torch.Tensor]], controls: sp.csr_matrix, genes: tuple[str, ...]
) -> AnnData:
    from anndata import AnnData

    blocks = [cells.double().cpu().numpy() for _, cells in rows]
    labels = [[condition] * len(block) for (condition, _), block in zip(rows, blocks, strict=True)]
    names = [CONTROL] * controls.shape[0] + [name for each in labels for name in each]
    obs = pd.DataFrame({TARGET: names}, index=[str(i) for i in range(len(names))])
    values = np.vstack([controls.toarray().astype(np.float64), *blocks])
    return AnnData(values, obs=obs, var=pd.DataFrame(index=pd.Index(genes)))


def _run(sides: dict[str, AnnData], tests: dict[str, pd.DataFrame] | None) -> pd.DataFrame:
    # it logs, warns and draws progress bars; what it computes is read from its results
    with (
        contextlib.redirect_stderr(io.StringIO()),
        warnings.catch_warnings(),
        tempfile.TemporaryDirectory() as folder,
    ):
        warnings.simplefilter("ignore")
        evaluator: Any = importlib.import_module("cell_eval").MetricsEvaluator
        registry: Any = importlib.import_module("cell_eval.metrics").metrics_registry
        judge = evaluator(
            sides["pred"],
            sides["real"],
            de_pred=None if tests is None else tests["pred"],
            de_real=None if tests is None else tests["real"],
            control_pert=CONTROL,
            pert_col=TARGET,
            num_threads=1,
            outdir=f"{folder}/new",
            skip_de=tests is None,
        )
        unasked = [name for name in registry.list_metrics() if name not in SHARED]
        results, _ = judge.compute(skip_metrics=unasked, write_csv=False, break_on_error=True)
        columns = {name: results[name].to_list() for name in results.columns}
    return pd.DataFrame(columns).rename(columns={"perturbation": "condition"})


def _compared(own: pd.DataFrame, theirs: pd.DataFrame, matched: bool) -> pd.DataFrame:
    ours = own.set_index(["metric", "condition"])["value"].to_dict()
    rows = []
    for name, shared in SHARED.items():
        if name not in theirs:
            continue
        for condition, value in zip(theirs["condition"], theirs[name], strict=True):
            mine = float(ours.get((shared.ours, condition), math.nan))
            other = math.nan if value is None else float(value)
            agree = (math.isnan(mine) and math.isnan(other)) or abs(mine - other) <= TOLERANCE
            why = "" if agree else _why(shared, mine, other, matched)
            rows.append((condition, name, shared.ours, mine, other, agree, why))
    columns = ["condition", "metric", "our_metric", "ours", "theirs", "agree", "why"]
    table = pd.DataFrame(rows, columns=columns)
    return table.sort_values(["metric", "condition"], ignore_index=True)


def _why(shared: SharedDefinition, ours: float, theirs: float, matched: bool) -> str:
    if math.isnan(ours):
        return "undefined here (too few changed genes), a number for cell-eval"
    if math.isnan(theirs):
        return "undefined for cell-eval, a number here"
    if matched and shared.by_control:
        return "controls have the covariates of each condition here; cell-eval pools all of them"
    return shared.differs or "unexplained"


def describe_referee(table: pd.DataFrame) -> str:
    """One line on a ``referee_table``: how much agrees, and why the rest does not."""
    from importlib.metadata import version

    apart = table[~table["agree"]]
    told = "; ".join(
        f"{len(rows)} values of {rows['metric'].nunique()} metrics: {why}"
        for why, rows in apart.groupby("why")
    )
    agreed = f"{int(table['agree'].sum())} of {len(table)} values of {table['metric'].nunique()}"
    line = f"referee: cell-eval {version('cell-eval')} agrees in {agreed} metrics to {TOLERANCE:g}"
    return f"{line}; not in {told}" if told else line
