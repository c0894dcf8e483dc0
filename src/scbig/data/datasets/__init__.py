"""Published screens: sources, checksums, layouts."""
