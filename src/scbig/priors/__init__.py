"""Prior knowledge read from files: target embeddings, gene networks, gene sets."""
