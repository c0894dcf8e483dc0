"""Gene-Relation Clustering: relation graphs, clusterers, stability."""
