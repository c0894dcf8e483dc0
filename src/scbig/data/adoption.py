"""Whether data are those a checkpoint was trained on."""

from scbig.data.screen import Screen
from scbig.data_spec import DataSpec
from scbig.errors import UserError, listed
from scbig.split import Split


def refuse_other_data(spec: DataSpec, screen: Screen, split: Split) -> None:
    """Refuse data that the spec was not fitted on.

    Args:
        spec: of the checkpoint.
        screen: the data, with all genes of the file.
        split: their split.

    Raises:
        UserError: genes, unit, cells or split are not those of the spec.
    """
    known = frozenset(screen.genes)
    lacking = [gene for gene in spec.genes if gene not in known]
    if lacking:
        raise UserError(
            f"the data lack {len(lacking)} of the checkpoint's {spec.n_genes} genes, e.g. "
            f"{listed(lacking)}: give the data it was trained on, or use scbig predict"
        )
    if screen.library != spec.library:
        raise UserError(
            f"library sizes come from {screen.library!r} and in the checkpoint from "
            f"{spec.library!r}: use the run's own config.yaml"
        )
    if screen.sha256 != spec.data_sha256:
        raise UserError(
            f"the data are not those the checkpoint was trained on (sha256 {screen.sha256[:12]}, "
            f"not {spec.data_sha256[:12]}): use the same file and settings, or scbig predict"
        )
    if split.sha256 != spec.split.sha256:
        raise UserError(
            f"the split {split.name!r} (seed {split.seed}) is not that of the checkpoint, "
            f"{spec.split.name!r} (seed {spec.split.seed}): its test conditions may have been "
            "trained on; use the run's own config.yaml"
        )
