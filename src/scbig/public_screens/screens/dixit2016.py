"""Dixit et al. 2016: CRISPR knock-out of transcription factors in K562, three experiments."""

from scbig.public_screens.hosts import zenodo
from scbig.public_screens.labels.guide_set import GuideSet
from scbig.public_screens.layouts import CC_BY, scperturb
from scbig.public_screens.public_screen import PublicScreen, Source
from scbig.public_screens.remote_file import RemoteFile


def _experiment(
    name: str, suffix: str, sample: str, summary: str, shape: tuple[int | None, int | None]
) -> PublicScreen:
    file = f"DixitRegev2016_{suffix}.h5ad"
    return PublicScreen(
        name=name,
        citation="Dixit et al., Cell 167:1853, 2016",
        accession=f"GSE90063, {sample}",
        summary=summary,
        conditions=None,
        sources=(
            Source(
                "scperturb",
                RemoteFile(file, zenodo(file, 13350497)),
                scperturb(GuideSet(), ensembl_column="gene_id"),
                CC_BY,
                cells=shape[0],
                genes=shape[1],
                known_defects=(
                    "nperts is 1 in cells without a guide, which are left out",
                    "controls are cut in intergenic DNA, not left whole",
                ),
            ),
        ),
    )


SEVEN_DAYS = _experiment(
    "dixit2016",
    "K562_TFs_7_days",
    "GSM2396858",
    "K562, CRISPR knock-out of transcription factors, 7 days",
    (33_013, 23_111),
)
THIRTEEN_DAYS = _experiment(
    "dixit2016_13_days",
    "K562_TFs_13_days",
    "GSM2396859",
    "K562, CRISPR knock-out of transcription factors, 13 days",
    (None, None),
)
HIGH_MOI = _experiment(
    "dixit2016_high_moi",
    "K562_TFs_High_MOI",
    "GSM2396860",
    "K562, CRISPR knock-out of transcription factors, several guides a cell",
    (None, None),
)
