import torch

from scbig.baselines.additive import Additive
from scbig.baselines.count_transport import CountTransport
from scbig.baselines.effect_mean import EffectMean
from scbig.baselines.shifted_control import ShiftedControl
from scbig.data_spec import DataSpec
from scbig.models.fitted_baseline import FittedBaseline
from scbig.predictor import Query


def test_cells_are_those_of_the_chosen_way(tiny_spec: DataSpec) -> None:
    control = torch.from_numpy(tiny_spec.perturbed_cells[:40])
    query = Query(
        "T0+T1",
        control,
        torch.zeros(40, 0, dtype=torch.int64),
        control.double().mean(0),
        3,
        torch.full((40,), 5000.0),
    )
    mean = EffectMean(Additive(), tiny_spec.effects)
    for cells, way in (
        ("shift", ShiftedControl(mean)),
        ("count_transport", CountTransport(mean, tiny_spec)),
        ("fold_transport", CountTransport(mean, tiny_spec, whole=True)),
    ):
        model = FittedBaseline(Additive, cells=cells)
        model.build(tiny_spec)
        got, expected = model.predict(query), way.predict(query)
        assert got.cells is not None and expected.cells is not None
        assert torch.equal(got.cells, expected.cells) and torch.equal(got.mean, expected.mean)
