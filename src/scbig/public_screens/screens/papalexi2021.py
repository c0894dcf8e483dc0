"""Papalexi et al. 2021: ECCITE-seq, CRISPR knock-out in stimulated THP-1, singles."""

from scbig.public_screens.hosts import zenodo
from scbig.public_screens.labels.numbered_guide import NumberedGuide
from scbig.public_screens.layouts import CC_BY, scperturb
from scbig.public_screens.public_screen import PublicScreen, Source
from scbig.public_screens.remote_file import Identity, RemoteFile

SCREEN = PublicScreen(
    name="papalexi2021",
    citation="Papalexi et al., Nature Genetics 53:322, 2021",
    accession="GSE153056",
    summary="THP-1, CRISPR knock-out, 25 targets alone, three replicates",
    conditions=25,
    sources=(
        Source(
            "scperturb",
            RemoteFile(
                "PapalexiSatija2021_eccite_RNA.h5ad",
                zenodo("PapalexiSatija2021_eccite_RNA.h5ad", 13350497),
                Identity(147_215_278, "md5:d9e8bfe20b0e7b0919be042e8fcf6d03"),
            ),
            # hto is the hashtag of the replicate; a fourth one holds a handful of cells
            scperturb(NumberedGuide(), matched_by=("hto",), ensembl_column=None),
            CC_BY,
            cells=20_729,
            known_defects=("many targets have a weak effect",),
        ),
    ),
)
