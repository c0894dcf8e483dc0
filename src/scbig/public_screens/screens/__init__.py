"""One file a publication; whatever is a ``PublicScreen`` here is known to ``scbig data``."""
