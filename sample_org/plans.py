"""What management decides and writes down: quotas, trainings and programmes with their roll-out dates.

The draws that the world needs are here beside the CSV files that show them; what they cause is in ``world.py``.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sample_org.company import BEHAVIOURS, SEGMENTS
from sample_org.drawing import stream
from sample_org.people import Staff
from sample_org.presence import Presence
from sample_org.timeline import Timeline, next_quarter, quarter_start
from sample_org.writing import write_csv

QUARTER_QUOTA = {"smb": 90_000, "mid_market": 180_000, "enterprise": 330_000}
# Share of the full quota a new hire carries in the quarter of hire and in those after it.
RAMP_QUOTA_SHARES = {"smb": (0.35, 0.75), "mid_market": (0.25, 0.60, 0.85), "enterprise": (0.15, 0.40, 0.65, 0.85)}
YEARLY_UPLIFT = 1.04
OVERLAY_QUARTER_QUOTA = 900_000

WORKSHOPS = {
    "sets_agenda": "Opening a meeting well",
    "asks_budget": "Talking about money early",
    "asks_decision_process": "How customers buy",
    "quantifies_impact": "From pain to numbers",
    "probes_deeper": "The second question",
    "confirms_understanding": "Playing it back",
    "explores_objection": "Objections as information",
    "anchors_price_to_value": "Price in context",
    "holds_price": "Trading instead of giving",
    "asks_multithread": "Beyond the champion",
    "handles_competitor": "Competitive conversations",
    "sets_next_step": "Ending with a date",
}


@dataclass(frozen=True)
class Training:
    person: int
    behaviour: int
    title: str
    kind: str  # onboarding, workshop
    on: dt.date


@dataclass(frozen=True)
class Rollout:
    """A programme reaching a team on a day."""

    programme_id: str
    name: str
    kind: str  # ai_feedback, rubric, training
    team: int
    starts_on: dt.date


@dataclass(frozen=True)
class QuotaPlan:
    """Quarterly amounts (person x quarter; nan: none): the full quota, and what a new hire carries instead."""

    quarters: list[dt.date]
    full: np.ndarray
    carried: np.ndarray
    segment: np.ndarray  # index into SEGMENTS of the seat held, -1: none


@dataclass(frozen=True)
class Plans:
    """What management planned for the window."""

    quotas: QuotaPlan
    trainings: list[Training]
    rollouts: list[Rollout]


def draw_plans(staff: Staff, present: Presence, timeline: Timeline, seed: int) -> Plans:
    """All plans, each from a stream of its own."""
    return Plans(
        quotas=plan_quotas(staff, present, timeline, stream(seed, "quotas")),
        trainings=plan_trainings(staff, timeline, stream(seed, "trainings")),
        rollouts=plan_rollouts(staff, timeline, stream(seed, "rollouts")),
    )


def plan_rollouts(staff: Staff, timeline: Timeline, rng: np.random.Generator) -> list[Rollout]:
    """AI feedback reaches three quarters of the teams one by one; a rubric all at once; a training two segments."""
    first_third = timeline.start + (timeline.as_of - timeline.start) / 3
    span_days = int((timeline.as_of - first_third).days * 0.8)
    rollouts = []
    for team in range(len(staff.teams)):
        quality = staff.people[staff.lead_spells[team][0].person].quality
        if rng.random() < 0.75:
            delay = int(np.clip(rng.uniform(0, 1) - 0.1 * quality, 0, 1) * span_days)
            day = first_third + dt.timedelta(days=delay)
            monday = day + dt.timedelta(days=-day.weekday() % 7)
            rollouts.append(Rollout("P-AI", "AI call feedback", "ai_feedback", team, min(monday, timeline.as_of)))
        middle = timeline.months[len(timeline.months) // 2]
        rollouts.append(Rollout("P-RUB", "Shared call rubric", "rubric", team, middle))
        if staff.teams[team].segment != "smb":
            rollouts.append(Rollout("P-VAL", "Value selling", "training", team, timeline.months[-4]))
    return rollouts


def plan_trainings(staff: Staff, timeline: Timeline, rng: np.random.Generator) -> list[Training]:
    """Three onboarding sessions for each new hire, and a workshop per team and quarter."""
    trainings = []
    for spell in (spell for spells in staff.seat_spells for spell in spells):
        if spell.reason == "hire" and spell.start >= timeline.months[0]:
            for session, behaviour in enumerate(rng.choice(len(BEHAVIOURS), size=3, replace=False)):
                day = _workday(spell.start + dt.timedelta(days=4 + 7 * session))
                if day <= timeline.as_of and spell.covers(day):
                    title = WORKSHOPS[BEHAVIOURS[behaviour]]
                    trainings.append(Training(spell.person, int(behaviour), title, "onboarding", day))
    quarter = quarter_start(timeline.start)
    while quarter <= timeline.as_of:
        for team in range(len(staff.teams)):
            trainings += _workshop(staff, team, _workday(quarter + dt.timedelta(days=int(rng.integers(10, 80)))), rng)
        quarter = next_quarter(quarter)
    return [training for training in trainings if training.on <= timeline.as_of]


def _workshop(staff: Staff, team: int, day: dt.date, rng: np.random.Generator) -> Iterator[Training]:
    behaviour = int(rng.integers(len(BEHAVIOURS)))
    for spell in staff.spells_in(team):
        if spell.covers(day) and rng.random() < 0.85:
            yield Training(spell.person, behaviour, WORKSHOPS[BEHAVIOURS[behaviour]], "workshop", day)


def _workday(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=max(0, day.weekday() - 4))


def plan_quotas(staff: Staff, present: Presence, timeline: Timeline, rng: np.random.Generator) -> QuotaPlan:
    """Quota of every quarter in which somebody holds a seat, by the segment of the first seat held in it."""
    quarters = [quarter_start(timeline.months[0])]
    while next_quarter(quarters[-1]) <= timeline.as_of:
        quarters.append(next_quarter(quarters[-1]))
    shape = (len(staff.people), len(quarters))
    seat_segment = np.array([SEGMENTS.index(staff.teams[seat.team].segment) for seat in staff.seats])
    factor = rng.choice([0.9, 0.95, 1.0, 1.0, 1.0, 1.05, 1.1], size=shape[0])
    full, carried = np.full(shape, np.nan), np.full(shape, np.nan)
    segment = np.full(shape, -1)
    for number, quarter in enumerate(quarters):
        columns = slice(present.index(quarter), present.index(next_quarter(quarter) - dt.timedelta(days=1)) + 1)
        held = present.seat[:, columns] >= 0
        first_seat = np.take_along_axis(present.seat[:, columns], held.argmax(axis=1)[:, None], axis=1)[:, 0]
        for person in np.flatnonzero(held.any(axis=1)):
            segment[person, number] = seat_segment[first_seat[person]]
            name = SEGMENTS[segment[person, number]]
            uplift = YEARLY_UPLIFT ** (quarter.year - timeline.start.year)
            full[person, number] = round(QUARTER_QUOTA[name] * factor[person] * uplift, -2)
            elapsed = _quarters_between(quarter_start(staff.people[person].hire_date), quarter)
            shares = RAMP_QUOTA_SHARES[name]
            share = shares[elapsed] if 0 <= elapsed < len(shares) else 1.0
            carried[person, number] = round(full[person, number] * share, -2)
    return QuotaPlan(quarters, full, carried, segment)


def _quarters_between(first: dt.date, second: dt.date) -> int:
    return (second.year - first.year) * 4 + (second.month - first.month) // 3


def write_plans(out: Path, staff: Staff, timeline: Timeline, plans: Plans) -> None:
    """Write ``quotas.csv`` and ``training/``."""
    write_csv(
        out / "quotas.csv",
        "employee_id period_start period_end quota_amount currency quota_kind is_overlay",
        _quota_rows(staff, timeline, plans.quotas),
    )
    people = staff.people
    write_csv(
        out / "training" / "events.csv",
        "training_id employee_id behaviour_id title kind trained_on",
        (
            [
                f"TR{number + 1:06d}",
                people[row.person].employee_id,
                BEHAVIOURS[row.behaviour],
                row.title,
                row.kind,
                row.on,
            ]
            for number, row in enumerate(sorted(plans.trainings, key=lambda row: (row.on, row.person, row.behaviour)))
        ),
    )
    write_csv(
        out / "training" / "programmes.csv",
        "programme_id name kind team_id starts_on",
        (
            [row.programme_id, row.name, row.kind, staff.teams[row.team].team_id, row.starts_on]
            for row in sorted(plans.rollouts, key=lambda row: (row.programme_id, row.team))
        ),
    )


def _quota_rows(staff: Staff, timeline: Timeline, quotas: QuotaPlan) -> Iterator[list[object]]:
    """Full quota of every person and quarter, the ramp quota beside it where one is carried; then overlays and dirt."""
    for person, number in np.argwhere(~np.isnan(quotas.full)):
        start = quotas.quarters[number]
        if next_quarter(start) <= timeline.start:
            continue
        full, carried = quotas.full[person, number], quotas.carried[person, number]
        employee_id = staff.people[person].employee_id
        yield _quota_row(employee_id, start, full, "full")
        if carried < full:
            yield _quota_row(employee_id, start, carried, "ramp")
    inside = [quarter for quarter in quotas.quarters if next_quarter(quarter) > timeline.start]
    for person, _ in staff.overlays:
        for quarter in inside:
            yield _quota_row(staff.people[person].employee_id, quarter, OVERLAY_QUARTER_QUOTA, "full", is_overlay=True)
    yield from _quota_of_leaver(staff, quotas)


def _quota_of_leaver(staff: Staff, quotas: QuotaPlan) -> Iterator[list[object]]:
    """Dirt: the planning sheet still has a quota for somebody who left before that quarter."""
    for person, who in enumerate(staff.people):
        if who.leave_date and who.role == "rep" and next_quarter(who.leave_date) in quotas.quarters:
            quarter = next_quarter(who.leave_date)
            amount = np.nanmax(quotas.full[person])
            yield _quota_row(who.employee_id, quarter, amount, "full")
            return


def _quota_row(employee_id: str, start: dt.date, amount: float, kind: str, *, is_overlay: bool = False) -> list[object]:
    end = next_quarter(start) - dt.timedelta(days=1)
    return [employee_id, start, end, f"{amount:.2f}", "USD", kind, str(is_overlay).lower()]
