"""How the labels of one column are written, and what each of them means."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from scbig.conditions import CONTEXT, CONTROL, JOIN, join_targets
from scbig.data.inspection.control_words import control_word, nothing_word, unknown_word
from scbig.data.inspection.guide_names import gene_of
from scbig.data.inspection.vocabulary import Vocabulary, is_ensembl


@dataclass(frozen=True)
class Joining:
    """What stands between two targets.

    Attributes:
        name: what a user declares as ``label_style``.
        sign: the sign.
        certain: no gene has it in its name, so that one label with it says enough.
    """

    name: str
    sign: str
    certain: bool


#: One entry a sign. The first two are those that ``read_screen`` knows.
JOININGS = (
    Joining("plus", "+", certain=True),
    Joining("underscore", "_", certain=False),
    Joining("semicolon", ";", certain=True),
    Joining("comma", ",", certain=True),
    Joining("bar", "|", certain=True),
    Joining("ampersand", "&", certain=True),
    Joining("slash", "/", certain=False),
    Joining("colon", ":", certain=False),
    Joining("dash", "-", certain=False),
    Joining("double_underscore", "__", certain=False),
    Joining("double_dash", "--", certain=False),
    Joining("space", " ", certain=False),
    Joining("dot", ".", certain=False),
)
NO_JOINING = Joining("", "", certain=True)
#: Share of the labels with an uncertain sign whose parts must all be known for it to be a joint.
KNOWN_PARTS = 0.5
#: Share of the names that must be written as guides, and guides a gene, where genes are not known.
GUIDE_SHARE, GUIDES_A_GENE = 0.9, 1.3


@dataclass(frozen=True)
class LabelReading:
    """What the labels of a column mean.

    Attributes:
        joining: sign between targets.
        guide: example of the form of guides that were read as their genes; "" without guides.
        names: canonical condition of each label that has one.
        unknown: why each other label has none, such as ``unassigned``.
        controls: the word that made a label control, by label.
        unreadable: labels that cannot be read, and why.
    """

    joining: Joining
    guide: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    unknown: Mapping[str, str] = field(default_factory=dict)
    controls: Mapping[str, str] = field(default_factory=dict)
    unreadable: Mapping[str, str] = field(default_factory=dict)

    @property
    def targets(self) -> list[str]:
        """Target genes, each once, sorted."""
        named = {n for n in self.names.values() if n != CONTROL}
        return sorted({target for name in named for target in name.split(JOIN)})

    @property
    def style(self) -> str:
        """What to declare as ``label_style``; a column without joints is read by the default."""
        return self.joining.name or JOININGS[0].name


def read_labels(
    labels: Collection[str],
    vocabulary: Vocabulary,
    control_labels: Collection[str] = (),
    style: str | None = None,
) -> LabelReading:
    """Find out how ``labels`` are written, and read them.

    Args:
        labels: distinct labels of a column; "" for a cell without one.
        vocabulary: names known to be genes.
        control_labels: labels that are control, whatever they say.
        style: name of a joining that was declared.
    """
    open_ones, controls, unknown = _special(labels, control_labels)
    joining = (
        next(j for j in JOININGS if j.name == style) if style else _joining(open_ones, vocabulary)
    )
    tokens = {
        # a gene may have an uncertain sign in its name
        label: [label.strip()]
        if not joining.certain and vocabulary.known(label.strip())
        else _tokens(label, joining, control_labels)
        for label in open_ones
    }
    used = sorted({t for parts in tokens.values() for t in parts or ()})
    genes, guide = _genes(used, vocabulary)
    names = dict.fromkeys(controls, CONTROL)
    unreadable = {}
    for label, parts in tokens.items():
        targets = [genes[part] for part in parts or ()]
        if parts is None or CONTEXT in label:
            unreadable[label] = (
                f"it holds {CONTEXT!r}, which sets a context apart"
                if CONTEXT in label
                else "a target name is empty"
            )
        elif any(JOIN in target for target in targets):
            unreadable[label] = f"a target has {JOIN!r} in its name"
        else:
            names[label] = join_targets(targets)
            if names[label] == CONTROL:
                controls[label] = control_word(label) or "only control words"
    return LabelReading(joining, guide, names, unknown, controls, unreadable)


def _special(
    labels: Iterable[str], control_labels: Collection[str]
) -> tuple[list[str], dict[str, str], dict[str, str]]:
    """Labels that name something, control labels and labels of unknown cells."""
    open_ones, controls, unknown = [], {}, {}
    for label in labels:
        text = label.strip()
        if label in control_labels or text in control_labels:
            controls[label] = "as declared"
        elif nothing_word(text):
            unknown[label] = nothing_word(text)
        elif control_word(text):
            controls[label] = control_word(text)
        elif unknown_word(text):
            unknown[label] = unknown_word(text)
        else:
            open_ones.append(label)
    return open_ones, controls, unknown


def _joining(labels: Collection[str], vocabulary: Vocabulary) -> Joining:
    certain = [j for j in JOININGS if j.certain and any(j.sign in label for label in labels)]
    if len(certain) == 1:
        return certain[0]
    if certain:  # several signs: names of guides may hold one of them
        return max(certain, key=lambda j: _known_parts(labels, j, vocabulary))
    shares = {j: _known_parts(labels, j, vocabulary) for j in JOININGS if not j.certain}
    best = max(shares, key=lambda j: shares[j])
    return best if shares[best] >= KNOWN_PARTS else NO_JOINING


def _known_parts(labels: Collection[str], joining: Joining, vocabulary: Vocabulary) -> float:
    """Share of the labels with the sign that fall into known genes; guides count as their gene."""
    signed = [x for x in labels if joining.sign in x and not vocabulary.known(x.strip())]
    # a label without the sign is what its column calls one target
    atoms = frozenset(x.strip() for x in labels if joining.sign not in x)
    fits = 0
    for label in signed:
        parts = _tokens(label, joining, ())
        fits += parts is not None and all(
            vocabulary.known(part) or part in atoms or vocabulary.known(gene_of(part)[0])
            for part in parts
        )
    return fits / len(signed) if signed else 0.0


def _tokens(label: str, joining: Joining, control_labels: Collection[str]) -> list[str] | None:
    """Targets of a label as written, control words left out; ``None`` when one is empty."""
    text = label.strip()
    first, twice, second = text.partition("__")
    if twice and first == second:  # guide pair, written once for each cell line or lane
        text = first
    parts = [part.strip() for part in text.split(joining.sign)] if joining.sign else [text]
    if not all(parts):
        return None
    return [part for part in parts if not control_word(part) and part not in control_labels]


def _genes(names: list[str], vocabulary: Vocabulary) -> tuple[dict[str, str], str]:
    """Gene of each name, and an example of the form of guides if they are guides."""
    plain = {name: vocabulary.gene(name) for name in names}
    strange = [name for name in names if not (vocabulary.known(name) or is_ensembl(name))]
    read = {name: gene_of(name) for name in strange}
    guides = [name for name in strange if read[name][1]]
    if not guides:
        return plain, ""
    genes = {read[name][0] for name in guides}
    found = sum(vocabulary.known(read[name][0]) for name in guides)
    by_genes = found >= max(2, 0.5 * len(guides)) and found >= 0.2 * len(strange)
    by_number = len(guides) >= GUIDE_SHARE * len(strange) and len(guides) >= GUIDES_A_GENE * len(
        genes
    )
    if not (by_genes or by_number):
        return plain, ""
    forms = [read[name][1] for name in guides]
    return (
        plain | {name: vocabulary.gene(read[name][0]) for name in guides},
        max(dict.fromkeys(forms), key=forms.count),
    )


def with_controls(reading: LabelReading, labels: Collection[str], word: str) -> LabelReading:
    """The reading with further labels as control."""
    return replace(
        reading,
        names={**reading.names, **dict.fromkeys(labels, CONTROL)},
        unknown={k: v for k, v in reading.unknown.items() if k not in labels},
        unreadable={k: v for k, v in reading.unreadable.items() if k not in labels},
        controls={**reading.controls, **dict.fromkeys(labels, word)},
    )
