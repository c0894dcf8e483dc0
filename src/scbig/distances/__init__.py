"""Distances between sets of cells: pairwise, Sinkhorn, energy, MMD."""
