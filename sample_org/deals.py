"""Deals as they went, one row each: won ones add up to what the world says was sold. ``crm_deals.py`` shows them.

Drawn in bulk (a Polars frame), because every other system refers to them: calls are held on them, risks are flagged on
them.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from sample_org.company import SEGMENTS
from sample_org.people import Staff
from sample_org.presence import NOBODY, Presence
from sample_org.timeline import Timeline
from sample_org.truth import INTENT_BY_OUTCOME
from sample_org.world import World

TYPICAL_AMOUNT = (14_000, 42_000, 105_000)  # by segment
CYCLE_DAYS = (34, 66, 120)
WIN_RATE = (0.40, 0.36, 0.32)
OPEN_PER_REP = (4.5, 5.0, 5.5)
NEW_COMPANY_SHARE = 0.6
SINGLE_THREADED_SHARE = 0.3

# Share of the cycle at which a deal enters its stages; the last entry is the close.
STAGE_SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
OPEN_STAGES = ("discovery", "demo", "proposal", "negotiation")


@dataclass(frozen=True)
class Deals:
    """``frame`` has one row per deal in order of close (open ones last):

    ``deal`` (number from 0), ``owner`` and ``earlier_owner`` (people; -1: the deal never changed hands), ``handed_on``,
    ``handed_by`` (the manager who moved it), ``segment``, ``outcome`` (won, lost, open), ``created``, ``closed`` (the
    as-of date for open ones), ``cycle_days`` (what an open one will take), ``stage_count`` (open stages entered),
    ``amount``, ``company``, ``contact_count``, ``intent`` (of the buyer, z).
    """

    frame: pl.DataFrame
    company_count: int

    def stage_days(self) -> np.ndarray:
        """Day numbers (since 1970) on which each deal entered its open stages; beyond ``closed`` where it did not."""
        created = self.frame["created"].to_physical().to_numpy()
        cycle = self.frame["cycle_days"].to_numpy()
        days = created[:, None] + np.round(cycle[:, None] * np.array(STAGE_SHARES[:-1])).astype(int)
        entered = np.arange(len(OPEN_STAGES)) < self.frame["stage_count"].to_numpy()[:, None]
        return np.where(entered, days, 10**6)


def draw_deals(staff: Staff, present: Presence, timeline: Timeline, world: World, rng: np.random.Generator) -> Deals:
    """All deals that closed in the window or are open at its end."""
    window = range(len(timeline.months) - timeline.month_count, len(timeline.months))
    parts = [_closed_in_month(staff, present, world, timeline=timeline, month=month, rng=rng) for month in window]
    parts.append(_open_at_end(staff, present, timeline, rng))
    frame = pl.concat(parts).with_row_index("deal")
    frame = frame.with_columns(deal=pl.col("deal").cast(pl.Int64))
    company_count = max(1, round(len(frame) * NEW_COMPANY_SHARE))
    company = rng.integers(0, company_count, len(frame))
    single = rng.random(len(frame)) < SINGLE_THREADED_SHARE
    contacts = np.where(single, 1, rng.integers(2, 5, len(frame)))
    frame = frame.with_columns(
        company=pl.Series(company),
        contact_count=pl.Series(contacts),
        intent=pl.Series(rng.normal(size=len(frame))) + pl.col("outcome").replace_strict(INTENT_BY_OUTCOME),
    )
    return Deals(_with_owners(frame, staff, present, rng), company_count)


def _closed_in_month(
    staff: Staff, present: Presence, world: World, *, timeline: Timeline, month: int, rng: np.random.Generator
) -> pl.DataFrame:
    """Won deals that add up to the month's amount, and lost ones in proportion."""
    first = present.index(timeline.months[month])
    last = present.index(timeline.month_end(month))
    people = np.flatnonzero(world.seat_share[:, month] > 0)
    segment = _segment_of(staff, present, people, last, first)
    won_amount = world.won_amount[people, month]
    typical = np.take(TYPICAL_AMOUNT, segment)
    won_count = np.maximum(1, np.round(won_amount / typical * rng.lognormal(0, 0.2, len(people)))).astype(int)
    won_count[won_amount < typical * 0.15] = (won_amount[won_amount < typical * 0.15] > 500).astype(int)
    expected_lost = np.maximum(won_count, 0.5) * (1 / np.take(WIN_RATE, segment) - 1) * 0.95
    lost_count = rng.poisson(expected_lost * np.clip(world.seat_share[people, month], 0, 1))
    index = np.concatenate(
        [np.repeat(np.arange(len(people)), won_count), np.repeat(np.arange(len(people)), lost_count)]
    )
    is_won = np.arange(len(index)) < won_count.sum()
    amount = np.concatenate(
        [_split(won_amount, won_count, rng), typical[index[~is_won]] * rng.lognormal(0.1, 0.5, int((~is_won).sum()))]
    )
    closed = _close_days(present, people[index], first, last, rng)
    drawn = pl.DataFrame(
        {
            "owner": people[index],
            "segment": segment[index],
            "outcome": np.where(is_won, "won", "lost"),
            "closed": closed,
            "amount": amount,
        }
    )
    return _with_cycles(drawn, present, rng)


def _segment_of(staff: Staff, present: Presence, people: np.ndarray, last: int, first: int) -> np.ndarray:
    """Segment of the last seat each person held between two days."""
    segment_of_seat = np.array([SEGMENTS.index(staff.teams[seat.team].segment) for seat in staff.seats])
    held = present.seat[people, first : last + 1]
    latest = held.shape[1] - 1 - (held[:, ::-1] != NOBODY).argmax(axis=1)
    return segment_of_seat[held[np.arange(len(people)), latest]]


def _split(total: np.ndarray, count: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """``count`` uneven whole amounts that add up to each total."""
    owner = np.repeat(np.arange(len(total)), count)
    weight = rng.lognormal(0, 0.45, len(owner))
    share = weight / np.bincount(owner, weight, minlength=len(total))[owner]
    amount = np.round(total[owner] * share)
    rest = total - np.bincount(owner, amount, minlength=len(total))
    firsts = np.flatnonzero(np.diff(owner, prepend=-1))
    amount[firsts] += rest[owner[firsts]]
    return amount


def _close_days(present: Presence, people: np.ndarray, first: int, last: int, rng: np.random.Generator) -> np.ndarray:
    """A working day at work in the month for each deal, later ones likelier."""
    counts = present.present_cumulative[people, last + 1] - present.present_cumulative[people, first]
    number = np.minimum((rng.beta(1.6, 1.1, len(people)) * counts).astype(int), counts - 1)
    return np.array(
        [present.nth_present_day(person, first, nth) for person, nth in zip(people, number, strict=True)], dtype=int
    )


def _with_cycles(drawn: pl.DataFrame, present: Presence, rng: np.random.Generator) -> pl.DataFrame:
    """Adds how long each deal took and how far it came; ``closed`` turns from a day's index into a date."""
    count = len(drawn)
    typical = np.take(CYCLE_DAYS, drawn["segment"].to_numpy())
    cycle = np.maximum(6, np.round(typical * rng.lognormal(0, 0.4, count))).astype(np.int64)
    lost_after = rng.choice([1, 2, 3, 4], p=[0.3, 0.3, 0.2, 0.2], size=count)
    stages = np.where(drawn["outcome"].to_numpy() == "won", len(OPEN_STAGES), lost_after)
    closed = pl.lit(present.first_day) + pl.col("closed") * pl.duration(days=1)
    return drawn.select(
        pl.col("owner").cast(pl.Int64),
        pl.col("segment").cast(pl.Int64),
        "outcome",
        created=(closed - pl.Series(cycle) * pl.duration(days=1)).cast(pl.Date),
        closed=closed.cast(pl.Date),
        cycle_days=pl.Series(cycle),
        stage_count=pl.Series(stages.astype(np.int64)),
        amount=pl.col("amount").cast(pl.Float64).round(0),
    ).sort("closed", "owner", maintain_order=True)


def _open_at_end(staff: Staff, present: Presence, timeline: Timeline, rng: np.random.Generator) -> pl.DataFrame:
    """Pipeline of the reps in seat at the as-of date; ``cycle_days`` is what the deal will take."""
    last = present.index(timeline.as_of)
    people = np.flatnonzero(present.seat[:, last] != NOBODY)
    segment = _segment_of(staff, present, people, last, last)
    owner = np.repeat(people, rng.poisson(np.take(OPEN_PER_REP, segment)))
    segment = segment[np.searchsorted(people, owner)]
    amount = np.take(TYPICAL_AMOUNT, segment) * rng.lognormal(0.1, 0.5, len(owner))
    started = pl.DataFrame({"owner": owner, "segment": segment, "amount": amount})
    drawn = _with_cycles(started.with_columns(outcome=pl.lit("open"), closed=pl.lit(last)), present, rng)
    age = rng.beta(1.0, 1.4, len(drawn)) * drawn["cycle_days"].to_numpy() * 1.25
    age = np.maximum(1, np.round(age)).astype(int)
    entered = age[:, None] >= np.round(drawn["cycle_days"].to_numpy()[:, None] * np.array(STAGE_SHARES[:-1]))
    return drawn.with_columns(
        created=pl.lit(timeline.as_of) - pl.Series(age) * pl.duration(days=1),
        stage_count=pl.Series(entered.sum(axis=1)),
    ).with_columns(pl.col("created").cast(pl.Date))


def _with_owners(frame: pl.DataFrame, staff: Staff, present: Presence, rng: np.random.Generator) -> pl.DataFrame:
    """Who had each deal before its owner did: the seat's holder before, or the manager of an empty seat.

    A deal never starts before somebody at the company could have had it.
    """
    keeps = rng.random(len(frame)) < 0.5
    lags = rng.integers(0, 6, len(frame))
    columns: dict[str, list[object]] = {"created": [], "earlier_owner": [], "handed_on": [], "handed_by": []}
    spells_of = _spells_by_person(staff)
    for row, keep, lag in zip(frame.iter_rows(named=True), keeps, lags, strict=True):
        story = _handover(staff, present, spells_of, row, keeps=bool(keep), lag=int(lag))
        for values, value in zip(columns.values(), story, strict=True):
            values.append(value)
    return frame.with_columns(
        created=pl.Series(columns["created"], dtype=pl.Date),
        earlier_owner=pl.Series(columns["earlier_owner"], dtype=pl.Int64),
        handed_on=pl.Series(columns["handed_on"], dtype=pl.Date),
        handed_by=pl.Series(columns["handed_by"], dtype=pl.Int64),
    ).with_columns(
        cycle_days=pl.when(pl.col("outcome") == "open")
        .then("cycle_days")
        .otherwise((pl.col("closed") - pl.col("created")).dt.total_days())
    )


def _spells_by_person(staff: Staff) -> dict[int, list[tuple[dt.date, int, int]]]:
    """Start, seat and number within the seat of each person's spells, in order."""
    spells: dict[int, list[tuple[dt.date, int, int]]] = {}
    for seat, chain in enumerate(staff.seat_spells):
        for number, spell in enumerate(chain):
            spells.setdefault(spell.person, []).append((spell.start, seat, number))
    return {person: sorted(rows) for person, rows in spells.items()}


def _handover(
    staff: Staff,
    present: Presence,
    spells_of: dict[int, list[tuple[dt.date, int, int]]],
    row: dict[str, Any],
    *,
    keeps: bool,
    lag: int,
) -> tuple[dt.date, int, dt.date | None, int]:
    """When the deal began, who had it first (-1: its owner), when it was handed on, and by whom."""
    owner, created, closed = row["owner"], row["created"], row["closed"]
    start, seat, number = [spell for spell in spells_of[owner] if spell[0] <= closed][-1]
    if created >= start:
        return created, NOBODY, None, NOBODY
    came_along = number == 0 and start < present.first_day
    moved_in = staff.seat_spells[seat][number].reason == "transfer"
    if came_along:
        return start, NOBODY, None, NOBODY
    if moved_in and keeps and _was_seated(present, owner, created):
        return created, NOBODY, None, NOBODY
    handed = min(start + dt.timedelta(days=lag), closed)
    team = staff.seats[seat].team
    before = next((spell for spell in staff.seat_spells[seat][:number] if spell.covers(created)), None)
    if before is not None:
        return created, before.person, handed, staff.leader(team, handed)
    leader = staff.leader(team, max(created, present.first_day))
    return max(created, staff.people[leader].hire_date), leader, handed, staff.leader(team, handed)


def _was_seated(present: Presence, person: int, day: dt.date) -> bool:
    return day >= present.first_day and bool(present.seat[person, present.index(day)] != NOBODY)
