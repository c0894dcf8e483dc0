"""Every label reader, on labels as its source writes them."""

import pytest

from scbig.public_screens.labels.guide_construct import GuideConstruct
from scbig.public_screens.labels.guide_pair import GuidePair
from scbig.public_screens.labels.guide_set import GuideSet
from scbig.public_screens.labels.joined_targets import JoinedTargets
from scbig.public_screens.labels.numbered_guide import NumberedGuide
from scbig.public_screens.labels.single_target import SingleTarget

CONSTRUCT = GuideConstruct(frozenset({"63(mod)_pBA580", "3x_neg_ctrl_pMJ144-1"}))


@pytest.mark.parametrize(
    ("reader", "label", "condition"),
    [
        (JoinedTargets("underscore"), "KLF1_CEBPA", "CEBPA+KLF1"),
        (JoinedTargets("underscore"), "control", "control"),
        (JoinedTargets("plus"), "ctrl+KLF1", "KLF1"),
        (JoinedTargets("plus"), "ctrl", "control"),
        (JoinedTargets("plus"), "KLF1+", None),
        (JoinedTargets("plus"), "*", None),
        (SingleTarget(), "HLA-A", "HLA-A"),
        (SingleTarget(), "A_B", "A_B"),
        (SingleTarget(), "non-targeting", "control"),
        (SingleTarget(), " ", None),
        (CONSTRUCT, "63(mod)_pBA580", "control"),
        (CONSTRUCT, "3x_neg_ctrl_pMJ144-1", "control"),
        (CONSTRUCT, "3x_neg_ctrl_pMJ144-2", None),
        (CONSTRUCT, "62(mod)_pBA581", None),
        (CONSTRUCT, "Gal4-4(mod)_pBA582", None),
        (CONSTRUCT, "*", None),
        (CONSTRUCT, "SPI1", None),
        (CONSTRUCT, "SPI1_pDS255", "SPI1"),
        (CONSTRUCT, "HSD17B12_pDS087", "HSD17B12"),
        (CONSTRUCT, "ATF6_only_pMJ145", "ATF6"),
        (CONSTRUCT, "ATF6_PERK_IRE1_pMJ158", "ATF6+IRE1+PERK"),
        (NumberedGuide(), "STAT5Ag2", "STAT5A"),
        (NumberedGuide(), "PDCD1LG2g1", "PDCD1LG2"),
        (NumberedGuide(), "PDCD1LG2", "PDCD1LG2"),
        (NumberedGuide(), "NTg10", "control"),
        (NumberedGuide(), "control", "control"),
        (NumberedGuide(), "*", None),
        (GuideSet(), "control", "control"),
        (GuideSet(), "p-sgNR2C2-1", "NR2C2"),
        (GuideSet(), "p_sgNR2C2_1", "NR2C2"),
        (GuideSet(), "p_sgELF1_2 + p_INTERGENIC393453", "ELF1"),
        (GuideSet(), "p-INTERGENIC393453_p-INTERGENIC345439", "control"),
        (GuideSet(), "p-sgE2F4-6_p-sgYY1-3_p-sgE2F4-7", "E2F4+YY1"),
        (GuideSet(), "IRF1_ELK1", "ELK1+IRF1"),
        (GuideSet(), "nan", None),
        (GuideSet(), "None", None),
        (GuideSet(), "p-sg(odd)", None),
        (GuidePair(), "NegCtrl10_NegCtrl0__NegCtrl10_NegCtrl0", "control"),
        (GuidePair(), "NegCtrl0_KLF1__NegCtrl0_KLF1", "KLF1"),
        (GuidePair(), "KLF1_CEBPA__KLF1_CEBPA", "CEBPA+KLF1"),
        (GuidePair(), "KLF1", None),
        (GuidePair(), "KLF1___", None),
    ],
)
def test_labels(reader: object, label: str, condition: str | None) -> None:
    assert reader(label) == condition
