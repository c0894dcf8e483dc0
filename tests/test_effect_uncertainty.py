import numpy as np
import pytest
import torch

from scbig.baselines.additive import Additive
from scbig.baselines.count_transport import CountTransport
from scbig.baselines.effect_mean import EffectMean
from scbig.baselines.gaussian_process import GaussianProcess
from scbig.baselines.shifted_control import ShiftedControl
from scbig.data_spec import DataSpec
from scbig.effect_uncertainty import MeanUncertainty
from scbig.predictor import Query


def query_of(spec: DataSpec, condition: str = "T0+T1") -> Query:
    control = torch.from_numpy(spec.perturbed_cells[:40])
    return Query(
        condition,
        control,
        torch.zeros(40, 0, dtype=torch.int64),
        control.double().mean(0),
        3,
        torch.full((40,), 5000.0),
    )


def test_of_one_condition_is_what_the_predictor_says(tiny_spec: DataSpec) -> None:
    process, query = GaussianProcess().fit(tiny_spec.effects), query_of(tiny_spec)
    delta = process.predict(["T0+T1"]).delta[0]
    found = MeanUncertainty.of(process, "T0+T1", delta, query.control_mean)
    said = process.uncertainty(["T0+T1"])
    assert found is not None
    mean = query.control_mean.numpy() + delta
    for place, level in enumerate((0.8, 0.95)):
        half = said.half_width(level)[0]
        np.testing.assert_allclose(found.low[place], np.maximum(mean - half, 0), rtol=1e-6)
        np.testing.assert_allclose(found.high[place], np.maximum(mean + half, 0), rtol=1e-6)
    assert (found.error, found.reliability) == (said.error[0], said.reliability[0])
    assert found.calibrated is said.calibrated[0]
    np.testing.assert_allclose(found.retrieval, process.retrieval(["T0+T1"])[0], rtol=1e-6)


def test_expression_ends_at_zero(tiny_spec: DataSpec) -> None:
    process, nothing = GaussianProcess().fit(tiny_spec.effects), torch.zeros(tiny_spec.n_genes)
    found = MeanUncertainty.of(process, "T0", np.full(tiny_spec.n_genes, -99.0), nothing)
    assert found is not None
    assert not found.low.any() and not found.high.any()


def test_who_says_nothing_of_errors_states_none(tiny_spec: DataSpec) -> None:
    query = query_of(tiny_spec)
    assert MeanUncertainty.of(Additive(), "T0", np.zeros(3), torch.zeros(3)) is None
    assert EffectMean(Additive(), tiny_spec.effects).predict(query).uncertainty is None


@pytest.mark.parametrize("library", [True, False])
def test_cells_carry_what_was_said_of_their_mean(tiny_spec: DataSpec, library: bool) -> None:
    mean = EffectMean(GaussianProcess(), tiny_spec.effects)
    query = query_of(tiny_spec)
    if not library:
        query = Query(query.condition, query.control, query.covariates, query.control_mean, 3)
    expected = mean.predict(query).uncertainty
    assert expected is not None
    for predictor in (ShiftedControl(mean), CountTransport(mean, tiny_spec)):
        answer = predictor.predict(query)
        found = answer.uncertainty
        assert found is not None and torch.equal(found.low, expected.low)
        inside = (found.low <= answer.mean + 1e-6) & (answer.mean <= found.high + 1e-6)
        assert inside.all()
