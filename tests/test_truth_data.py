import json
from pathlib import Path

import pytest

from scbig.data.schema import ScreenContract
from scbig.errors import UserError
from scbig.truth_data import PredictedAreTested, RunOrigin, TruthData
from small_screen import CONDITIONS, make_small_adata
from tiny_spec import make_tiny_spec


def test_what_was_predicted_is_tested() -> None:
    split = PredictedAreTested(["D", "A+B", "Z"]).split(CONDITIONS[1:])
    assert split.test == ("A+B", "D")
    assert set(split.train) == set(CONDITIONS[1:]) - {"A+B", "D"}
    with pytest.raises(UserError, match="none of the 1 predicted conditions"):
        PredictedAreTested(["Z"]).split(CONDITIONS[1:])


def test_a_truth_in_some_genes() -> None:
    adata = make_small_adata()
    data = TruthData(adata, ScreenContract(), PredictedAreTested(["D"]), genes=["g5", "A", "none"])
    assert data.scored_screen.genes == ("A", "g5")
    # counts are divided by the total over all genes of the file
    assert data.scored_screen.counts is not None
    whole = TruthData(adata, ScreenContract(), PredictedAreTested(["D"]))
    columns = [whole.scored_screen.genes.index(g) for g in ("A", "g5")]
    assert (data.scored_screen.cells != whole.scored_screen.cells[:, columns]).nnz == 0
    with pytest.raises(UserError, match="share no gene"):
        _ = TruthData(
            adata, ScreenContract(), PredictedAreTested(["D"]), genes=["none"]
        ).scored_screen


def test_a_run_says_how_its_data_were_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = {"scbig": {"spec": make_tiny_spec().to_dict()}}
    monkeypatch.setattr("scbig.truth_data.read_checkpoint", lambda path: kept)
    with pytest.raises(UserError, match="not a run folder"):
        RunOrigin.of(tmp_path / "absent", None)
    run = tmp_path / "run"
    (run / "checkpoints").mkdir(parents=True)
    with pytest.raises(UserError, match=r"no .*config.yaml"):
        RunOrigin.of(run, None)
    (run / "config.yaml").write_text(
        "data: {path: x, layer: counts, covariates: [batch], seed: 7, max_controls: 99}\n"
        "evaluate: {seed: 3}\n"
    )
    (run / "card.json").write_text(json.dumps({"model": "ScBIG"}))
    for origin in (RunOrigin.of(run, None), RunOrigin.of(None, run / "checkpoints" / "last.ckpt")):
        assert origin.contract == ScreenContract(layer="counts", covariates=("batch",))
        assert origin.sampling == {"seed": 7, "max_controls": 99}
        assert origin.seed == 3 and origin.card == {"model": "ScBIG"}
        given = origin.contract_with(ScreenContract(layer="raw"))
        assert given == ScreenContract(layer="raw", covariates=("batch",))
