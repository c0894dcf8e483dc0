"""Conditional flow matching: paths, couplings, solvers. Time 0 is control, 1 perturbed."""
