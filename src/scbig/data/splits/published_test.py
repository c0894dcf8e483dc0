"""Published test conditions, taken as they are; the validation side is ours."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from scbig.conditions import canonical, target_genes
from scbig.data.splits.split_rule import (
    Labels,
    SplitRule,
    check_fraction,
    combinations_of,
    make_split,
    selectable,
    touching,
    without,
)
from scbig.errors import UserError, listed
from scbig.json_object import read_json_object
from scbig.split import Split


class PublishedTest(SplitRule):
    """The test list of a data set and seed; what is not tested is trained on or validated on.

    Lists such as those of scPerturBench say what was tested, and not what was trained on.
    Validation: a share of the genes that no tested condition has is hidden, with every condition
    that touches one, and the same share of the remaining combinations. A condition that would
    show selection a tested gene which training lacks is not used.

    Args:
        path: JSON, ``{data set: {"seed1": [condition, ...]}}``.
        dataset: a key of the file, such as ``Norman``.
        seed: of the published split, and of the draw of the validation side.
        val_fraction: the share.
    """

    def __init__(self, path: str, dataset: str, seed: int = 1, val_fraction: float = 0.1) -> None:
        check_fraction("val_fraction", val_fraction)
        self.path = path
        self.dataset = dataset
        self.seed = seed
        self.val_fraction = val_fraction

    def split(self, conditions: Sequence[str], labels: Labels | None = None) -> Split:
        """Split of ``conditions``; published ones that the screen lacks are counted in its name."""
        published = sorted({canonical(str(label)) for label in self._list()})
        test = sorted(set(published) & set(conditions))
        lacking = len(published) - len(test)
        rest = without(conditions, test)
        generator = np.random.RandomState(self.seed)
        genes = without(target_genes(rest), target_genes(test))
        number = int(len(target_genes(rest)) * self.val_fraction)
        hidden = generator.permutation(np.asarray(genes, dtype=np.str_))[:number].tolist()
        val = touching(hidden, rest)
        inside = np.asarray(combinations_of(without(rest, val)), dtype=np.str_)
        order = generator.permutation(inside).tolist()
        val += order[: int(len(order) * self.val_fraction)]
        return make_split(
            f"published {self.dataset}"
            + (f" (lacks {lacking} test conditions)" if lacking else ""),
            self.seed,
            train=without(rest, val),
            val=selectable(val, without(rest, val), test),
            test=test,
        )

    def _list(self) -> Sequence[object]:
        path = Path(self.path)
        values: Any = read_json_object(path, "file of published test conditions")
        for key in (self.dataset, f"seed{self.seed}"):
            if not isinstance(values, dict) or key not in values:
                have = listed(values) if isinstance(values, dict) else type(values).__name__
                raise UserError(
                    f"{path} has no {key!r} where one is asked for ({self.dataset}, seed "
                    f"{self.seed}): it has {have}"
                )
            values = values[key]
        if not isinstance(values, list):
            raise UserError(f"{path} has no list of conditions for {self.dataset} {self.seed}")
        return values
