"""Cells to module tokens and back."""
