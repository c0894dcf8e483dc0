import dataclasses
from pathlib import Path

import numpy as np
import torch

from scbig.data_spec import DataSpec
from tiny_spec import make_tiny_spec


def test_a_spec_goes_through_a_file_that_holds_no_code(tmp_path: Path) -> None:
    spec = make_tiny_spec(covariates={"batch": ("a", "b"), "line": ("x", "y", "z")})
    torch.save(spec.to_dict(), tmp_path / "spec.pt")
    again = DataSpec.from_dict(torch.load(tmp_path / "spec.pt", weights_only=True))
    for field in dataclasses.fields(DataSpec):
        ours, theirs = getattr(spec, field.name), getattr(again, field.name)
        if isinstance(ours, np.ndarray):
            np.testing.assert_array_equal(ours, theirs)
            assert ours.dtype == theirs.dtype
    assert (again.genes, again.split, again.covariates) == (spec.genes, spec.split, spec.covariates)
    assert again.gene_sets == spec.gene_sets
    np.testing.assert_array_equal(again.modules.weights, spec.modules.weights)
    np.testing.assert_array_equal(again.effects.delta, spec.effects.delta)
    np.testing.assert_array_equal(again.targets.vectors, spec.targets.vectors)
    assert again.targets.sources == spec.targets.sources


def test_effects_know_their_singles_and_targets_their_gaps() -> None:
    spec = make_tiny_spec()
    assert all("+" not in name for name in spec.effects.singles)
    np.testing.assert_allclose(spec.effects.mean, spec.effects.delta.mean(0))
    assert spec.targets.missing(["T0", "T9", "elsewhere"]) == ["T9", "elsewhere"]
    assert spec.targets.rows(["T0", "elsewhere"]).tolist() == [0, len(spec.targets.names)]
    assert np.isnan(spec.targets.block(0, ["T9"])).all()
