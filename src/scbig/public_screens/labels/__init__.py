"""How sources write what was done to a cell."""
