"""``ScBIG``: gene modules, a module-token encoder, an anchored flow and alignment losses."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Literal

import torch
from lightning.pytorch.utilities.types import OptimizerLRSchedulerConfig
from torch import Tensor

from scbig.baselines.count_transport import CountTransport
from scbig.baselines.effect_mean import EffectMean
from scbig.baselines.gaussian_process import GaussianProcess
from scbig.cell_encoders.cell_encoder import CellEncoder
from scbig.cell_encoders.latent_space import LatentSpace
from scbig.cell_encoders.module_tokens import ModuleTokens
from scbig.cell_encoders.principal_axes import PrincipalAxes
from scbig.condition_encoders.condition_encoder import ConditionEncoder
from scbig.condition_encoders.target_set import TargetSet
from scbig.conditions import targets_of
from scbig.data_spec import DataSpec
from scbig.effects import EffectPredictor
from scbig.endpoint import Endpoint
from scbig.errors import UserError
from scbig.flow.borrowed_sources import borrowed, share_to_borrow
from scbig.flow.coupling import Coupling
from scbig.flow.entropic_coupling import EntropicCoupling
from scbig.flow.linear_path import LinearPath
from scbig.flow.midpoint import Midpoint
from scbig.flow.path import Path
from scbig.flow.solver import Solver
from scbig.losses.alignment_loss import AlignmentLoss
from scbig.losses.gradient_share import gradient_share
from scbig.losses.mean_matching import MeanMatching
from scbig.losses.module_correlation import ModuleCorrelation
from scbig.losses.module_distribution import ModuleDistribution
from scbig.losses.weighted_alignment import WeightedAlignment
from scbig.models.latent_flow import FlowStep, LatentFlow
from scbig.models.perturbation_model import PerturbationModel
from scbig.models.two_stage_schedule import two_stages
from scbig.pair_batch import PairBatch
from scbig.predictor import Prediction, Query
from scbig.velocity_fields.token_transformer import TokenTransformer
from scbig.velocity_fields.velocity_field import VelocityField

DEFAULT_ALIGNMENT: dict[str, Callable[[DataSpec], AlignmentLoss]] = {
    # an anchored flow cannot move the mean: the variance is what this one has to act on
    "moments": partial(MeanMatching, variance_weight=1.0),
    "module_correlation": ModuleCorrelation,
    "module_distribution": ModuleDistribution,
}

#: Values of held-out cells that the encoder is judged by, at most: 128 MB.
MOST_JUDGED = 2**25


class ScBIG(PerturbationModel):
    """Module-inductive flow matching (scBIG, arXiv 2602.04901) around an effect anchor.

    One fit has two stages. For ``pretrain_steps`` the encoder learns to reconstruct cells; then it
    is frozen, its latents are standardised and the flow is trained in them:

        v(z, t, c) = A_c + r(z, t, A_c, c) - mean over cells of r

    with A_c the latent displacement of the condition's effect, the measured one while training and
    the anchor's at prediction. Without an anchor v = r(z, t, c), the published form.

    Args:
        cell_encoder: factory, ``DataSpec`` to encoder.
        condition_encoder: factory, ``DataSpec`` to encoder.
        velocity_field: factory, ``(tokens, width, condition_width)`` to network.
        anchor: factory of the effect predictor that sets the mean; ``None`` for a plain flow.
        coupling, path, solver: factories of the parts of the flow.
        alignment: factories of the alignment losses, by name.
        weights: weight of each alignment loss, in units of its own running mean; 0 switches it off.
        cells: how source cells become predicted ones around an anchor's mean: ``counts`` or
            ``log`` (``CountTransport.displaced``).
        enough_controls: where a screen has fewer control cells, an anchored flow also learns from
            perturbed cells less their effect, in the share that fills up (``borrowed``); 0 never.
        pretrain_steps: steps of the first stage; an encoder that has nothing to learn has none.
        pretrain_rate, flow_rate: learning rates of the two stages (AdamW, warm-up and cosine).
        weight_decay: of both.
        pseudobulk_weight: weight of condition means in the reconstruction loss: effects are small
            beside the noise of cells.
        share_every: steps between two measurements of the gradient shares.
    """

    true_effect: Tensor
    mean_control: Tensor

    def __init__(
        self,
        cell_encoder: Callable[[DataSpec], CellEncoder] = ModuleTokens,
        condition_encoder: Callable[[DataSpec], ConditionEncoder] = TargetSet,
        velocity_field: Callable[[int, int, int], VelocityField] = TokenTransformer,
        anchor: Callable[[], EffectPredictor] | None = GaussianProcess,
        coupling: Callable[[], Coupling] = EntropicCoupling,
        path: Callable[[], Path] = LinearPath,
        solver: Callable[[], Solver] = Midpoint,
        alignment: dict[str, Callable[[DataSpec], AlignmentLoss]] | None = None,
        weights: dict[str, float] | None = None,
        cells: Literal["counts", "log"] = "counts",
        enough_controls: int = 500,
        pretrain_steps: int = 600,
        pretrain_rate: float = 2e-3,
        flow_rate: float = 2e-3,
        weight_decay: float = 1e-4,
        pseudobulk_weight: float = 1.0,
        share_every: int = 50,
    ) -> None:
        super().__init__()
        self.cell_encoder = cell_encoder
        self.condition_encoder = condition_encoder
        self.velocity_field = velocity_field
        self.anchor = anchor
        self.coupling = coupling
        self.path = path
        self.solver = solver
        self.alignment = dict(DEFAULT_ALIGNMENT if alignment is None else alignment)
        self.weights = dict.fromkeys(self.alignment, 0.1) | dict(weights or {})
        self.cells = cells
        self.enough_controls = enough_controls
        self.pretrain_steps = pretrain_steps
        self.pretrain_rate = pretrain_rate
        self.flow_rate = flow_rate
        self.weight_decay = weight_decay
        self.pseudobulk_weight = pseudobulk_weight
        self.share_every = share_every

    # -- assembly ----------------------------------------------------------------------------

    def build(self, spec: DataSpec) -> None:
        """Make the networks; fit the anchor on the training effects.

        Raises:
            UserError: a weight is given for a loss that the model does not have.
        """
        self.spec = spec
        self.latent = LatentSpace(self.cell_encoder(spec))
        tokens, width = self.latent.encoder.latent_shape
        learns = any(p.requires_grad for p in self.latent.parameters())
        self.encoder_steps = self.pretrain_steps if learns else 0
        self.ceiling = PrincipalAxes(spec, width=tokens * width)
        conditioner = self.condition_encoder(spec)
        self.flow = LatentFlow(
            conditioner,
            self.velocity_field(tokens, width, conditioner.width),
            self.coupling(),
            self.path(),
            self.solver(),
            anchored=self.anchor is not None,
        )
        self.anchor_mean = None if self.anchor is None else EffectMean(self.anchor(), spec.effects)
        if self.anchor_mean is not None:
            around = CountTransport(self.anchor_mean, spec)
            whole = around.with_whole_fold()
            self.transports = {"count_transport": around, "fold_transport": whole}
            if self.cells == "counts" and spec.has_counts:
                self.stand_ins = self.transports
        self.alignment_terms = WeightedAlignment(spec, self.alignment, self.weights)
        self.share_borrowed = share_to_borrow(spec.n_controls, self.enough_controls)
        effects = torch.from_numpy(spec.effects.delta).float()
        control = torch.from_numpy(spec.effects.control).float()
        # the spec of the checkpoint carries both: not in the weights
        self.register_buffer("true_effect", effects, persistent=False)
        self.register_buffer("mean_control", control, persistent=False)

    @property
    def pretraining(self) -> bool:
        """Whether the next step belongs to the first stage."""
        return self.global_step < self.encoder_steps

    def configure_optimizers(self) -> OptimizerLRSchedulerConfig:
        """AdamW with one group a stage (``two_stages``)."""
        total = int(self.trainer.estimated_stepping_batches)
        if total <= self.encoder_steps:
            raise UserError(
                f"training has {total} steps and pretrain_steps is {self.encoder_steps}: "
                "nothing is left for the flow; raise trainer.max_steps or lower pretrain_steps"
            )
        return two_stages(
            list(self.latent.parameters()),
            list(self.flow.parameters()),
            rates=(self.pretrain_rate, self.flow_rate),
            weight_decay=self.weight_decay,
            switch=self.encoder_steps,
            total=total,
        )

    # -- training ----------------------------------------------------------------------------

    def on_train_batch_start(self, batch: PairBatch, batch_idx: int) -> None:
        """Freeze the encoder and standardise its latents when the second stage starts."""
        if self.global_step == self.encoder_steps:
            self._finish_encoder()

    def training_step(self, batch: PairBatch, batch_idx: int) -> Tensor:
        """Reconstruction in the first stage, flow matching and alignment in the second."""
        loss = self._reconstruction(batch) if self.pretraining else self._flow(batch)
        if self.trainer.world_size > 1:
            # distributed training wants every parameter in every step
            loss = loss + 0.0 * torch.stack([p.sum() for p in self.parameters()]).sum()
        return loss

    def _reconstruction(self, batch: PairBatch) -> Tensor:
        cells = torch.cat([batch.control, batch.perturbed])
        flat = cells.flatten(0, 1)
        error = (self.latent.encoder.decode(self.latent.encoder.encode(flat)) - flat).view_as(cells)
        per_cell = error.square().mean()
        pseudobulk = error.mean(1).square().mean()
        self.log("train/reconstruction", per_cell, prog_bar=True)
        self.log("train/pseudobulk_reconstruction", pseudobulk)
        return per_cell + self.pseudobulk_weight * pseudobulk

    @torch.no_grad()
    def _finish_encoder(self) -> None:
        spec = self.built_spec
        cells = torch.tensor(spec.perturbed_cells).to(self.device)
        held_out = self._held_out_cells()
        judged = torch.cat(held_out).to(self.device) if held_out else cells
        ours, pca = ((judged - back).square().mean() for back in self.reconstruct(judged))
        if ours > pca and self.latent.encoder.fall_back():
            self.print(
                f"the encoder reconstructs held-out cells worse than PCA ({ours:.5f} against "
                f"{pca:.5f}): its non-linear part is switched off"
            )
        self.latent.standardise(cells)

    def _held_out_cells(self) -> list[Tensor]:
        """Cells of the validation conditions, of as many as stay within ``MOST_JUDGED`` values."""
        held_out: list[Tensor] = []
        for trial in self.trainer.val_dataloaders or []:
            if sum(cells.numel() for cells in held_out) > MOST_JUDGED:
                break
            held_out.append(trial.truth)
        return held_out

    def _flow(self, batch: PairBatch) -> Tensor:
        with torch.no_grad():
            z_0, z_1 = self._encode(batch.control), self._encode(batch.perturbed)
            effect = self._training_displacement(batch)
            if self.anchor is not None:
                z_0 = borrowed(z_0, z_1, effect, self.share_borrowed)
        step: FlowStep = self.flow(
            z_0, z_1, effect, batch.targets, batch.target_mask, batch.covariates
        )
        self.log("train/flow_matching", step.matching, prog_bar=True)
        if not len(self.alignment_terms):
            return step.matching
        with torch.no_grad():
            truth = self._decode(step.truth)
        endpoint = Endpoint(self._decode(step.endpoint), truth, step.time)
        raw, weighted = self.alignment_terms(endpoint)
        self.log_dict({f"train/{name}": value for name, value in raw.items()})
        terms = {"flow_matching": step.matching, **weighted}
        self._log_gradient_share(terms)
        return torch.stack(list(terms.values())).sum()

    def _log_gradient_share(self, terms: dict[str, Tensor]) -> None:
        if self.global_step % self.share_every == 0:
            shares = gradient_share(terms, list(self.flow.velocity.parameters()))
            self.log_dict({f"gradient_share/{name}": share for name, share in shares.items()})

    def _training_displacement(self, batch: PairBatch) -> Tensor:
        effect = self.true_effect[batch.condition]
        if self.anchor is None:
            effect = torch.zeros_like(effect)
        return self.latent.displacement(self.mean_control.expand_as(effect), effect)

    def _encode(self, cells: Tensor) -> Tensor:
        encoded = self.latent.encode(cells.flatten(0, 1))
        return encoded.view(*cells.shape[:2], *encoded.shape[1:])

    def _decode(self, latents: Tensor) -> Tensor:
        return self.latent.decode(latents.flatten(0, 1)).view(*latents.shape[:2], -1)

    # -- prediction --------------------------------------------------------------------------

    @torch.no_grad()
    def predict(self, query: Query) -> Prediction:
        """Carry the source cells along the flow.

        Cells are x_0 + dec(z_1) - dec(z_0): the error of the reconstruction cancels. With an
        anchor every gene is then moved so that its mean is that of the anchor; as counts, where
        the source cells have library sizes and ``cells`` says so. What the anchor says of its
        errors holds for that mean. Where a closed form around the same mean was better on the
        validation conditions it answers instead, and the fallback says so.
        """
        if self.stand_in:
            return self._instead(query)
        answer = None if self.anchor_mean is None else self.anchor_mean.predict(query)
        delta = torch.zeros_like(query.control_mean, dtype=torch.float64)
        if answer is not None:
            delta = answer.mean - query.control_mean.double()
        control, start = query.control.float(), query.control_mean.float()
        displacement = self.latent.displacement(start[None], delta[None].float())[0]
        rows = self.built_spec.targets.rows(targets_of(query.condition))
        targets = torch.from_numpy(rows).to(self.device)
        z_0 = self.latent.encode(control)
        z_1 = self.flow.carry(z_0, displacement, targets, query.covariates)
        moved = self.latent.decode(z_1) - self.latent.decode(z_0)
        if answer is None:
            return Prediction.of_cells((control + moved).clamp_min(0.0))
        transport = self.transports[self.pattern or next(iter(self.transports))]
        return transport.displaced(query, answer, moved, self.cells == "log")

    def _instead(self, query: Query) -> Prediction:
        answer = self.stand_ins[self.stand_in].predict(query)
        said = f"cells by {self.stand_in}: better than the flow on validation conditions"
        reasons = [reason for reason in (answer.fallback, said) if reason]
        return replace(answer, fallback="; ".join(reasons))

    def reconstruct(self, cells: Tensor) -> tuple[Tensor, Tensor]:
        """Cells, (N, genes), through the encoder, and through PCA of as many dimensions."""
        pca = self.ceiling.decode(self.ceiling.encode(cells))
        return self.latent.encoder.decode(self.latent.encoder.encode(cells)), pca
