"""Commands that need no trainer, one a file."""
