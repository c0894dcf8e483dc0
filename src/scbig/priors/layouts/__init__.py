"""Vectors of genes from one layout of file each."""
