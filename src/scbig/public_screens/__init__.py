"""Public perturbation screens: where their files are, and how they become what fit reads."""
