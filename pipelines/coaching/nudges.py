"""When a rep is reminded of an open correction: the 7 / 14 / 28 day ladder, stepping back, and the cap a week.

Knows days and counts; whether the behaviour has changed is decided in ``evidence_path.py``.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from pipelines.coaching.evidence_path import Opportunity
from pipelines.coaching.policy import CorrectionPolicy, Week


def week_of(day: dt.date) -> Week:
    """ISO year and week."""
    return day.isocalendar()[:2]


@dataclass
class Reminder:
    """Where one open correction is on the ladder. ``since``: opportunities since it was last shown."""

    behaviour_id: str
    due_on: dt.date
    count: int = 0  # times it has been shown
    rung: int = -1  # place on the ladder; -1: not shown yet
    since: list[Opportunity] = field(default_factory=list)

    def is_due(self, day: dt.date, policy: CorrectionPolicy) -> bool:
        """Due by date or by misses; never without an opportunity since the last time: there is nothing to say."""
        return bool(self.since) and (day >= self.due_on or self.is_urgent(policy))

    def is_urgent(self, policy: CorrectionPolicy) -> bool:
        """Three straight misses since it was last shown."""
        last = self.since[-policy.straight_misses :]
        return self.count > 0 and len(last) == policy.straight_misses and not any(one.met for one in last)

    def show(self, day: dt.date, policy: CorrectionPolicy) -> tuple[Opportunity, ...]:
        """Show it on ``day`` and move along the ladder; returns the opportunities behind it."""
        seen = tuple(self.since)
        success = sum(one.met for one in seen) / len(seen)
        step = -1 if self.count and success < policy.step_back_below else 1
        self.rung = min(max(self.rung + step, 0), len(policy.ladder_days) - 1)
        self.due_on = day + dt.timedelta(days=policy.ladder_days[self.rung])
        self.count += 1
        self.since = []
        return seen


def rung_of(shown_on: dt.date, due_on: dt.date, policy: CorrectionPolicy) -> int:
    """The place on the ladder that led from one day to the next (the nearest, should the ladder have changed)."""
    days = (due_on - shown_on).days
    return min(range(len(policy.ladder_days)), key=lambda rung: abs(policy.ladder_days[rung] - days))


def choose(
    reminders: Iterable[Reminder], rep_id: str, day: dt.date, shown: Counter[Week], policy: CorrectionPolicy
) -> list[Reminder]:
    """What the rep sees on ``day``: what is due and not held back, urgent first, then longest due, up to what the week allows."""
    room = policy.cap(rep_id) - shown[week_of(day)]
    due = [one for one in reminders if one.is_due(day, policy)]
    due = [one for one in due if (rep_id, one.behaviour_id, week_of(day)) not in policy.held_back]
    due.sort(key=lambda one: (not one.is_urgent(policy), one.due_on, one.behaviour_id))
    return due[: max(room, 0)]
