"""From an inspected file to one in the package's own form; nothing is changed without a count."""
