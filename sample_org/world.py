"""The planted truth at work: who was coached when, how skill moved, what was sold, and what caused it.

How strong the causes are is in ``truth.py``. Months are simulated in order because the past acts on the future: after a
bad month a rep is met more.
"""

import datetime as dt
from dataclasses import dataclass

import numpy as np

from sample_org.company import BEHAVIOURS, SEGMENTS
from sample_org.drawing import sigmoid
from sample_org.people import Staff
from sample_org.plans import Plans, Rollout, Training
from sample_org.presence import NOBODY, Presence
from sample_org.timeline import Timeline, month_start, next_quarter, quarter_start, working_days
from sample_org.truth import (
    BEHAVIOUR_BASE,
    COACHING_SHARES,
    FOCUS_COUNT,
    HOLD_LOG_ODDS,
    MONTH_OF_QUARTER,
    NEVER_RECORDS_SHARE,
    QUARTER_LIFT,
    SESSION_SHARES,
    SESSION_TYPES,
    SKILL_PER_ABILITY,
    SKILL_PER_AI_WEEK,
    SKILL_PER_COACHED_WEEK,
    SKILL_PER_TRAINING,
    SKILL_SPREAD,
    SKILL_WHILE_RAMPING,
    SPEECH_SHARE,
    STYLE_FROM_RANK,
    TRUTH,
)


@dataclass(frozen=True)
class Managers:
    """Traits by person (of use for managers only)."""

    style: np.ndarray
    hold: np.ndarray
    records: np.ndarray  # share of their 1:1s that is recorded


@dataclass(frozen=True)
class World:
    """What happened. Arrays are person x week (of the timeline), person x month, or person x week x behaviour."""

    managers: Managers
    weeks_off: np.ndarray  # of a manager, person x week
    slot: np.ndarray  # weekday of a rep's 1:1, 0: Monday
    is_held: np.ndarray
    session_type: np.ndarray
    session_minutes: np.ndarray
    coaching_share: np.ndarray  # of the words of the 1:1
    is_recorded: np.ndarray
    coaching_minutes: np.ndarray
    is_coached: np.ndarray
    stock: np.ndarray
    skill: np.ndarray  # log-odds
    progress: np.ndarray  # ramp progress at the end of the month; 1: fully productive
    seat_share: np.ndarray  # of the month's working days
    month_quota: np.ndarray  # carried, for a full month in seat
    won_amount: np.ndarray
    attainment: np.ndarray


def draw_managers(staff: Staff, rng: np.random.Generator) -> Managers:
    """Better managers are more often coaches: the confounding that makes coaching look better than it is."""
    count = len(staff.people)
    quality = np.array([person.quality for person in staff.people])
    leads = sorted({spell.person for spells in staff.lead_spells for spell in spells})
    rank = (0.7 * quality[leads] + 0.7 * rng.normal(size=len(leads))).argsort().argsort()
    style = np.zeros(count, dtype=int)
    style[leads] = np.searchsorted(-np.array(STYLE_FROM_RANK), -(rank + 0.5) / len(leads))
    hold = np.take(HOLD_LOG_ODDS, style) + rng.normal(0, 0.3, size=count)
    records = np.where(rng.random(count) < NEVER_RECORDS_SHARE, 0.0, rng.uniform(0.8, 0.93, count))
    return Managers(style, hold, records)


def simulate(staff: Staff, present: Presence, timeline: Timeline, plans: Plans, rng: np.random.Generator) -> World:
    """Run the company through the timeline."""
    simulation = _Simulation(staff, present, timeline, plans, rng)
    for month in range(len(timeline.months)):
        simulation.step(month)
    return simulation.world


class _Simulation:
    """State that is carried from week to week, and the arrays that are filled."""

    def __init__(
        self, staff: Staff, present: Presence, timeline: Timeline, plans: Plans, rng: np.random.Generator
    ) -> None:
        self.present, self.timeline, self.quotas, self.rng = present, timeline, plans.quotas, rng
        count, weeks, months = len(staff.people), timeline.week_count, len(timeline.months)
        self.ability = np.array([person.ability for person in staff.people])
        self.quality = np.array([person.quality for person in staff.people])
        self.hired = np.array([(person.hire_date - timeline.first_monday).days for person in staff.people])
        self.richness = np.array([seat.richness for seat in staff.seats])
        self.team_of_seat = np.array([seat.team for seat in staff.seats])
        self.segment_of_seat = np.array([SEGMENTS.index(staff.teams[seat.team].segment) for seat in staff.seats])
        self.rollout_day = _rollout_days(staff, plans.rollouts, timeline)
        self.trained = _training_boosts(plans.trainings, timeline)
        self.ramp_weeks_factor = rng.lognormal(0, 0.22, count)
        self.base_skill = (
            np.array(BEHAVIOUR_BASE)
            + SKILL_PER_ABILITY * self.ability[:, None]
            + rng.normal(0, SKILL_SPREAD, (count, len(BEHAVIOURS)))
        )
        self.learned = np.zeros_like(self.base_skill)
        self.attention = rng.normal(size=count)  # of the manager to this rep, drifting from month to month
        self.slump = np.zeros(count)
        self.focus = np.zeros((count, len(BEHAVIOURS)))
        self.progress_now = self._progress_at_start()
        self.stock_now = np.zeros(count)
        by_week, by_month = (count, weeks), (count, months)
        self.world = World(
            managers=draw_managers(staff, rng),
            weeks_off=_manager_weeks_off(count, timeline, rng),
            slot=rng.integers(0, 5, count),
            is_held=np.zeros(by_week, dtype=bool),
            session_type=np.zeros(by_week, dtype=np.int8),
            session_minutes=np.zeros(by_week, dtype=np.float32),
            coaching_share=np.zeros(by_week, dtype=np.float32),
            is_recorded=np.zeros(by_week, dtype=bool),
            coaching_minutes=np.zeros(by_week, dtype=np.float32),
            is_coached=np.zeros(by_week, dtype=bool),
            stock=np.zeros(by_week, dtype=np.float32),
            skill=np.zeros((count, weeks, len(BEHAVIOURS)), dtype=np.float32),
            progress=np.zeros(by_month, dtype=np.float32),
            seat_share=np.zeros(by_month),
            month_quota=np.zeros(by_month),
            won_amount=np.zeros(by_month),
            attainment=np.full(by_month, np.nan),
        )

    def _progress_at_start(self) -> np.ndarray:
        """Ramp progress of those hired before the simulation; nothing for the others."""
        segment = np.maximum(self.quotas.segment, 0)[:, 0]
        weeks = np.take(TRUTH.ramp_months, segment) * 4.35 * self.ramp_weeks_factor
        return np.clip(-self.hired / 7 / weeks, 0, 1.2)

    def step(self, month: int) -> None:
        """One month: coaching week by week, then the month's sales."""
        self.attention = 0.85 * self.attention + self.rng.normal(0, np.sqrt(1 - 0.85**2), len(self.attention))
        self.focus = self._draw_focus()
        previous = self.world.attainment[:, month - 1] if month else np.full(len(self.ability), np.nan)
        triggered = np.nan_to_num(np.clip((0.75 - previous) / 0.35, -0.6, 1.5))
        weeks = np.flatnonzero(self.timeline.month_of_week == month)
        for week in weeks:
            self._coach(int(week), triggered)
        self._sell(month, weeks)

    def _draw_focus(self) -> np.ndarray:
        """The behaviours a rep's coaching is about this month."""
        order = self.rng.random(self.base_skill.shape).argsort(axis=1)
        return (order < FOCUS_COUNT).astype(float)

    def _coach(self, week: int, triggered: np.ndarray) -> None:
        world, rng, present = self.world, self.rng, self.present
        count = len(self.ability)
        days = np.minimum(week * 7 + world.slot, present.day_count - 1)
        is_over = week * 7 + world.slot >= present.day_count
        rows = np.arange(count)
        leader = present.leader[rows, days]
        is_new = (days - self.hired) < 180
        log_odds = (
            world.managers.hold[leader]
            + TRUTH.attention_pull * self.attention
            + TRUTH.slump_pull * triggered
            + TRUTH.new_hire_pull * is_new
        )
        draw = rng.random(count)
        can_meet = present.is_present[rows, days] & (leader != NOBODY) & ~is_over & ~world.weeks_off[leader, week]
        held = can_meet & (draw < sigmoid(log_odds))
        kind = _drawn_session_types(world.managers.style[leader], rng)
        low, high = np.array(COACHING_SHARES)[kind].T
        share = rng.uniform(low, high)
        minutes = np.round(rng.uniform(np.where(kind == 0, 26, 20), 40), 1)
        coaching = np.where(held, minutes * SPEECH_SHARE * share, 0)
        coached = coaching >= TRUTH.coached_minutes
        world.is_held[:, week] = held
        world.session_type[:, week] = kind
        world.session_minutes[:, week] = minutes
        world.coaching_share[:, week] = share
        world.is_recorded[:, week] = held & (rng.random(count) < world.managers.records[leader])
        world.coaching_minutes[:, week] = coaching
        world.is_coached[:, week] = coached
        world.stock[:, week] = self.stock_now
        self._learn(week, days, coached)
        self.stock_now = TRUTH.stock_kept * self.stock_now + (1 - TRUTH.stock_kept) * coached

    def _learn(self, week: int, days: np.ndarray, coached: np.ndarray) -> None:
        """Skill and ramp progress of the week; the stock in use is that of the weeks before."""
        rows = np.arange(len(days))
        seat = self.present.seat[rows, days]
        is_working = self.present.is_present[rows, days]
        segment = self.segment_of_seat[seat]
        has_ai = is_working & (days >= self.rollout_day[self.team_of_seat[seat]])
        self.learned *= 0.5 ** (1 / TRUTH.skill_half_life_weeks)
        self.learned += SKILL_PER_COACHED_WEEK * coached[:, None] * self.focus + SKILL_PER_AI_WEEK * has_ai[:, None]
        for person, behaviour in self.trained.get(week, ()):
            self.learned[person, behaviour] += SKILL_PER_TRAINING
        pace = (1 + TRUTH.ramp_speed_up * self.stock_now) / (
            np.take(TRUTH.ramp_months, segment) * 4.35 * self.ramp_weeks_factor
        )
        self.progress_now = np.where(is_working, np.minimum(self.progress_now + pace, 1.2), self.progress_now)
        ramping = np.maximum(0, 1 - self.progress_now)
        self.world.skill[:, week] = self.base_skill + self.learned + SKILL_WHILE_RAMPING * ramping[:, None]

    def _sell(self, month: int, weeks: np.ndarray) -> None:
        world, rng = self.world, self.rng
        first, last = self.timeline.months[month], self.timeline.month_end(month)
        rows = np.arange(len(self.ability))
        month_days = working_days(first, month_start(first, 1) - dt.timedelta(days=1))
        share = self.present.present_days(rows, first, last) / month_days
        seat, leader, day = self._usual_seat(month)
        quarter = self.quotas.quarters.index(quarter_start(first))
        segment = self.segment_of_seat[seat]
        has_ai = np.clip((day - self.rollout_day[self.team_of_seat[seat]]) / 28, 0, 1)
        productivity = 0.04 + 0.96 * np.minimum(self.progress_now, 1) ** 1.2
        self.slump = TRUTH.slump_kept * self.slump + rng.normal(0, TRUTH.slump_spread, len(rows))
        expected = (
            np.take(TRUTH.base, segment)
            + TRUTH.ability_effect * (1.05 - 0.95 * np.exp(-self.ability / 2))
            + self.richness[seat]
            + TRUTH.quality_effect * self.quality[leader]
            + TRUTH.coaching_effect * world.stock[:, weeks].mean(axis=1)
            + TRUTH.ai_feedback_effect * has_ai
            + QUARTER_LIFT[(first.month - 1) // 3]
            + self.slump
            + np.take(TRUTH.month_noise, segment) * rng.normal(size=len(rows))
        ) * MONTH_OF_QUARTER[(first.month - 1) % 3]
        quarter_end = next_quarter(first) - dt.timedelta(days=1)
        quarter_days = working_days(quarter_start(first), quarter_end)
        full = np.nan_to_num(self.quotas.full[:, quarter]) * month_days / quarter_days
        world.seat_share[:, month] = share
        world.progress[:, month] = self.progress_now
        world.month_quota[:, month] = np.nan_to_num(self.quotas.carried[:, quarter]) * month_days / quarter_days
        world.won_amount[:, month] = np.round(full * share * productivity * np.maximum(expected, 0))
        quota = world.month_quota[:, month] * share
        np.divide(world.won_amount[:, month], quota, out=world.attainment[:, month], where=quota > 0)

    def _usual_seat(self, month: int) -> tuple[np.ndarray, np.ndarray, int]:
        """Seat and leader in the middle of each person's days in seat this month (arbitrary where there are none)."""
        first = self.present.index(self.timeline.months[month])
        last = self.present.index(self.timeline.month_end(month))
        held = self.present.seat[:, first : last + 1] >= 0
        middle = (held.cumsum(axis=1) >= (held.sum(axis=1)[:, None] + 1) // 2).argmax(axis=1) + first
        rows = np.arange(len(middle))
        return self.present.seat[rows, middle], self.present.leader[rows, middle], (first + last) // 2


def _drawn_session_types(style: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Index into SESSION_TYPES for each rep's manager style."""
    cumulative = np.cumsum(SESSION_SHARES, axis=1)[style]
    return np.minimum((rng.random(len(style))[:, None] > cumulative).sum(axis=1), len(SESSION_TYPES) - 1)


def _rollout_days(staff: Staff, rollouts: list[Rollout], timeline: Timeline) -> np.ndarray:
    """Day index on which each team got AI feedback; far away for teams that did not."""
    days = np.full(len(staff.teams), 10**6)
    for rollout in rollouts:
        if rollout.kind == "ai_feedback":
            days[rollout.team] = (rollout.starts_on - timeline.first_monday).days
    return days


def _training_boosts(trainings: list[Training], timeline: Timeline) -> dict[int, list[tuple[int, int]]]:
    """Person and behaviour of the trainings of each week."""
    boosts: dict[int, list[tuple[int, int]]] = {}
    for training in trainings:
        boosts.setdefault(timeline.week_of(training.on), []).append((training.person, training.behaviour))
    return boosts


def _manager_weeks_off(count: int, timeline: Timeline, rng: np.random.Generator) -> np.ndarray:
    """Weeks without 1:1s: a manager's holidays, and the last week of the year for everybody."""
    off = rng.random((count, timeline.week_count)) < 0.05
    for week in range(timeline.week_count):
        monday = timeline.monday(week)
        if (monday.month, monday.day) >= (12, 22) and (monday.month, monday.day) <= (12, 28):
            off[:, week] = True
    return off
