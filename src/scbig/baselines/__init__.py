"""What any model has to beat, with plain ``fit`` and ``predict``.

Scores in docstrings, "on Norman", are means over the published test conditions of seeds 1-3 of the
pseudobulks of Norman et al. 2019 (2,000 genes; 14 doubles with no seen target, 138 with one, 55
with two, 60 unseen singles): Pearson correlation of effects against control / against the training
mean. ``Additive`` has .412/.093, .547/.413, .693/.644 and, as the mean, .303/undefined.
"""
