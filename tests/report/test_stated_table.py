from pathlib import Path

import numpy as np
import pandas as pd
import torch
from scored_example import CONDITIONS, make_scored

from scbig.effect_uncertainty import MeanUncertainty
from scbig.evaluation import Evaluation
from scbig.metrics.stated_errors import COLUMNS
from scbig.predictor import Prediction, Query, Trial
from scbig.report.page import write_report
from scbig.report.stated_table import stated_section
from tiny_spec import make_tiny_spec


def scored_with_intervals(calibrated: int = len(CONDITIONS)) -> Evaluation:
    """Errors of one spread, and intervals of it; the first ``calibrated`` conditions say so."""
    spec = make_tiny_spec()
    rng = torch.Generator().manual_seed(1)
    base = torch.from_numpy(spec.effects.control).float() + 2.0
    control = base + 0.1 * torch.randn(60, len(base), generator=rng)
    evaluation = Evaluation(spec)
    for i, condition in enumerate(CONDITIONS):
        scale = 0.1 + 0.05 * i
        truth = control[:40] + 0.5 * torch.randn(len(base), generator=rng)
        mean = truth.double().mean(0) + scale * torch.randn(len(base), generator=rng)
        half = torch.tensor([[1.2816], [1.96]]) * scale
        said = MeanUncertainty(
            low=(mean - half).float(),
            high=(mean + half).float(),
            error=scale * len(base) ** 0.5,
            reliability=1 - scale,
            calibrated=i < calibrated,
            retrieval=torch.zeros(len(base)),
        )
        query = Query(condition, control[:50], torch.zeros(50, 0).long(), control.mean(0), i)
        trial = Trial(query, truth, control)
        evaluation.add("Model", trial, Prediction(mean, None, "", said))
        evaluation.add("no_change", trial, Prediction(control.mean(0), None))
    return evaluation


def test_the_section_says_what_the_table_does() -> None:
    table = scored_with_intervals().stated_errors()
    assert list(table) == COLUMNS and set(table["predictor"]) == {"Model"}
    section = stated_section(table, "Model")
    first = section["rows"][0]
    assert first["name"] == "all" and first["n"] == len(CONDITIONS)
    assert first["inside"][0][0] == f"{table['inside_80'].mean():.2f}"
    order = np.corrcoef(table["expected_error"].rank(), table["error"].rank())[0, 1]
    assert first["ranks"][0] == f"{order:.2f}"
    assert "set by hidden training conditions" in section["note"]


def test_what_is_not_calibrated_is_said() -> None:
    note = stated_section(scored_with_intervals(7).stated_errors(), "Model")["note"]
    assert note.startswith(f"{len(CONDITIONS) - 7} of {len(CONDITIONS)} conditions")


def test_it_is_on_the_page_of_who_states_intervals_alone(tmp_path: Path) -> None:
    write_report(tmp_path / "with.html", scored_with_intervals(), "Model")
    html = (tmp_path / "with.html").read_text()
    assert html.count("Does it know when it is wrong") == 2  # link and head
    assert 'href="#stated"' in html and '<h2 id="stated">' in html
    write_report(tmp_path / "without.html", make_scored(), "Model")
    assert "when it is wrong" not in (tmp_path / "without.html").read_text()


def test_one_subgroup_is_not_said_twice() -> None:
    table = scored_with_intervals().stated_errors().assign(subgroup="seen2")
    assert [row["name"] for row in stated_section(table, "Model")["rows"]] == ["all"]
    empty = pd.DataFrame(columns=COLUMNS)
    assert stated_section(empty, "Model") == {}
