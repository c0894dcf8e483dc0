"""Screens on disk: cells sorted by condition in chunks, read when asked for."""
