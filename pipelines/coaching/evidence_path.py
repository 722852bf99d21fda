"""What a rep's opportunities say about one behaviour: opened, changed for now, confirmed, lost again. No calendar.

Pure functions on opportunities in order of time. When a rep is reminded is decided in ``nudges.py``.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pipelines.coaching.policy import CorrectionPolicy

State = Literal["open", "resurfaced", "provisional", "confirmed", "relapsed", "retired"]
# What evidence can bring about; a nudge changes nothing about where a rep stands.
Standing = Literal["open", "provisional", "confirmed", "retired"]
STANDINGS: dict[State, Standing] = {
    "open": "open",
    "provisional": "provisional",
    "confirmed": "confirmed",
    "retired": "retired",
}


@dataclass(frozen=True)
class Opportunity:
    """A call in which the behaviour could have been shown, and whether it was."""

    at: dt.datetime
    call_id: str
    met: bool


@dataclass(frozen=True)
class Step:
    """A transition that evidence brought about, at the time of the call that decided it."""

    state: State
    at: dt.datetime
    reason: str
    call_ids: tuple[str, ...]


def walk(
    standing: Standing, evidence: Sequence[Opportunity], behaviour_id: str, policy: CorrectionPolicy
) -> list[Step]:
    """All transitions that ``evidence`` (everything since ``standing`` was reached) brings about.

    ``retired`` stands for "no correction": before the first and after the last.
    """
    rules = _Rules(behaviour_id, policy)
    steps: list[Step] = []
    position = 0
    while True:
        decided, found = rules.next(standing, evidence, position)
        if not found:
            return steps
        steps.extend(found)
        position = decided + 1
        standing = STANDINGS[found[-1].state]


class _Rules:
    """Policy of one behaviour, worked out once."""

    def __init__(self, behaviour_id: str, policy: CorrectionPolicy) -> None:
        odds = policy.odds(behaviour_id)
        self.hit, self.miss = odds.hit, odds.miss
        self.policy = policy
        self.check_met = policy.check_met(behaviour_id)

    def next(self, standing: Standing, evidence: Sequence[Opportunity], start: int) -> tuple[int, list[Step]]:
        """Index of the deciding opportunity and the steps it brings; no steps if nothing is decided yet."""
        if standing == "open":
            return self._changed(evidence, start)
        if standing == "provisional":
            return self._checked(evidence, start)
        if standing == "confirmed":
            return self._lost(evidence, start)
        return self._opened(evidence, start)

    def _cusum(
        self, evidence: Sequence[Opportunity], start: int, sign: int, threshold: float
    ) -> tuple[int, int] | None:
        """First and last index of the run of evidence that carries the sum over the threshold."""
        hit, miss = sign * self.hit, sign * self.miss
        total, first = 0.0, start
        for index in range(start, len(evidence)):
            total += hit if evidence[index].met else miss
            if total <= 0:
                total, first = 0.0, index + 1
            elif total >= threshold:
                return first, index
        return None

    def _opened(self, evidence: Sequence[Opportunity], start: int) -> tuple[int, list[Step]]:
        run = self._cusum(evidence, start, -1, self.policy.open_h)
        return _steps(evidence, run, ("open", "Missed {missed} of {total} opportunities."))

    def _changed(self, evidence: Sequence[Opportunity], start: int) -> tuple[int, list[Step]]:
        run = self._cusum(evidence, start, 1, self.policy.provisional_h)
        return _steps(evidence, run, ("provisional", "Met {met} of {total} opportunities; checked again later."))

    def _checked(self, evidence: Sequence[Opportunity], start: int) -> tuple[int, list[Step]]:
        """Met often enough after some opportunities without reminders? Decided as soon as the rest cannot matter."""
        first, met = start + self.policy.skip, 0
        for index in range(first, min(first + self.policy.check_of, len(evidence))):
            met += evidence[index].met
            if met >= self.check_met:
                return _steps(evidence, (first, index), ("confirmed", "Kept up: met {met} of {total} unreminded."))
            if index - first + 1 - met > self.policy.check_of - self.check_met:
                return _steps(evidence, (first, index), ("open", "Not kept up: missed {missed} of {total} unreminded."))
        return start, []

    def _lost(self, evidence: Sequence[Opportunity], start: int) -> tuple[int, list[Step]]:
        run = self._cusum(evidence, start, -1, self.policy.relapse_h)
        text = "Confirmed before, now missed {missed} of {total} opportunities."
        return _steps(evidence, run, ("relapsed", text), ("open", text))


def _steps(
    evidence: Sequence[Opportunity], run: tuple[int, int] | None, *becoming: tuple[State, str]
) -> tuple[int, list[Step]]:
    if run is None:
        return 0, []
    calls = evidence[run[0] : run[1] + 1]
    met = sum(one.met for one in calls)
    counts = {"met": met, "missed": len(calls) - met, "total": len(calls)}
    ids = tuple(one.call_id for one in calls)
    return run[1], [Step(state, calls[-1].at, text.format(**counts), ids) for state, text in becoming]
