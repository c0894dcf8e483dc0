from dataclasses import replace

from planted_leaks import evidence
from test_fitted_artefacts import EVERY, fitted

from scbig.data.audit.audit import audit_summary
from small_screen import SPLIT


def test_the_card_of_a_run():
    screen = evidence().screen
    card = audit_summary(screen, SPLIT, fitted(SPLIT))
    assert card["status"] == "clean" and card["leak"] == card["unproven"] == []
    assert "spec" in card["checks"] and card["note"]
    leaky = replace(fitted(SPLIT), gene_mean=fitted(EVERY).gene_mean)
    card = audit_summary(screen, SPLIT, leaky)
    assert card["status"] == "fails" and "gene_mean" in card["leak"][0]
