"""The contract's grades for arrays of rows."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from contracts.quality import FAIR, GOOD, MEASURES, NONE, POOR, WATCHED
from sim.history.chance import Floats

GRADES = (NONE, GOOD, FAIR, POOR)


def grades(measures: Mapping[str, Floats]) -> npt.NDArray[np.int8]:
    """Return each row's grade as its place in `GRADES`; a measure that is NaN is not known."""
    judged = [measure for measure in MEASURES if measure.column in measures]
    unseen, good, fair = (np.zeros(()), np.ones(()), np.ones(()))
    for measure in judged:
        value = measures[measure.column]
        sign = 1 if measure.is_better_high else -1
        good = good * ~(sign * value < sign * measure.good)
        fair = fair * ~(sign * value < sign * measure.fair)
        unseen = unseen + (value == 0) * (measure.column in WATCHED)
    return np.select([unseen > 0, good > 0, fair > 0], [0, 1, 2], 3).astype(np.int8)
