"""What to declare: the ``data`` block of a configuration, ready to paste."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from scbig.data.inspection.inspection import Inspection
from scbig.data.schema import ScreenContract

#: Files of more genes than this are trained on a choice of them.
MANY_GENES, N_HVG = 5000, 2000


def overlay(
    found: Inspection, path: str, embeddings: Sequence[str] = (), aliases: str | None = None
) -> dict[str, Any]:
    """Settings of ``data`` that are not the defaults, for the file as it is."""
    column, expression = found.conditions, found.expression
    settings: dict[str, Any] = {"path": path}
    if column is not None:
        settings["condition_key"] = column.key
        settings["label_style"] = column.reading.style
        settings["control_label"] = found.control_label
    settings["gene_key"] = found.genes.key
    settings["layer"] = None if expression is None else expression.matrix.layer
    return _without_defaults({**settings, **after_import(found, path, embeddings, aliases)})


def after_import(
    found: Inspection, path: str, embeddings: Sequence[str] = (), aliases: str | None = None
) -> dict[str, Any]:
    """Settings of ``data`` for the imported file, whose labels, genes and X are in form."""
    split = found.split
    return _without_defaults(
        {
            "path": path,
            "scale": found.scale,
            "library_key": None if found.library is None else found.library.key,
            "covariates": [c for c in found.covariates if c != found.context],
            "context": found.context or None,
            "min_cells": found.min_cells,
            "n_hvg": N_HVG if len(found.genes.names) > MANY_GENES else None,
            "split": None if split is None else {"class_path": split.class_path}
            | ({"init_args": split.settings} if split.settings else {}),
            "embeddings": list(embeddings),
            "aliases": aliases,
        }
    )  # fmt: skip


def _without_defaults(settings: Mapping[str, Any]) -> dict[str, Any]:
    defaults = {"condition_key": "condition", "label_style": "plus", "min_cells": 10}
    return {
        key: value
        for key, value in settings.items()
        if value not in (None, []) and defaults.get(key) != value
    }


def as_yaml(settings: Mapping[str, Any]) -> str:
    """The block as text."""
    import yaml

    block = {"data": dict(settings)}
    return yaml.safe_dump(
        block, sort_keys=False, width=90, allow_unicode=True, default_flow_style=None
    ).rstrip()


def contract_of(settings: Mapping[str, Any]) -> ScreenContract:
    """How ``read_screen`` is to read a file by these settings of fit."""
    known = {field.name for field in fields(ScreenContract)}
    return ScreenContract(**{k: v for k, v in settings.items() if k in known})
