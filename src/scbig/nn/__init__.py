"""Building blocks of networks: attention, MLP, modulation."""
