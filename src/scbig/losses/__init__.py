"""Structure-aware alignment losses, one a file."""
