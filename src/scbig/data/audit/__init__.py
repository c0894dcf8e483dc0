"""Whether a split is what it claims to be, and nothing was fitted on what it tests."""
