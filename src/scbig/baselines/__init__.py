"""What any model has to beat, with plain ``fit`` and ``predict``."""
