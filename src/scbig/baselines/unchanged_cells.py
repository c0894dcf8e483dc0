"""``UnchangedCells``: the control cells themselves."""

from scbig.predictor import Prediction, Query


class UnchangedCells:
    """Cells of ``NoChange``: the source cells as they are, mean c of *all* control cells.

    Needs nothing; never undefined.
    """

    def predict(self, query: Query) -> Prediction:
        """The source cells."""
        return Prediction(query.control_mean.double(), query.control)
