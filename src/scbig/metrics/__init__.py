"""Benchmark metrics, one a file: a pure function and a torchmetrics class."""
