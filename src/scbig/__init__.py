"""scbig: predict how single cells respond to genetic perturbations never measured."""

__version__ = "0.1.0"
