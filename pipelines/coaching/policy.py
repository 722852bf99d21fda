"""The parameters of the coaching loop in one place: corrections, queue, feed. No rule is applied here.

Figures come from simulations with known truth (`benchmarks/`) unless a comment says otherwise.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import log
from types import MappingProxyType

Week = tuple[int, int]  # ISO year and week
HALF_WIDTH = 0.25  # .35 against .85 around the usual target of .60


@dataclass(frozen=True)
class Odds:
    """What one opportunity says about changed against unchanged, on the scorer's scale."""

    unchanged: float  # rate of met the scorer reports for a rep who has not changed
    changed: float

    @property
    def hit(self) -> float:
        """Log-likelihood ratio of a met opportunity (positive)."""
        return log(self.changed / self.unchanged)

    @property
    def miss(self) -> float:
        """Log-likelihood ratio of a missed opportunity (negative)."""
        return log((1 - self.changed) / (1 - self.unchanged))


@dataclass(frozen=True)
class CorrectionPolicy:
    """How a correction opens, comes back and ends. ``behaviours`` are those of the rubric in force."""

    target: float = 0.60  # of behaviours without one of their own
    targets: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    sensitivity: float = 0.90  # of the scorer; assumed until agreement is measured
    specificity: float = 0.92
    # Three straight misses of a rep who had been doing well, about eight opportunities at .35.
    open_h: float = 3.0
    provisional_h: float = 5.2
    relapse_h: float = 5.0
    skip: int = 6
    check_of: int = 8
    ladder_days: tuple[int, ...] = (7, 14, 28)
    step_back_below: float = 0.65
    straight_misses: int = 3
    weekly_cap: int = 3
    weak_weekly_cap: int = 2  # the weakest tier: more feedback makes it worse (Luo et al. 2021)
    weak_reps: frozenset[str] = frozenset()
    rubric: str = "sales_call.v5"
    behaviours: frozenset[str] | None = None  # None: every behaviour that is scored
    # Reminders that a coin flip takes away: rep, behaviour and week.
    held_back: frozenset[tuple[str, str, Week]] = frozenset()

    def observed(self, rate: float) -> float:
        """A true rate on the scorer's scale (.70 → .654, .85 → .777 at .90/.92)."""
        return rate * self.sensitivity + (1 - rate) * (1 - self.specificity)

    def odds(self, behaviour_id: str) -> Odds:
        """Unchanged and changed rates, half a width below and above the behaviour's target."""
        target = self.targets.get(behaviour_id, self.target)
        low, high = max(target - HALF_WIDTH, 0.05), min(target + HALF_WIDTH, 0.95)
        return Odds(self.observed(low), self.observed(high))

    def check_met(self, behaviour_id: str) -> int:
        """How many of ``check_of`` opportunities must be met to confirm: 6 of 8 at a target of .60."""
        return round(self.odds(behaviour_id).changed * self.check_of)

    def cap(self, rep_id: str) -> int:
        """Corrections a rep sees a week."""
        return self.weak_weekly_cap if rep_id in self.weak_reps else self.weekly_cap

    def is_in_force(self, behaviour_id: str) -> bool:
        return self.behaviours is None or behaviour_id in self.behaviours


@dataclass(frozen=True)
class QueuePolicy:
    """How a manager's week is filled."""

    target: float = 0.60  # of behaviours without a ``target`` of their own
    sensitivity: float = 0.90
    specificity: float = 0.92
    ramp_multiplier: float = 1.5
    transfer: float = 0.35  # of what is coached, the share that shows on calls
    other_deals_share: float = 0.5  # the rep's best deal counts fully, the others by this share
    items_per_rep: int = 2
    few_opportunities: int = 3  # fewer: observe or role-play rather than discuss a call
    coverage_weeks: int = 6  # nobody goes longer without an item
    prior_opportunities: float = 8.0  # weight of the team's rate where reps are too few to tell how much they differ
    fewest_reps: int = 10
    # Assumed until a company has its own estimate (at least 1,000 closed deals): equal for all.
    effect_log_odds: float = 0.4
    risk_log_odds: float = 0.1  # of each risk signal that the rep has not flagged, if it is talked about
    most_risks: int = 3

    def observed(self, rate: float) -> float:
        """A true rate on the scorer's scale."""
        return rate * self.sensitivity + (1 - rate) * (1 - self.specificity)

    @property
    def youden(self) -> float:
        """A difference on the scorer's scale over the true difference."""
        return self.sensitivity + self.specificity - 1
