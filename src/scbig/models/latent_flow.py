"""``LatentFlow``: conditional flow matching in latent space, anchored or plain."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from scbig.condition_encoders.condition_encoder import ConditionEncoder
from scbig.flow.anchoring import anchored_velocity
from scbig.flow.coupling import Coupling
from scbig.flow.path import Path
from scbig.flow.solver import Solver
from scbig.velocity_fields.velocity_field import VelocityField

#: Cells whose velocity is computed at once in prediction.
CHUNK = 1024


@dataclass(frozen=True)
class FlowStep:
    """What one batch says of the flow.

    Attributes:
        matching: flow matching loss, mean ||v - u||^2, a scalar.
        endpoint: one-step endpoint estimate z_t + (1 - t) v, (C, B, tokens, width).
        truth: perturbed latents, in the order of their partners, (C, B, tokens, width).
        time: t of each condition, (C,).
    """

    matching: Tensor
    endpoint: Tensor
    truth: Tensor
    time: Tensor


class LatentFlow(nn.Module):
    """Carries latents of control cells to those of perturbed ones.

    Args:
        conditioner: condition to vector.
        velocity: network of the velocity, or of the residual of an anchored one.
        coupling: which perturbed cell a control cell is paired with.
        path: from a control latent to its partner.
        solver: of the ODE, in prediction.
        anchored: the network is a residual that cannot move the mean (``anchored_velocity``).
    """

    def __init__(
        self,
        conditioner: ConditionEncoder,
        velocity: VelocityField,
        coupling: Coupling,
        path: Path,
        solver: Solver,
        anchored: bool,
    ) -> None:
        super().__init__()
        self.conditioner = conditioner
        self.velocity = velocity
        self.coupling = coupling
        self.path = path
        self.solver = solver
        self.anchored = anchored

    def forward(
        self,
        z_0: Tensor,
        z_1: Tensor,
        effect: Tensor,
        targets: Tensor,
        target_mask: Tensor,
        covariates: Tensor,
    ) -> FlowStep:
        """Pair, draw a time for each condition, and compare velocities.

        Args:
            z_0: latents of control cells, (C, B, tokens, width).
            z_1: latents of perturbed cells, same shape.
            effect: latent displacement of each condition, (C, tokens, width); zero without anchor.
            targets: see ``ConditionEncoder.forward``, as the next two.
            target_mask: where ``targets`` is real.
            covariates: level codes of each condition.
        """
        n_conditions, n_cells = z_0.shape[:2]
        with torch.no_grad():
            shifted = z_0 + effect.unsqueeze(1)
            partner = self.coupling.partner(shifted.flatten(2), z_1.flatten(2))
            z_1 = z_1[torch.arange(n_conditions, device=z_1.device)[:, None], partner]
        # one stratum of [0, 1] a condition: every batch has early and late times
        order = torch.randperm(n_conditions, device=z_0.device)
        time = (order + torch.rand(n_conditions, device=z_0.device)) / n_conditions
        sample = self.path.sample(z_0, z_1, time)
        condition = self.conditioner(targets, target_mask, covariates)
        residual = self.velocity(
            sample.z_t.flatten(0, 1),
            sample.t.repeat_interleave(n_cells),
            condition.repeat_interleave(n_cells, 0),
            effect.repeat_interleave(n_cells, 0),
        ).view_as(z_0)
        velocity = anchored_velocity(effect, residual) if self.anchored else residual
        return FlowStep(
            matching=(velocity - sample.u_t).square().mean(),
            endpoint=sample.z_t + (1.0 - sample.t[:, None, None, None]) * velocity,
            truth=z_1,
            time=sample.t,
        )

    def carry(self, z_0: Tensor, effect: Tensor, targets: Tensor, covariates: Tensor) -> Tensor:
        """Latents of cells of one condition at t = 1, (N, tokens, width).

        Args:
            z_0: latents of source cells, (N, tokens, width).
            effect: latent displacement of the condition, (tokens, width).
            targets: row of each target, (T,); none = control.
            covariates: level codes of each cell, (N, covariates).
        """
        condition, of_cell = self._conditions(targets, covariates)

        def velocity(latents: Tensor, time: Tensor) -> Tensor:
            parts = [
                self.velocity(
                    latents[i : i + CHUNK],
                    time[i : i + CHUNK],
                    condition[of_cell[i : i + CHUNK]],
                    effect.expand(len(of_cell[i : i + CHUNK]), -1, -1),
                )
                for i in range(0, len(latents), CHUNK)
            ]
            residual = torch.cat(parts)
            return anchored_velocity(effect[None], residual[None])[0] if self.anchored else residual

        return self.solver.integrate(velocity, self.path.start(z_0))

    def _conditions(self, targets: Tensor, covariates: Tensor) -> tuple[Tensor, Tensor]:
        """Vectors of the condition, one a covariate combination, and which one each cell has."""
        if covariates.shape[1]:
            levels, of_cell = torch.unique(covariates, dim=0, return_inverse=True)
        else:  # torch.unique refuses rows of no columns
            levels, of_cell = covariates[:1], covariates.new_zeros(len(covariates))
        # control has no target: one masked slot keeps the shapes
        padded = targets if len(targets) else targets.new_zeros(1)
        mask = torch.full_like(padded, len(targets) > 0, dtype=torch.bool)
        many = (len(levels), -1)
        return self.conditioner(padded.expand(many), mask.expand(many), levels), of_cell
