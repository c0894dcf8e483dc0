import pytest

from scbig.conditions import canonical, canonical_all, join_targets, parse_conditions, targets_of
from scbig.errors import UserError


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("B+A", "A+B"), ("A+B", "A+B"), ("A+ctrl", "A"), ("ctrl+A", "A"), ("ctrl", "control"),
        ("control", "control"), ("non-targeting", "control"), (" A + B ", "A+B"),
        ("ctrl+ctrl", "control"), ("C+A+B", "A+B+C"), ("A+A", "A"),
    ],
)  # fmt: skip
def test_labels_have_one_name(label: str, expected: str) -> None:
    assert canonical(label) == expected
    assert canonical(expected) == expected


def test_underscores_join_only_when_asked() -> None:
    assert canonical("B_A", style="underscore") == "A+B"
    assert canonical("B_A") == "B_A"
    assert canonical("NT", control_label="NT") == "control"
    assert canonical_all(["NT", "B_NT", "NT"], "underscore", "NT") == ["control", "B", "control"]


@pytest.mark.parametrize("label", ["A+", "+", "", "A++B"])
def test_an_empty_target_is_refused(label: str) -> None:
    with pytest.raises(UserError, match="empty"):
        canonical(label)


def test_requests_keep_their_order_and_say_when_they_are_empty() -> None:
    assert parse_conditions("KLF1, B+A,KLF1") == ["KLF1", "A+B"]
    assert parse_conditions("[KLF1, B+A ,KLF1]") == ["KLF1", "A+B"]
    with pytest.raises(UserError, match="no perturbation"):
        parse_conditions(" , ")
    with pytest.raises(UserError, match="no perturbation"):
        parse_conditions("[]")
    with pytest.raises(UserError, match="style"):
        canonical("A", style="dots")


def test_targets_and_names_are_inverse() -> None:
    assert targets_of("control") == () and join_targets([]) == "control"
    assert join_targets(targets_of("A+B")) == "A+B"
