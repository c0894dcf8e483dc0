"""Screens: read, check, split, match controls, sample."""
