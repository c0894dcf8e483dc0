"""Adamson et al. 2016: CRISPRi in K562, three experiments with guides and controls of their own."""

from collections.abc import Mapping

from scbig.public_screens.hosts import dataverse, pertpy, zenodo
from scbig.public_screens.labels.guide_construct import GuideConstruct
from scbig.public_screens.layouts import CC_BY, GEARS_DEFECTS, NOT_STATED, gears, scperturb
from scbig.public_screens.public_screen import PublicScreen, Source
from scbig.public_screens.remote_file import Identity, RemoteFile

CITATION = "Adamson et al., Cell 167:1867, 2016"
#: The constructs of the epistasis experiment are named after the sensors they knock down.
SENSORS = {"PERK": "EIF2AK3", "IRE1": "ERN1"}
LOST_LANES = (
    "the 10x lane was cut off before guides were joined: barcodes met in several lanes may have a "
    "wrong guide or none"
)


def _scperturb(
    sample: str,
    mirror: str,
    identity: Identity,
    controls: set[str],
    shape: tuple[int, int],
    target_names: Mapping[str, str] | None = None,
) -> Source:
    file = f"AdamsonWeissman2016_{sample}.h5ad"
    return Source(
        "scperturb",
        RemoteFile(file, (*zenodo(file, 13350497, 10044268), pertpy(mirror)), identity),
        scperturb(GuideConstruct(frozenset(controls)), target_names=target_names),
        CC_BY,
        cells=shape[0],
        genes=shape[1],
        known_defects=(LOST_LANES,),
    )


UPR = PublicScreen(
    name="adamson2016",
    citation=CITATION,
    accession="GSE90546, GSM2406681",
    summary="K562, CRISPRi, unfolded protein response, 82 targets alone",
    conditions=82,
    sources=(
        _scperturb(
            "GSM2406681_10X010",
            "adamson_2016_upr_perturb_seq",
            Identity(471_286_951, "md5:2fa44ea61a8dd35742af618638ec65fc"),
            {"63(mod)_pBA580", "Gal4-4(mod)_pBA582"},
            (65_337, 32_738),
        ),
        Source(
            "gears",
            RemoteFile("gears_adamson.zip", (dataverse(6154417),)),
            gears(),
            NOT_STATED,
            cells=68_603,
            known_defects=GEARS_DEFECTS,
        ),
    ),
)

PILOT = PublicScreen(
    name="adamson2016_pilot",
    citation=CITATION,
    accession="GSE90546, GSM2406675",
    summary="K562, CRISPRi, 7 targets alone",
    conditions=7,
    sources=(
        _scperturb(
            "GSM2406675_10X001",
            "adamson_2016_pilot",
            Identity(34_557_246, "md5:232f7e3756d41602bbe434b50662a76f"),
            {"62(mod)_pBA581"},
            (5_768, 35_635),
        ),
    ),
)

EPISTASIS = PublicScreen(
    name="adamson2016_epistasis",
    citation=CITATION,
    accession="GSE90546, GSM2406677",
    summary="K562, CRISPRi, ATF6, EIF2AK3 and ERN1 in all combinations, beside other guides",
    conditions=None,
    sources=(
        _scperturb(
            "GSM2406677_10X005",
            "adamson_2016_upr_epistasis",
            Identity(139_059_637, "md5:8657391920e7f8b3e6fd52745777002a"),
            {"3x_neg_ctrl_pMJ144-1", "3x_neg_ctrl_pMJ144-2"},
            (15_006, 32_738),
            SENSORS,
        ),
    ),
)
