"""Velocity of the flow: (z_t, t, condition) to dz/dt."""
