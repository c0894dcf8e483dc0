"""One small screen, written as other laboratories write theirs."""

from collections.abc import Callable
from dataclasses import dataclass, field

import anndata
import numpy as np
import pandas as pd
import scipy.sparse as sp

TARGETS = (
    *("KLF1", "CEBPA", "SPI1", "GATA1", "NKX2-1", "STAT1", "STAT2", "IRF1", "MYC", "JAK2"),
    *("AARS", "HSPA5", "HLA-A", "FOXA1", "TP53", "ATF4", "BRD4", "CUL3", "SMAD4", "ETS2"),
)
PAIRS = (
    *("CEBPA+KLF1", "GATA1+SPI1", "IRF1+STAT1", "JAK2+STAT2", "FOXA1+NKX2-1", "MYC+TP53"),
    *("AARS+HSPA5", "ATF4+BRD4", "CUL3+SMAD4", "ETS2+KLF1", "CEBPA+GATA1", "MYC+STAT1"),
)
GENES = (*TARGETS[:16], *(f"GENE{i}" for i in range(1, 65)))


@dataclass
class LabFile:
    """A file of a laboratory.

    Attributes:
        adata: what is in it.
        names: the condition of each cell, "" where it is not known.
        counts: raw counts of each cell over all genes that were measured there, as in ``GENES``.
        declared: options that no evidence can replace.
        needs_import: whether fit cannot read it as it is.
    """

    adata: anndata.AnnData
    names: np.ndarray
    counts: np.ndarray
    declared: dict[str, object] = field(default_factory=dict)
    needs_import: bool = True


def measured(
    pairs: bool = True, seed: int = 0, cells: int = 16, controls: int = 60
) -> tuple[np.ndarray, np.ndarray]:
    """Conditions and counts: every target shifts a few genes, pairs add up."""
    rng = np.random.default_rng(seed)
    conditions = [*TARGETS, *(PAIRS if pairs else ())]
    names = np.repeat(["control", *conditions], [controls] + [cells] * len(conditions))
    names = rng.permutation(names)
    effects = {t: rng.normal(0, 0.8, len(GENES)) * (rng.random(len(GENES)) < 0.3) for t in TARGETS}
    shift = np.stack(
        [sum((effects[t] for t in n.split("+") if t in effects), np.zeros(len(GENES)))
         for n in names]
    )  # fmt: skip
    rate = rng.gamma(2.0, 1.0, len(GENES)) * rng.lognormal(0, 0.2, (len(names), 1))
    return names, rng.poisson(rate * np.exp(shift)).astype(np.float32)


def logged(counts: np.ndarray, total: float = 1e4, library: np.ndarray | None = None) -> np.ndarray:
    """log1p of scaled counts."""
    library = counts.sum(1) if library is None else library
    return np.log1p(counts * (total / library)[:, None]).astype(np.float32)


def assembled(
    x: np.ndarray, genes: object = GENES, dense: bool = False, **columns: object
) -> anndata.AnnData:
    """An AnnData with cell names of 10x."""
    index = [f"AACG{i:06d}-{1 + i % 2}" for i in range(len(x))]
    return anndata.AnnData(
        X=x if dense else sp.csr_matrix(x),
        obs=pd.DataFrame(columns, index=index),
        var=pd.DataFrame(index=list(genes)),
    )


def ensembl(genes: object = GENES) -> list[str]:
    return [f"ENSG{10_000 + 7 * i:011d}" for i in range(len(list(genes)))]


def mapped(names: np.ndarray, how: Callable[[str], str]) -> np.ndarray:
    return np.asarray([how(name) for name in names], dtype=object)


def plain() -> LabFile:
    names, counts = measured()
    return LabFile(assembled(counts, condition=names), names, counts, needs_import=False)


def scperturb() -> LabFile:
    """perturbation A_B, nperts, ncounts, raw counts."""
    names, counts = measured()
    adata = assembled(
        counts,
        perturbation=pd.Categorical(mapped(names, lambda n: n.replace("+", "_"))),
        nperts=mapped(names, lambda n: 0 if n == "control" else n.count("+") + 1).astype(int),
        ncounts=counts.sum(1),
        ngenes=(counts > 0).sum(1),
        perturbation_type="CRISPR",
        cell_line="K562",
        disease="leukemia",
    )
    adata.var["ensembl_id"] = ensembl()
    return LabFile(adata, names, counts, needs_import=False)


def gears() -> LabFile:
    """A+ctrl, ctrl+A, Ensembl index, logarithms of which genes were taken away."""
    names, counts = measured()
    library = counts.sum(1) * np.random.default_rng(2).uniform(5, 9, len(names))

    def label(name: str) -> str:
        return "ctrl" if name == "control" else name if "+" in name else f"{name}+ctrl"

    adata = assembled(
        logged(counts, library=library),
        ensembl(),
        condition=pd.Categorical(mapped(names, label)),
        cell_type="A549",
        dose_val=mapped(names, lambda n: "1" if n == "control" else "1+1"),
        control=(names == "control").astype(int),
        condition_name=mapped(names, lambda n: f"A549_{label(n)}_1+1"),
    )
    adata.var["gene_name"] = list(GENES)
    return LabFile(adata, names, counts, needs_import=False)


def state() -> LabFile:
    """gene, non-targeting, gem_group, several lines, log1p of CP10k."""
    names, counts = measured(pairs=False, cells=48, controls=240)
    rng = np.random.default_rng(3)
    adata = assembled(
        logged(counts),
        gene=pd.Categorical(mapped(names, lambda n: "non-targeting" if n == "control" else n)),
        gem_group=rng.integers(1, 3, len(names)),
        cell_type=rng.choice(["k562", "rpe1"], len(names)),
    )
    return LabFile(adata, names, counts, needs_import=False)


def replogle() -> LabFile:
    """Ensembl index with symbols that repeat, dense counts, gene, gene_id, sgID_AB, UMI_count."""
    names, counts = measured(pairs=False)
    numbers = dict(zip(GENES, ensembl(), strict=True))
    rng = np.random.default_rng(5)

    def guides(name: str) -> str:
        if name == "control":
            return "|".join(f"non-targeting_{k:05d}" for k in rng.integers(1, 999, 2))
        return "|".join(f"{name}_{s}_{rng.integers(1e7, 1e8)}.23-P1P2" for s in "+-")

    adata = assembled(
        counts,
        ensembl(),
        dense=True,
        gem_group=rng.integers(1, 20, len(names)),
        gene=mapped(names, lambda n: "non-targeting" if n == "control" else n),
        gene_id=mapped(names, lambda n: "non-targeting" if n == "control" else numbers.get(n, n)),
        transcript=mapped(names, lambda n: "non-targeting" if n == "control" else "P1P2"),
        sgID_AB=mapped(names, guides),
        UMI_count=counts.sum(1) + 3,
        mitopercent=rng.random(len(names)),
    )
    adata.var["gene_name"] = ["GENE2" if g == "GENE1" else g for g in GENES]
    return LabFile(adata, names, counts)


def norman_guides() -> LabFile:
    """guide_identity: KLF1_NegCtrl0__KLF1_NegCtrl0."""
    names, counts = measured()

    def guide(name: str) -> str:
        one, *other = ["NegCtrl0"] if name == "control" else name.split("+")
        half = f"{one}_{(other or ['NegCtrl0'])[0]}"
        return f"{half}__{half}"

    adata = assembled(
        counts, guide_identity=mapped(names, guide), gemgroup=np.arange(len(names)) % 2 + 1
    )
    return LabFile(adata, names, counts)


def adamson_guides() -> LabFile:
    """SPI1_pDS255, 62(mod)_pBA581, and cells nobody could assign."""
    names, counts = measured(pairs=False)
    adata = assembled(
        counts,
        perturbation=mapped(
            names, lambda n: "62(mod)_pBA581" if n == "control" else f"{n}_pDS{len(n) * 37}"
        ),
    )
    lost = np.arange(len(names)) % 50 == 7
    labels = adata.obs["perturbation"].astype(object)
    labels[lost] = np.where(np.arange(len(names)) % 100 == 7, "*", None)[lost]
    adata.obs["perturbation"] = labels
    return LabFile(adata, np.where(lost, "", names), counts)


def numbered_guides() -> LabFile:
    """sgKLF1_2, NTC_3, in a panel that measures few targets."""
    names, counts = measured(pairs=False, cells=24)
    rng = np.random.default_rng(1)
    adata = assembled(
        counts,
        sgrna=mapped(
            names,
            lambda n: f"{'NTC' if n == 'control' else 'sg' + n}_{rng.integers(1, 4)}",
        ),
        total_counts=counts.sum(1) * 20,
    )
    return LabFile(adata, names, counts)


def dashed_guides() -> LabFile:
    """AARS-1, NKX2-1-2, neg_ctrl-1; X is z-scored and raw holds counts."""
    names, counts = measured(pairs=False, cells=24)
    rng = np.random.default_rng(1)
    adata = assembled(
        counts,
        guide=mapped(
            names, lambda n: f"{'neg_ctrl' if n == 'control' else n}-{rng.integers(1, 4)}"
        ),
    )
    adata.raw = adata.copy()
    z = (counts - counts.mean(0)) / (counts.std(0) + 1e-3)
    adata.X = z.astype(np.float32)
    return LabFile(adata, names, counts)


def perturbench() -> LabFile:
    """condition with labels of its own for control, and a control column; log of the median."""
    names, counts = measured()
    adata = assembled(
        logged(counts, float(np.median(counts.sum(1)))),
        condition=mapped(names, lambda n: "GFP" if n == "control" else n),
        control=names == "control",
        treatment="none",
    )
    return LabFile(adata, names, counts)


def two_columns() -> LabFile:
    """gene_1, gene_2, empty for what is not there."""
    names, counts = measured()

    def part(name: str, k: int) -> str | None:
        parts = ["control"] if name == "control" else name.split("+")
        return parts[k] if k < len(parts) else None

    adata = assembled(
        counts,
        gene_1=pd.Categorical(mapped(names, lambda n: part(n, 0))),
        gene_2=pd.Categorical(mapped(names, lambda n: part(n, 1))),
        replicate=np.where(np.arange(len(names)) % 2, "a", "b"),
    )
    return LabFile(adata, names, counts)


def semicolons() -> LabFile:
    """A;B, scrambled, multiplets, base-2 logarithms of CPM beside counts of nothing."""
    names, counts = measured()
    labels = mapped(names, lambda n: "scrambled" if n == "control" else n.replace("+", ";"))
    lost = np.arange(len(names)) % 40 == 3
    labels[lost] = "multiplet"
    x = (logged(counts, 1e6).astype(np.float64) / np.log(2)).astype(np.float32)
    return LabFile(assembled(x, target_gene=labels), np.where(lost, "", names), counts)


def ensembl_targets() -> LabFile:
    """Targets as Ensembl numbers, genes as symbols, unperturbed cells, spaces around the plus."""
    names, counts = measured()
    numbers = dict(zip(GENES, ensembl(), strict=True))

    def label(name: str) -> str:
        parts = [numbers.get(part, part) for part in name.split("+")]
        return "unperturbed" if name == "control" else " + ".join(parts)

    adata = assembled(counts, target=mapped(names, label))
    adata.var["gene_ids"] = ensembl()
    return LabFile(adata, names, counts)


def empty_controls() -> LabFile:
    """NaN for control, which only another column says."""
    names, counts = measured(pairs=False)
    adata = assembled(
        counts,
        gene=mapped(names, lambda n: None if n == "control" else n),
        is_control=names == "control",
    )
    return LabFile(adata, names, counts)


def several_lines() -> LabFile:
    """Three lines, a batch inside them, two words for control, A|B."""
    names, counts = measured(cells=60, controls=360)
    rng = np.random.default_rng(8)
    labels = mapped(names, lambda n: n.replace("+", "|"))
    control = names == "control"
    labels[control] = np.where(rng.random(control.sum()) < 0.5, "NT", "safe-targeting")
    adata = assembled(
        counts,
        genotype=labels,
        cell_line=rng.choice(["K562", "Jurkat", "HepG2"], len(names)),
        batch=rng.choice(["b1", "b2"], len(names)),
        phase=rng.choice(["G1", "S"], len(names)),
    )
    return LabFile(adata, names, counts)


LABS: dict[str, Callable[[], LabFile]] = {
    lab.__name__: lab
    for lab in (
        *(plain, scperturb, gears, state, replogle, norman_guides, adamson_guides),
        *(numbered_guides, dashed_guides, perturbench, two_columns, semicolons),
        *(ensembl_targets, empty_controls, several_lines),
    )
}
