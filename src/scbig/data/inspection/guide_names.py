"""Names of guides, and the gene in them."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class GuideForm:
    """How a library writes its guides.

    Attributes:
        example: a guide, as the report shows it.
        pattern: regular expression of a whole name, with a group ``gene``.
    """

    example: str
    pattern: str


#: One entry a form, the more particular first.
GUIDE_FORMS = (
    # Replogle et al. 2022: gene, strand, position, promoter
    GuideForm("AARS_+_70323216.23-P1P2", r"(?P<gene>.+?)_[+-]_\d+\.\d+(-[\w,]+)?"),
    GuideForm("SPI1_pDS255", r"(?P<gene>.+?)_p[A-Za-z]{2,3}\d+([-_]\d+)?"),
    GuideForm("KLF1_P1P2", r"(?P<gene>.+?)_P\d(_?P\d)?"),
    GuideForm("sgKLF1_2", r"sg[-_]?(?P<gene>.+?)([-_.]\d{1,3})?"),
    GuideForm("KLF1_sg2", r"(?P<gene>.+?)[-_.]?(sg|gRNA|sgRNA|guide|g)[-_.]?\d{1,3}"),
    GuideForm("AARS-1", r"(?P<gene>.+?)[-_.]\d{1,3}"),
)


def gene_of(guide: str) -> tuple[str, str]:
    """The gene in the name of a guide, and the example of its form; the name and "" without one."""
    for form in GUIDE_FORMS:
        found = re.fullmatch(form.pattern, guide)
        if found:
            return found["gene"], form.example
    return guide, ""
