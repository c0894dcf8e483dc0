"""Values of another unit brought to counts or log1p of counts per 10,000, where that is exact."""

import numpy as np
import scipy.sparse as sp

from scbig.data.inspection.expression_scale import ExpressionScale
from scbig.data.inspection.value_evidence import BASES
from scbig.expression import TARGET_SUM


def converted(block: sp.csr_matrix, scale: ExpressionScale) -> sp.csr_matrix:
    """Counts as they are; a logarithm of other base or sum as log1p of counts per 10,000.

    With the base ``b`` and the sum ``T`` of the file: ``log(1 + (b ** x - 1) * 10,000 / T)``.
    Values that need no conversion keep their bits.

    Args:
        block: (cells, genes).
        scale: their unit; declarable or convertible.
    """
    out = block.copy()
    if scale.kind == "counts":
        return out.astype(np.float32)  # whole numbers below 2^24: exact
    if scale.is_declarable:
        return out if out.dtype in (np.float32, np.float64) else out.astype(np.float32)
    assert scale.target_sum is not None
    values = out.data.astype(np.float64)
    linear = values if scale.kind == "linear" else np.expm1(values * np.log(BASES[scale.base]))
    out.data = np.log1p(linear * (TARGET_SUM / scale.target_sum)).astype(np.float32)
    return out
