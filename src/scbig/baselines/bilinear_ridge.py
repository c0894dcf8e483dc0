"""``BilinearRidge``: genes and perturbations in one space of expression components."""

from collections.abc import Sequence

import numpy as np
from scipy.linalg import eigh

from scbig.baselines.perturbed_mean import PerturbedMean
from scbig.baselines.prior_rows import PriorRows
from scbig.conditions import context_of, target_genes, targets_of
from scbig.effects import EffectPrediction, EffectPredictor, Effects, Matrix


class BilinearRidge(EffectPredictor):
    """The linear baseline of Ahlmann-Eltze et al. (2025), with sums for combinations.

    delta_c = A K B_c + b,  K = (A'A + l I)^-1 A'(Y - b) B'(BB' + l I)^-1

    Y: training effects with a column of zeros for control, (genes, conditions + 1); b: its row
    means, taken within each context where there are several; A: scores of the genes on the leading
    principal components of the training pseudobulks, genes as rows and columns centred, (genes,
    rank); B_c: sum of the rows of A of the targets of c, 0 for control. The reference matches
    conditions to genes by name and leaves combinations out; the sum is ours.

    A target that is not a measured gene has no row of A. Where it has an embedding its row is
    predicted by ``PriorRows``, in training and in prediction, and a predicted condition says so.
    With neither, training conditions enter A and b, not K; a predicted condition gets the mean
    training effect and says so.

    On Norman (``scbig.baselines``), where 48 of 105 targets are not measured and control enters
    as 0: .508/.369, .434/.247 and .539/.395 on doubles with no, one and two seen targets, .305/.058
    on unseen singles; without ``prior`` .438/.169, .416/.130, .487/.230 and .301/.037.

    Args:
        rank: number of components; less where there are fewer training conditions or genes.
        penalty: l.
        prior: whether embeddings stand in for targets that are not measured.
    """

    def __init__(self, rank: int = 10, penalty: float = 0.1, prior: bool = True) -> None:
        self.rank = rank
        self.penalty = penalty
        self.prior = prior

    def fit(self, effects: Effects) -> "BilinearRidge":
        """Two ridge solves of size ``rank``."""
        self.mean = PerturbedMean().fit(effects)
        y = np.column_stack([np.zeros(len(effects.genes)), effects.delta.T])
        self.intercept: Matrix = y.mean(1)
        self.intercepts = _by_context(effects)
        self.gene_scores = A = _leading_scores(y + effects.control[:, None], self.rank)
        self.column = {gene: i for i, gene in enumerate(effects.genes)}
        self.prior_rows = PriorRows.learn(effects, A) if self.prior else None
        names = [c for c in effects.conditions if not self._unknown(c)]
        b = np.array([self._intercept(c) for c in names]).reshape(len(names), len(A))
        residual = effects.delta[[effects.row[c] for c in names]] - b
        # the column of control has B = 0 and contributes to b alone
        B = self._rows(names)
        ridge = self.penalty * np.eye(A.shape[1])
        left = np.linalg.solve(A.T @ A + ridge, A.T @ residual.T @ B)
        self.loading = A @ np.linalg.solve(B.T @ B + ridge, left.T).T
        return self

    def predict(self, conditions: Sequence[str]) -> EffectPrediction:
        """A K B_c + b, (conditions, genes)."""
        mean = self.mean.predict(conditions)
        delta, fallback = mean.delta, list(mean.fallback)
        for i, condition in enumerate(conditions):
            unknown = self._unknown(condition)
            if unknown:
                said = "not among the measured genes"
                said += ", and no embedding to predict a row from" if self.prior else ""
                fallback[i] = f"mean effect: {', '.join(unknown)} {said}"
            elif targets_of(condition):
                delta[i] = self.loading @ self._rows([condition])[0] + self._intercept(condition)
                guessed = [t for t in targets_of(condition) if t not in self.column]
                fallback[i] = f"row from embedding: {', '.join(guessed)}" if guessed else ""
        return EffectPrediction(delta, tuple(fallback))

    def _unknown(self, condition: str) -> list[str]:
        known = self.prior_rows
        outside = [t for t in targets_of(condition) if t not in self.column]
        return [t for t in outside if known is None or not known.knows(t)]

    def _intercept(self, condition: str) -> Matrix:
        return self.intercepts.get(context_of(condition), self.intercept)

    def _rows(self, conditions: Sequence[str]) -> Matrix:
        """B, (conditions, rank)."""
        guessed = [t for t in target_genes(conditions) if t not in self.column]
        rows = dict(zip(guessed, self._guess(guessed), strict=True))
        out = np.zeros((len(conditions), self.gene_scores.shape[1]))
        for i, condition in enumerate(conditions):
            for t in targets_of(condition):
                out[i] += rows[t] if t in rows else self.gene_scores[self.column[t]]
        return out

    def _guess(self, targets: Sequence[str]) -> Matrix:
        if self.prior_rows is None or not targets:
            return np.zeros((0, self.gene_scores.shape[1]))
        return self.prior_rows(targets)


def _by_context(effects: Effects) -> dict[str, Matrix]:
    """Row means of the effects of each context and one control, (genes,) each."""
    of = np.array([context_of(c) for c in effects.conditions], dtype=np.str_)
    rows = {context: effects.delta[of == context] for context in effects.contexts}
    return {context: delta.sum(0) / (len(delta) + 1) for context, delta in rows.items()}


def _leading_scores(pseudobulk: Matrix, rank: int) -> Matrix:
    """Principal component scores of the rows, (rows, <= rank), through the smaller Gram matrix."""
    centred = pseudobulk - pseudobulk.mean(0)
    n = centred.shape[1]
    last = [max(n - rank, 0), n - 1]
    _, vectors = eigh(centred.T @ centred, subset_by_index=last)
    return np.asarray(centred @ vectors[:, ::-1])
