"""Settings of the synthetic screen."""

from dataclasses import dataclass

from scbig.errors import UserError


@dataclass(frozen=True)
class SyntheticSettings:
    """Size and difficulty of a synthetic screen; equal settings give equal screens.

    Attributes:
        n_genes: measured genes.
        n_programs: planted disjoint gene programs.
        n_targets: target genes; each is perturbed alone, about half of them are measured.
        n_pairs: pairs of targets perturbed together.
        cells_per_condition: cells of each perturbed condition.
        n_controls: control cells.
        n_batches: batches; every condition is spread over all of them.
        n_cell_lines: cell lines, each with all conditions and as many cells again; from two on the
            column ``cell_line`` says which.
        line_similarity: correlation between a target's effects in the first and another line.
        prior_informativeness: cosine between a gene's prior vector and the latent vector that its
            effect is a smooth function of; 0 makes the embedding, network and gene sets useless.
        prior_width: width of the prior vectors.
        missing_prior: share of targets that the prior lacks.
        epistasis: 0 makes pairs additive in program activity; grows saturation, dilution and
            pair-specific interaction together.
        responders: mean share of cells in which a target takes effect; the others stay controls.
        state_dependence: how much an effect grows with the activity of the first program.
        effect_size: factor on all effects.
        seed: of everything.
    """

    n_genes: int = 500
    n_programs: int = 10
    n_targets: int = 60
    n_pairs: int = 80
    cells_per_condition: int = 80
    n_controls: int = 1200
    n_batches: int = 2
    n_cell_lines: int = 1
    line_similarity: float = 0.6
    prior_informativeness: float = 0.8
    prior_width: int = 32
    missing_prior: float = 0.03
    epistasis: float = 0.5
    responders: float = 0.9
    state_dependence: float = 0.3
    effect_size: float = 1.0
    seed: int = 0

    def __post_init__(self) -> None:
        """Check the ranges.

        Raises:
            UserError: a size below its smallest value, or a share outside 0..1.
        """
        smallest = {
            "n_genes": 3 * self.n_programs,
            "n_programs": 1,
            "n_targets": 1,
            "n_pairs": 0,
            "cells_per_condition": 1,
            "n_controls": 1,
            "n_batches": 1,
            "n_cell_lines": 1,
            "prior_width": 2,
            "epistasis": 0,
            "effect_size": 0,
            "seed": 0,
        }
        for name, bound in smallest.items():
            if getattr(self, name) < bound:
                raise UserError(f"synthetic {name} = {getattr(self, name)}: use {bound} or more")
        shares = ("prior_informativeness", "missing_prior", "responders", "state_dependence")
        for name in (*shares, "line_similarity"):
            if not 0 <= getattr(self, name) <= 1:
                raise UserError(f"synthetic {name} = {getattr(self, name)}: use 0 to 1")
        most = self.n_targets * (self.n_targets - 1) // 2
        if self.n_pairs > most:
            raise UserError(
                f"synthetic n_pairs = {self.n_pairs}: {self.n_targets} targets make {most} pairs"
            )
