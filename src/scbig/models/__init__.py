"""LightningModules: they assemble, optimise and log; the mathematics is elsewhere."""
