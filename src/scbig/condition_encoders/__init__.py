"""Perturbations and effects to condition vectors."""
