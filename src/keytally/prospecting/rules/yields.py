"""What did a campaign, or a source, yield, and what did each of it cost? (F04, F05)"""

from dataclasses import dataclass

from keytally.kernel.money import Money


@dataclass(frozen=True, slots=True)
class Yield:
    """Leads, those that became targets, those that were won, the amount won, and what it cost."""

    leads: int
    targets: int
    won: int
    won_amount: Money
    cost: Money

    @property
    def cost_per_lead(self) -> Money | None:
        """What a lead cost; None without any."""
        return _each(self.cost, self.leads)

    @property
    def cost_per_target(self) -> Money | None:
        """What a target cost; None without any."""
        return _each(self.cost, self.targets)

    @property
    def cost_per_won(self) -> Money | None:
        """What a won account cost; None without any."""
        return _each(self.cost, self.won)

    @property
    def target_ppm(self) -> int | None:
        """How many of the leads became targets, in parts per million; None without any."""
        return self.targets * 1_000_000 // self.leads if self.leads else None


def _each(cost: Money, count: int) -> Money | None:
    """Share a cost, rounded half up to the minor unit."""
    return Money((2 * cost.minor + count) // (2 * count), cost.currency) if count else None
