"""Words that mean control, and words that mean that nobody knows."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Word:
    """A word of labels: how it is written, and what matches it, case aside."""

    example: str
    pattern: str

    def means(self, label: str) -> bool:
        """Whether the whole label is this word."""
        return re.fullmatch(self.pattern, label, flags=re.IGNORECASE) is not None


#: What follows a word in the name of a control guide: ``NTg1``, ``non-targeting_00123``.
_NUMBER = r"([-_. ]?(g|sg|guide)?[-_ ]?\d+)*"

#: One entry a word. A guide's number may follow it.
CONTROL_WORDS = (
    Word("control", r"(ctrl|ctl|control|controls)" + _NUMBER),
    Word("non-targeting", r"(sg)?non[-_. ]?target(ing|ed)?([-_. ]?(control|ctrl))?" + _NUMBER),
    Word("NT", r"(sg)?(nt|ntc)" + _NUMBER),
    Word("neg_ctrl", r"(sg)?neg(ative)?[-_. ]?(ctrl|control|ctl)" + _NUMBER),
    Word("3x_neg_ctrl_pMJ144-1", r"3x_neg_ctrl_p\w+" + _NUMBER),
    Word("scramble", r"(sg)?scrambled?([-_. ]?(control|ctrl))?" + _NUMBER),
    Word("safe-targeting", r"(sg)?safe([-_. ]?(target(ing)?|harbou?r|cutter))" + _NUMBER),
    Word("unperturbed", r"un(perturbed|treated|transduced|edited)"),
    Word("WT", r"wt|wild[-_ ]?type"),
    # guides of Adamson et al. 2016 that target nothing
    Word("62(mod)_pBA581", r"\d+\(mod\)_pBA\d+"),
    Word("Gal4-4(mod)_pBA582", r"gal4-4(\(mod\)(_pBA\d+)?)?"),
)

#: These mean control in some files, and in others that a guide was not found. They are read as
#: control only when nothing else is, and another column says so too.
NOTHING_WORDS = (
    Word("none", r"none"),
    Word("(empty)", r""),
    Word("nan", r"nan|na|n/a|<na>"),
)

#: Cells of which the perturbation is not known; they are dropped and counted.
UNKNOWN_WORDS = (
    Word("unassigned", r"(un|not?[-_ ]?)assigned([-_ ]?cells?)?"),
    Word("unknown", r"unknown|undetermined|undefined|ambiguous|\?|-|\*"),
    Word("no guide", r"no[-_ ]?(s?g(uide)?(rna)?s?|call|perturbation)"),
    Word("multiplet", r"multi(plet|ple|[-_ ]?guides?)?s?|doublets?|multiple[-_ ]?guides?"),
)


def control_word(label: str) -> str:
    """The control word that a label is; "" when it is none."""
    return next((word.example for word in CONTROL_WORDS if word.means(label)), "")


def nothing_word(label: str) -> str:
    """The word for nothing that a label is; "" when it is none."""
    return next((word.example for word in NOTHING_WORDS if word.means(label)), "")


def unknown_word(label: str) -> str:
    """The word for an unknown perturbation that a label is; "" when it is none."""
    return next((word.example for word in UNKNOWN_WORDS if word.means(label)), "")
