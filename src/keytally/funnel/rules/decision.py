"""Is whoever decides at the customer for us? (F08, third criterion)"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Vote:
    """A contact's weight in the decision, and whether they are for us."""

    weight: int
    is_for_us: bool


def majority_is_for_us(votes: Sequence[Vote]) -> bool:
    """Tell whether the holder of the greatest weight is for us, or the majority of heads where several hold it.

    Weights are not added up: with 40, 30 and 30 the two 30s for us do not outvote the 40.

    >>> majority_is_for_us([Vote(40, False), Vote(30, True), Vote(30, True)])
    False
    >>> majority_is_for_us([Vote(25, True), Vote(25, True), Vote(25, True), Vote(25, False)])
    True
    """
    greatest = max((vote.weight for vote in votes), default=0)
    deciding = [vote for vote in votes if vote.weight == greatest and greatest > 0]
    return 2 * sum(vote.is_for_us for vote in deciding) > len(deciding)
