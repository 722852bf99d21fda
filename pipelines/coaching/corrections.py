"""Corrections: resurface the same one until the behaviour changes, confirm when it has. A pure replay, no lake.

A transition that has been written stands: people saw it. Calls that come late or are scored anew enter the evidence
since the last transition, and the last transition itself is tried again on them: one that no longer holds is taken back
by a row of its own, with the reason.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from pipelines.coaching.evidence_path import STANDINGS, Opportunity, State, Step, walk
from pipelines.coaching.nudges import Reminder, Week, choose, rung_of, week_of
from pipelines.coaching.policy import CorrectionPolicy

UTC = pl.Datetime(time_unit="us", time_zone="UTC")
HISTORY = pl.Schema(
    {
        "correction_id": pl.String(),
        "rep_id": pl.String(),
        "behaviour_id": pl.String(),
        "sequence": pl.Int64(),
        "state": pl.String(),
        "at": UTC,
        "reason": pl.String(),
        "call_ids": pl.List(pl.String()),
        "nudge_count": pl.Int64(),
        "due_on": pl.Date(),
        "evidence_at": UTC,  # time of the last call behind the transition: what came after it is still to be weighed
        "rubric": pl.String(),
        "recorded_on": pl.Date(),  # as-of date of the run that wrote the row
    }
)
OPPORTUNITIES = pl.Schema(
    {
        "rep_id": pl.String(),
        "behaviour_id": pl.String(),
        "call_id": pl.String(),
        "at": UTC,
        "met": pl.Boolean(),
    }
)
MOMENT = dt.timedelta(microseconds=1)
NO_LONGER = "Late or re-scored calls: what was decided no longer holds."
RUBRIC_CHANGED = "The rubric changed: the behaviour is no longer judged as it was."


def advance(
    history: pl.DataFrame, opportunities: pl.DataFrame, as_of: dt.date, policy: CorrectionPolicy
) -> pl.DataFrame:
    """The history after everything that is known on ``as_of``: the rows given and the new ones, in order.

    Args:
        history: what this function returned before, columns ``HISTORY``; empty for the first time. Rows written after
            ``as_of`` are not read.
        opportunities: columns ``OPPORTUNITIES``, all that are known now, one row per rep x behaviour x call. Calls
            after ``as_of`` are not read.
        policy: thresholds, ladder, caps and the behaviours in force.

    Returns:
        Columns ``HISTORY``, sorted by rep, behaviour, correction number and sequence. Advancing again on the same day
        adds nothing; advancing day by day gives the same rows as in one go, but for ``recorded_on``.
    """
    known = history.filter(pl.col("recorded_on") <= as_of)
    written_until: dt.date | None = known["recorded_on"].max() if known.height else None  # type: ignore[assignment]
    run = _Run(as_of, written_until, policy)
    before = _by_rep(known.sort("rep_id", "behaviour_id", "evidence_at", "at", "correction_id", "sequence"))
    calls = _by_rep(
        opportunities.filter(pl.col("at").dt.date() <= as_of).sort("rep_id", "behaviour_id", "at", "call_id")
    )
    added = [
        row
        for rep_id in sorted(before.keys() | calls.keys())
        for row in _Rep(rep_id, before.get(rep_id, []), calls.get(rep_id, []), run).advance()
    ]
    return in_order(pl.concat([known.cast(HISTORY), pl.DataFrame(added, schema=HISTORY)]))


def in_order(history: pl.DataFrame) -> pl.DataFrame:
    """Rows of the history by rep, behaviour, correction number and sequence."""
    return (
        history.with_columns(_number=pl.col("correction_id").str.split("#").list.last().cast(pl.Int64))
        .sort("rep_id", "behaviour_id", "_number", "sequence")
        .drop("_number")
    )


def current(history: pl.DataFrame) -> pl.DataFrame:
    """Where each correction stands: its last row."""
    return in_order(history).group_by("rep_id", "behaviour_id", "correction_id", maintain_order=True).last()


def _by_rep(frame: pl.DataFrame) -> dict[str, list[dict[str, Any]]]:
    parts = frame.partition_by("rep_id", as_dict=True, maintain_order=True)
    return {str(rep_id): part.to_dicts() for (rep_id,), part in parts.items()}


@dataclass(frozen=True)
class _Run:
    """What holds for all reps of one run."""

    as_of: dt.date
    written_until: dt.date | None  # as-of date of the last run that wrote; None: the first run
    policy: CorrectionPolicy

    def time_of(self, at: dt.datetime) -> dt.datetime:
        """When a transition that a call at ``at`` brought about became known: at once, or with the run after."""
        if self.written_until is None or at.date() > self.written_until:
            return at
        return min(_start(self.written_until + dt.timedelta(days=1)), _end(self.as_of))

    def days(self, first: dt.date) -> Iterator[dt.date]:
        """Days on which a rep may be reminded: none that an earlier run has been through."""
        if self.written_until is not None:
            first = max(first, self.written_until + dt.timedelta(days=1))
        for offset in range((self.as_of - first).days + 1):
            yield first + dt.timedelta(days=offset)


@dataclass
class _Thread:
    """One rep x behaviour: its last rows, its evidence, the steps still to be written and its reminder while open."""

    behaviour_id: str
    rows: list[dict[str, Any]]
    evidence: list[Opportunity]
    steps: list[Step] = field(default_factory=list)
    reminder: Reminder | None = None
    fed: int = 0  # opportunities that the reminder has seen


class _Rep:
    """All corrections of one rep, moved on together because the cap is theirs together."""

    def __init__(
        self, rep_id: str, before: Sequence[dict[str, Any]], calls: Sequence[dict[str, Any]], run: _Run
    ) -> None:
        self.rep_id, self.run, self.policy = rep_id, run, run.policy
        rows: dict[str, list[dict[str, Any]]] = {}
        for row in before:
            rows.setdefault(row["behaviour_id"], []).append(row)
        evidence: dict[str, list[Opportunity]] = {}
        for call in calls:
            found = evidence.setdefault(call["behaviour_id"], [])
            # Two calls at one moment are told apart by a microsecond: a place in the evidence is a time.
            at = max(call["at"], found[-1].at + MOMENT) if found else call["at"]
            found.append(Opportunity(at, call["call_id"], call["met"]))
        for ordered in rows.values():
            ordered.sort(key=lambda row: (int(row["correction_id"].rsplit("#", 1)[1]), row["sequence"]))
        self.threads = [
            _Thread(behaviour, rows.get(behaviour, []), evidence.get(behaviour, []))
            for behaviour in sorted(rows.keys() | evidence.keys())
        ]
        self.shown: Counter[Week] = Counter(week_of(row["at"].date()) for row in before if row["state"] == "resurfaced")
        self.added: list[dict[str, Any]] = []

    def advance(self) -> list[dict[str, Any]]:
        for thread in self.threads:
            thread.steps = self._steps(thread)
            thread.reminder = self._reminder(thread)
        first = min(
            (self.run.time_of(thread.steps[0].at).date() for thread in self.threads if thread.steps),
            default=self.run.as_of,
        )
        if self.run.written_until is not None:
            first = min(first, self.run.written_until + dt.timedelta(days=1))
        for day in self.run.days(first):
            self._take_steps(day)
            self._remind(day)
        self._take_steps(self.run.as_of)  # found late on a day that an earlier run has been through
        return self.added

    def _steps(self, thread: _Thread) -> list[Step]:
        """What the evidence says beyond the rows: taken back, retired, or moved on."""
        last = thread.rows[-1] if thread.rows else None
        in_force = self.policy.is_in_force(thread.behaviour_id)
        if last is None or last["state"] == "retired":
            since = _after(thread.evidence, last["evidence_at"] if last else None)
            return walk("retired", since, thread.behaviour_id, self.policy) if in_force else []
        if not in_force or last["rubric"] != self.policy.rubric:
            gone = Step("retired", last["evidence_at"], RUBRIC_CHANGED, tuple(last["call_ids"]))
            since = _after(thread.evidence, last["evidence_at"])
            return [gone, *(walk("retired", since, thread.behaviour_id, self.policy) if in_force else [])]
        standings = [row for row in thread.rows if row["state"] != "resurfaced"]
        back = self._taken_back(thread, standings)
        standing = STANDINGS[back[-1].state if back else standings[-1]["state"]]
        anchor = back[-1].at if back else standings[-1]["evidence_at"]
        return [*back, *walk(standing, _after(thread.evidence, anchor), thread.behaviour_id, self.policy)]

    def _taken_back(self, thread: _Thread, standings: list[dict[str, Any]]) -> list[Step]:
        """Steps that undo the last transition if the calls up to it, as they are known now, no longer bring it about.

        A reopening stands: it costs reminders, which end by evidence.
        """
        last, before = standings[-1], standings[-2] if len(standings) > 1 else None
        state = last["state"]
        if state == "open" and before is not None and before["state"] != "retired":
            return []
        previous = before["evidence_at"] if before else None
        span = [one for one in _after(thread.evidence, previous) if one.at <= last["evidence_at"]]
        standing = STANDINGS[before["state"]] if before else "retired"
        if any(step.state == state for step in walk(standing, span, thread.behaviour_id, self.policy)):
            return []
        calls = tuple(one.call_id for one in span) or tuple(last["call_ids"])
        if state == "open":
            return [Step("retired", last["evidence_at"], NO_LONGER, calls)]
        if state == "provisional":  # back to weighing what has come since it was opened
            return [Step("open", previous or last["evidence_at"], NO_LONGER, calls)]
        return [
            Step("relapsed", last["evidence_at"], NO_LONGER, calls),
            Step("open", last["evidence_at"], NO_LONGER, calls),
        ]

    def _reminder(self, thread: _Thread) -> Reminder | None:
        """The reminder of a correction that is open in the rows, as they left it."""
        if not thread.rows or thread.rows[-1]["state"] not in ("open", "resurfaced"):
            return None
        last = thread.rows[-1]
        shown = last["state"] == "resurfaced"
        day = last["at"].date()
        rung = rung_of(day, last["due_on"], self.policy) if shown else -1
        reminder = Reminder(thread.behaviour_id, last["due_on"], last["nudge_count"], rung)
        known = set(last["call_ids"])
        if shown:
            reminder.since = [one for one in thread.evidence if one.at > last["at"]]
        else:
            reminder.since = [one for one in thread.evidence if one.call_id in known or one.at > last["evidence_at"]]
        until = self.run.written_until
        reminder.since = [one for one in reminder.since if until is None or one.at.date() <= until]
        thread.fed = sum(until is None or one.at.date() <= until for one in thread.evidence)
        return reminder

    def _take_steps(self, day: dt.date) -> None:
        for thread in self.threads:
            while thread.steps and self.run.time_of(thread.steps[0].at).date() <= day:
                step = thread.steps.pop(0)
                row = self._add(thread, step.state, self.run.time_of(step.at), step.reason, step.call_ids, step.at)
                thread.reminder = None
                if step.state == "open":
                    ids = set(step.call_ids)
                    thread.reminder = Reminder(thread.behaviour_id, row["due_on"])
                    thread.reminder.since = [one for one in thread.evidence if one.call_id in ids]
                    weighed = max([step.at, *(one.at for one in thread.reminder.since)])
                    thread.fed = sum(one.at <= weighed for one in thread.evidence)
            self._feed(thread, day)

    def _feed(self, thread: _Thread, day: dt.date) -> None:
        while thread.fed < len(thread.evidence) and thread.evidence[thread.fed].at.date() <= day:
            if thread.reminder is not None:
                thread.reminder.since.append(thread.evidence[thread.fed])
            thread.fed += 1

    def _remind(self, day: dt.date) -> None:
        threads = {thread.behaviour_id: thread for thread in self.threads if thread.reminder is not None}
        reminders = [thread.reminder for thread in threads.values() if thread.reminder is not None]
        for reminder in choose(reminders, self.rep_id, day, self.shown, self.policy):
            seen = reminder.show(day, self.policy)
            met = sum(one.met for one in seen)
            self._add(
                threads[reminder.behaviour_id],
                "resurfaced",
                _end(day),
                f"Shown again: met {met} of {len(seen)} opportunities since."
                if reminder.count > 1
                else f"Shown for the first time: met {met} of {len(seen)} opportunities.",
                tuple(one.call_id for one in seen),
                seen[-1].at,
                reminder,
            )
            self.shown[week_of(day)] += 1

    def _add(
        self,
        thread: _Thread,
        state: State,
        at: dt.datetime,
        reason: str,
        call_ids: tuple[str, ...],
        evidence_at: dt.datetime,
        reminder: Reminder | None = None,
    ) -> Mapping[str, Any]:
        last = thread.rows[-1] if thread.rows else None
        is_new = last is None or last["state"] == "retired"
        number = 1 if last is None else int(last["correction_id"].rsplit("#", 1)[1]) + is_new
        at = at if last is None else max(at, last["at"])
        row = {
            "correction_id": f"{self.rep_id}#{thread.behaviour_id}#{number}",
            "rep_id": self.rep_id,
            "behaviour_id": thread.behaviour_id,
            "sequence": 1 if last is None or is_new else last["sequence"] + 1,
            "state": state,
            "at": at,
            "reason": reason,
            "call_ids": list(call_ids),
            "nudge_count": reminder.count
            if reminder
            else 0
            if last is None or state == "open"
            else last["nudge_count"],
            "due_on": reminder.due_on if reminder else at.date() if state == "open" else None,
            "evidence_at": evidence_at,
            "rubric": self.policy.rubric if last is None or is_new else last["rubric"],
            "recorded_on": self.run.as_of,
        }
        thread.rows.append(row)
        self.added.append(row)
        return row


def _after(evidence: Sequence[Opportunity], at: dt.datetime | None) -> list[Opportunity]:
    return [one for one in evidence if at is None or one.at > at]


def _start(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), dt.UTC)


def _end(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(23, 59, 59), dt.UTC)
