"""Norman et al. 2019: CRISPRa singles and pairs in K562."""

from scbig.public_screens.hosts import dataverse, figshare, pertpy, zenodo
from scbig.public_screens.labels.guide_pair import GuidePair
from scbig.public_screens.labels.joined_targets import JoinedTargets
from scbig.public_screens.layout import Layout
from scbig.public_screens.layouts import (
    CC_BY,
    GEARS_DEFECTS,
    NOT_STATED,
    gears,
    scperturb,
    scperturbench,
)
from scbig.public_screens.public_screen import PublicScreen, Source
from scbig.public_screens.remote_file import Identity, RemoteFile

MISSPELT = {"RHOXF2BB": "RHOXF2"}
LANES = "the eight gemgroups are lanes of one experiment, not replicates"

SCREEN = PublicScreen(
    name="norman2019",
    citation="Norman et al., Science 365:786, 2019",
    accession="GSE133344",
    summary="K562, CRISPRa, 105 targets alone and 131 pairs",
    conditions=236,
    sources=(
        Source(
            "scperturb",
            RemoteFile(
                "NormanWeissman2019_filtered.h5ad",
                zenodo("NormanWeissman2019_filtered.h5ad", 13350497, 10044268),
                Identity(698_680_199, "md5:c870e6967d91c017d9da827bab183cd6"),
            ),
            scperturb(JoinedTargets("underscore"), target_names=MISSPELT),
            CC_BY,
            cells=111_445,
            genes=33_694,
            known_defects=(LANES,),
        ),
        Source(
            "scperturbench",
            RemoteFile(
                "Norman.h5ad.gz",
                zenodo("Norman.h5ad.gz", 14638780),
                Identity(494_401_663, "md5:01d79ecd504186b574e124e7819e67bb"),
            ),
            scperturbench(),
            NOT_STATED,
            known_defects=("cells and genes are filtered by scPerturBench", LANES),
        ),
        Source(
            "pertpy",
            RemoteFile("norman_2019_raw.h5ad", (pertpy("norman_2019_raw"), figshare(34002548))),
            Layout("guide_identity", GuidePair(), ensembl_column=None, target_names=MISSPELT),
            NOT_STATED,
            cells=111_445,
            genes=33_694,
            known_defects=(LANES,),
        ),
        Source(
            "gears",
            RemoteFile(
                "gears_norman.zip",
                (dataverse(6154020),),
                content=Identity(
                    2_228_610_012,
                    "sha256:23ffb0fac6a847ff927cf7509d80d85052bfefbfb97610786a2dafaaefa0b6a0",
                ),
            ),
            gears(MISSPELT, {"cell_type": {"A549": "K562"}}),
            NOT_STATED,
            cells=91_205,
            genes=5_045,
            known_defects=GEARS_DEFECTS,
        ),
        Source(
            "scfoundation",
            RemoteFile("scfoundation_norman.zip", (figshare(44477939),)),
            gears(MISSPELT, {"cell_type": {"A549": "K562"}}),
            NOT_STATED,
            cells=81_143,
            known_defects=("its layout is taken to be that of GEARS", *GEARS_DEFECTS),
        ),
    ),
)
