import pytest
import torch

from scbig.metrics.no_score import no_score


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_is_a_scalar_nan_of_the_same_type(dtype: torch.dtype) -> None:
    score = no_score(torch.ones(3, 2, dtype=dtype))
    assert score.shape == () and score.isnan() and score.dtype == dtype
