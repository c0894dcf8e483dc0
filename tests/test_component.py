from functools import partial

import pytest

from scbig.baselines.gaussian_process import GaussianProcess
from scbig.cell_encoders.module_tokens import ModuleTokens
from scbig.component import build_factory, describe, find_class
from scbig.data.splits.simulation import Simulation
from scbig.errors import UserError
from scbig.models.scbig import ScBIG


def test_factories_classes_and_objects_have_one_plain_form() -> None:
    path = "scbig.baselines.gaussian_process.GaussianProcess"
    assert describe(GaussianProcess) == {"class_path": path, "init_args": {}}
    given = describe(partial(GaussianProcess, length_scale=0.5))
    assert given == {"class_path": path, "init_args": {"length_scale": 0.5}}
    assert describe(GaussianProcess())["init_args"]["combination_scale"] == 0.72
    assert describe(Simulation(seed=3))["init_args"]["seed"] == 3


def test_a_described_model_is_built_again_with_its_parts() -> None:
    model = ScBIG(
        cell_encoder=partial(ModuleTokens, token_width=2), anchor=None, weights={"moments": 0.3}
    )
    again = build_factory(describe(model))()
    assert describe(again) == describe(model)
    assert again.anchor is None and again.cell_encoder.keywords == {"token_width": 2}


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("subprocess.Popen", "trusted"),
        ("scbig.nothing.Here", "no class"),
        ("scbig.baselines.gaussian_process.np", "not a class"),
    ],
)
def test_what_cannot_be_built_is_refused(path: str, says: str) -> None:
    with pytest.raises(UserError, match=says):
        find_class(path)


def test_a_nested_class_is_held_to_the_same() -> None:
    path = "scbig.models.scbig.ScBIG"
    evil = {"class_path": path, "init_args": {"anchor": {"class_path": "os.system"}}}
    with pytest.raises(UserError, match="trusted"):
        build_factory(evil)


def test_a_lambda_cannot_be_described() -> None:
    with pytest.raises(TypeError, match="partial"):
        describe(lambda spec: spec)
