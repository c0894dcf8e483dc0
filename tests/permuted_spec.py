"""The same training screen with its genes in another order."""

import dataclasses

import numpy as np

from scbig.data_spec import DataSpec


def permuted(spec: DataSpec, order: np.ndarray) -> DataSpec:
    """``spec`` with gene ``order[i]`` in place i."""
    genes = tuple(spec.genes[i] for i in order)
    effects = spec.effects
    return dataclasses.replace(
        spec,
        genes=genes,
        modules=dataclasses.replace(spec.modules, genes=genes, weights=spec.modules.weights[order]),
        effects=dataclasses.replace(
            effects,
            genes=genes,
            delta=effects.delta[:, order],
            variance=effects.variance[:, order],
            control=effects.control[order],
        ),
        gene_mean=spec.gene_mean[order],
        gene_sd=spec.gene_sd[order],
        axes=spec.axes[:, order],
        control_mean=spec.control_mean[:, order],
        perturbed_cells=spec.perturbed_cells[:, order],
        perturbed_mean=spec.perturbed_mean[order],
        perturbed_variance=spec.perturbed_variance[order],
    )
