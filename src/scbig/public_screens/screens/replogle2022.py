"""Replogle et al. 2022: CRISPRi of essential genes in K562 and RPE1, of all genes in K562."""

from scbig.public_screens.hosts import dataverse, figshare, hugging_face, pertpy, zenodo
from scbig.public_screens.labels.single_target import SingleTarget
from scbig.public_screens.layout import Layout
from scbig.public_screens.layouts import (
    CC_BY,
    FILTERED_SUBSET,
    GEARS_DEFECTS,
    NOT_STATED,
    cell_load,
    gears,
    scperturb,
)
from scbig.public_screens.public_screen import PublicScreen, Source
from scbig.public_screens.remote_file import Identity, RemoteFile

CITATION = "Replogle et al., Cell 185:2559, 2022"
ACCESSION = "PRJNA831566"
#: X has the genes that are expressed; the total of a cell is over all.
TOTAL = "UMI_count"


def _scperturb(file: str, mirror: str, size: int, md5: str, shape: tuple[int, int]) -> Source:
    return Source(
        "scperturb",
        RemoteFile(
            file,
            (*zenodo(file, 13350497, 10044268), pertpy(mirror)),
            Identity(size, f"md5:{md5}"),
        ),
        scperturb(SingleTarget(), matched_by=("batch",), library_column=TOTAL),
        CC_BY,
        cells=shape[0],
        genes=shape[1],
    )


def _original(file: str, number: int, size: int, md5: str, shape: tuple[int, int]) -> Source:
    return Source(
        "original",
        RemoteFile(file, (figshare(number),), Identity(size, f"md5:{md5}")),
        Layout(
            label_column="gene",
            read_label=SingleTarget(),
            gene_column="gene_name",
            matched_by=("gem_group",),
            library_column=TOTAL,
        ),
        CC_BY,
        cells=shape[0],
        genes=shape[1],
    )


def _gears(name: str, number: int, sha256: str, cells: int) -> Source:
    return Source(
        "gears",
        RemoteFile(
            f"gears_{name}.zip",
            (dataverse(number),),
            content=Identity(checksum=f"sha256:{sha256}"),
        ),
        gears(),
        NOT_STATED,
        cells=cells,
        genes=5_000,
        known_defects=(FILTERED_SUBSET, *GEARS_DEFECTS),
    )


K562_ESSENTIAL = PublicScreen(
    name="replogle2022_k562_essential",
    citation=CITATION,
    accession=ACCESSION,
    summary="K562, CRISPRi, essential genes, alone",
    conditions=None,
    sources=(
        _scperturb(
            "ReplogleWeissman2022_K562_essential.h5ad",
            "replogle_2022_k562_essential",
            1_546_729_675,
            "d8cba17576d1a8afc0f7d71b79cad0f7",
            (310_385, 8_563),
        ),
        _original(
            "K562_essential_raw_singlecell_01.h5ad",
            35773219,
            10_661_879_995,
            "4f1122ce1c7f13299a68df6459a266d3",
            (310_385, 8_563),
        ),
        _gears(
            "replogle_k562_essential",
            7458695,
            "550fde89ac85c258c9fd517638fe34fb42c0e748c9305fe6355761a2bb754170",
            162_751,
        ),
    ),
)

RPE1 = PublicScreen(
    name="replogle2022_rpe1",
    citation=CITATION,
    accession=ACCESSION,
    summary="RPE1, CRISPRi, essential genes, alone",
    conditions=None,
    sources=(
        _scperturb(
            "ReplogleWeissman2022_rpe1.h5ad",
            "replogle_2022_rpe1",
            1_236_886_900,
            "cc7f1ec50aeb3a3e1b4a6cfa713d80fa",
            (247_914, 8_749),
        ),
        _original(
            "rpe1_raw_singlecell_01.h5ad",
            35775606,
            8_700_873_216,
            "6a2a9d0d2bf4ec147f4d1104043b268c",
            (247_914, 8_749),
        ),
        _gears(
            "replogle_rpe1_essential",
            7458694,
            "cc3e13da13ecd3cf7fb027b8261514a2bdcfab16fe47fc685b2714f79781afba",
            162_733,
        ),
    ),
)

K562_GENOME_WIDE = PublicScreen(
    name="replogle2022_k562_gwps",
    citation=CITATION,
    accession=ACCESSION,
    summary="K562, CRISPRi, all expressed genes, alone",
    conditions=9_866,
    sources=(
        _scperturb(
            "ReplogleWeissman2022_K562_gwps.h5ad",
            "replogle_2022_k562_gwps",
            8_805_466_154,
            "13db594f8f1d2ccb88fec44a13e414dc",
            (1_989_578, 8_248),
        ),
        _original(
            "K562_gwps_raw_singlecell_01.h5ad",
            35775507,
            65_830_941_948,
            "887e3e6a8c8df6eadf7a3030a53c9546",
            (1_989_578, 8_248),
        ),
    ),
)

FOUR_CELL_LINES = PublicScreen(
    name="replogle2022_four_lines",
    citation="Replogle et al. 2022 and Nadig et al. 2025, as filtered for STATE",
    accession=ACCESSION,
    summary="K562, RPE1, Jurkat and HepG2, CRISPRi, essential genes, alone",
    conditions=2_024,
    sources=(
        Source(
            "state",
            RemoteFile(
                "replogle_concat.h5ad",
                (hugging_face("arcinstitute/State-Replogle-Filtered", "replogle_concat.h5ad"),),
            ),
            cell_load(),
            NOT_STATED,
            cells=643_413,
            genes=6_546,
            known_defects=("cells are filtered by knock-down",),
        ),
        Source(
            "preprint",
            RemoteFile(
                "replogle.h5ad",
                (hugging_face("arcinstitute/Replogle-Nadig-Preprint", "replogle.h5ad"),),
            ),
            cell_load(),
            NOT_STATED,
        ),
    ),
)
