"""Managers' calendars as iCalendar files: 1:1s (series with exceptions, and single ones), team and forecast meetings,
meetings with the boss, focus time, holidays. What was said in a meeting is not here.

Every 1:1 that was held is in its manager's calendar, at the time it was held; a week that was skipped is an exception.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from sample_org.company import COMPANY, DOMAIN
from sample_org.drawing import dice
from sample_org.organisation import Organisation
from sample_org.people import DAY, Spell, Staff
from sample_org.timeline import Timeline

SERIES_PER_MANAGER = 4  # the reps met most often; the others' 1:1s are single events
SERIES_MIN_HELD = 10
SLOT_MINUTES = (30, 45)

_EUROPE = ("19810329T{0}", "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU", "19961027T{1}", "FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU")
_AMERICA = ("20070311T020000", "FREQ=YEARLY;BYMONTH=3;BYDAY=2SU", "20071104T020000", "FREQ=YEARLY;BYMONTH=11;BYDAY=1SU")
# Offsets of standard and summer time, then when summer time begins and ends.
ZONES: dict[str, tuple[str, str, str, str, str, str]] = {
    "America/New_York": ("-0500", "-0400", *_AMERICA),
    "America/Chicago": ("-0600", "-0500", *_AMERICA),
    "America/Los_Angeles": ("-0800", "-0700", *_AMERICA),
    "Europe/London": ("+0000", "+0100", *(part.format("010000", "020000") for part in _EUROPE)),  # type: ignore[dict-item]
    "Europe/Berlin": ("+0100", "+0200", *(part.format("020000", "030000") for part in _EUROPE)),  # type: ignore[dict-item]
}


@dataclass(frozen=True)
class Event:
    """One VEVENT. ``rule``, ``skipped`` and ``replaces`` make it a series, its exceptions, or an exception itself."""

    uid: str
    summary: str
    day: dt.date
    start: str  # local HH:MM
    minutes: int
    attendees: tuple[tuple[str, str], ...] = ()  # name, e-mail
    rule: str | None = None
    skipped: tuple[dt.date, ...] = ()
    replaces: dt.datetime | None = None
    is_cancelled: bool = False


def write_calendars(out: Path, org: Organisation) -> None:
    """Write ``calendars/<manager e-mail>.ics`` for everybody who led a team in the window."""
    staff, timeline = org.staff, org.timeline
    folder = out / "calendars"
    folder.mkdir(parents=True, exist_ok=True)
    leads: dict[int, list[Spell]] = {}
    for spells in staff.lead_spells:
        for spell in spells:
            leads.setdefault(spell.person, []).append(spell)
    meetings = org.one_on_ones.partition_by("manager", as_dict=True, maintain_order=True)
    for manager in sorted(leads):
        held = meetings.get((manager,), org.one_on_ones.clear())
        events = [*_one_on_ones(org, manager, held), *_team_meetings(staff, timeline, manager, leads)]
        events += _own_time(org, manager, leads[manager])
        who = staff.people[manager]
        holidays = _holidays(timeline, org.world.weeks_off[manager], leads[manager], manager)
        text = _calendar(who.email, who.region.time_zone, timeline.as_of, events, holidays)
        (folder / f"{who.email}.ics").write_bytes(text.encode())


# -- 1:1s


def _one_on_ones(org: Organisation, manager: int, held: pl.DataFrame) -> Iterator[Event]:
    pairs = held.partition_by("person", maintain_order=True)
    pairs.sort(key=len, reverse=True)
    is_dirty = manager == min(spells[0].person for spells in org.staff.lead_spells)
    for place, rows in enumerate(pairs):
        meetings = rows.to_dicts()
        if place < SERIES_PER_MANAGER and len(meetings) >= SERIES_MIN_HELD:
            yield from _series(org, manager, meetings)
        else:
            yield from (_single(org.staff, manager, meeting) for meeting in meetings)
    if is_dirty:  # dirt: somebody forgot to invite anybody
        monday = org.timeline.as_of - DAY * (7 + org.timeline.as_of.weekday())
        yield Event(f"orphan-{manager}@{DOMAIN}", "1:1", monday, "09:30", 30)


def _series(org: Organisation, manager: int, meetings: list[dict[str, Any]]) -> Iterator[Event]:
    """A weekly series over the time the two met: skipped weeks are left out or cancelled, moved ones replaced."""
    staff, as_of, person = org.staff, org.timeline.as_of, meetings[0]["person"]
    rng = dice(org.seed, f"series/{manager}/{person}")
    first, last = meetings[0]["day"], meetings[-1]["day"]
    is_running = (as_of - last).days < 35 and staff.people[person].leave_date is None
    end = as_of if is_running else last
    held = {meeting["day"]: meeting for meeting in meetings}
    weeks = [first + dt.timedelta(weeks=number) for number in range((end - first).days // 7 + 1)]
    cancelled = {day for day in weeks if day not in held and rng.random() < 0.25}
    skipped = tuple(day for day in weeks if day not in held and day not in cancelled)
    usual = meetings[0]["usual_start"]
    uid = f"1on1-{manager}-{person}@{DOMAIN}"
    until = "" if is_running else f";UNTIL={last + DAY:%Y%m%d}T120000Z"
    minutes = SLOT_MINUTES[1] if rng.random() < 0.5 else SLOT_MINUTES[0]
    attendees = _pair(staff, manager, person)
    summary = _summary(staff, manager, person)
    yield Event(uid, summary, first, usual, minutes, attendees, f"FREQ=WEEKLY{until}", skipped)
    for day in sorted(cancelled | {day for day, meeting in held.items() if meeting["start"] != usual}):
        start = held[day]["start"] if day in held else usual
        replaces = _local(day, usual)
        yield Event(uid, summary, day, start, minutes, attendees, replaces=replaces, is_cancelled=day in cancelled)


def _single(staff: Staff, manager: int, meeting: dict[str, Any]) -> Event:
    person, day = meeting["person"], meeting["day"]
    minutes = SLOT_MINUTES[0] if meeting["minutes"] <= SLOT_MINUTES[0] + 3 else SLOT_MINUTES[1]
    uid = f"1on1-{manager}-{person}-{day:%Y%m%d}@{DOMAIN}"
    return Event(uid, _summary(staff, manager, person), day, meeting["start"], minutes, _pair(staff, manager, person))


def _summary(staff: Staff, manager: int, person: int) -> str:
    names = staff.people[person].first_name, staff.people[manager].first_name
    forms = ("1:1 {0} / {1}", "{1} <> {0}", "Weekly {0}/{1}", "Catch-up {0}", "1-1 {0}")
    return forms[(manager * 3 + person) % len(forms)].format(*names)


def _pair(staff: Staff, manager: int, person: int) -> tuple[tuple[str, str], ...]:
    return tuple((staff.people[one].name, staff.people[one].email) for one in (manager, person))


# -- everything else


def _team_meetings(staff: Staff, timeline: Timeline, manager: int, leads: dict[int, list[Spell]]) -> Iterator[Event]:
    """Team meeting on Mondays, forecast call on Fridays, the boss every other Tuesday."""
    me = (staff.people[manager].name, staff.people[manager].email)
    for spell in leads[manager]:
        start, end = max(spell.start, timeline.start), min(spell.end or timeline.as_of, timeline.as_of)
        if end < start:
            continue
        team = staff.teams[spell.place]
        boss = staff.people[staff.heads[team.segment]]
        until = "" if spell.end is None else f";UNTIL={spell.end:%Y%m%d}T235959Z"
        key = f"{manager}-{team.team_id}-{start:%Y%m%d}@{DOMAIN}"
        members = tuple(
            (staff.people[one].name, staff.people[one].email) for one in _members(staff, spell.place, start, end)
        )
        monday = start + DAY * (-start.weekday() % 7)
        yield Event(
            f"team-{key}", f"Team meeting {team.name}", monday, "08:30", 30, (me, *members), f"FREQ=WEEKLY{until}"
        )
        friday = start + DAY * ((4 - start.weekday()) % 7)
        yield Event(f"forecast-{key}", "Forecast call", friday, "08:30", 30, (me, *members), f"FREQ=WEEKLY{until}")
        tuesday = start + DAY * ((1 - start.weekday()) % 7)
        pair = (me, (boss.name, boss.email))
        rule = f"FREQ=WEEKLY;INTERVAL=2{until}"
        yield Event(f"boss-{key}", f"{boss.first_name} / {me[0].split()[0]}", tuesday, "11:00", 45, pair, rule)


def _members(staff: Staff, team: int, start: dt.date, end: dt.date) -> list[int]:
    """Who was in a team at some time; invitations to a series are seldom tidied up."""
    return sorted(
        {
            spell.person
            for spell in staff.spells_in(team)
            if spell.start <= end and (spell.end is None or spell.end >= start)
        }
    )


def _own_time(org: Organisation, manager: int, spells: list[Spell]) -> Iterator[Event]:
    """Blocks of focus time, nobody invited."""
    timeline, rng = org.timeline, dice(org.seed, f"focus/{manager}")
    day = timeline.start + DAY * (-timeline.start.weekday() % 7)
    while day <= timeline.as_of - 4 * DAY:
        focus = day + DAY * rng.randrange(1, 5)
        if rng.random() < 0.5 and any(spell.covers(focus) for spell in spells):
            yield Event(f"focus-{manager}-{focus:%Y%m%d}@{DOMAIN}", "Focus time", focus, "14:00", 90)
        day += dt.timedelta(weeks=1)


def _holidays(
    timeline: Timeline, weeks_off: np.ndarray, spells: list[Spell], manager: int
) -> list[tuple[str, dt.date]]:
    """UID and Monday of the weeks away, as whole-day events."""
    mondays = [timeline.monday(int(week)) for week in np.flatnonzero(weeks_off)]
    return [
        (f"pto-{manager}-{monday:%Y%m%d}@{DOMAIN}", monday)
        for monday in mondays
        if monday >= timeline.start and any(spell.covers(monday) for spell in spells)
    ]


# -- iCalendar


def _calendar(
    email: str, time_zone: str, as_of: dt.date, events: list[Event], holidays: list[tuple[str, dt.date]]
) -> str:
    stamp = f"DTSTAMP:{as_of:%Y%m%d}T000000Z"
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:-//{COMPANY}//Calendar export//EN",
        f"X-WR-CALNAME:{email}",
        f"X-WR-TIMEZONE:{time_zone}",
        *_zone_lines(time_zone),
    ]
    for event in events:
        lines += _event_lines(event, time_zone, stamp)
    for uid, monday in holidays:
        lines += ["BEGIN:VEVENT", f"UID:{uid}", stamp, "SUMMARY:PTO", f"DTSTART;VALUE=DATE:{monday:%Y%m%d}"]
        lines += [f"DTEND;VALUE=DATE:{monday + 5 * DAY:%Y%m%d}", "STATUS:CONFIRMED", "TRANSP:OPAQUE", "END:VEVENT"]
    lines.append("END:VCALENDAR")
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _event_lines(event: Event, time_zone: str, stamp: str) -> Iterator[str]:
    start = _local(event.day, event.start)
    end = start + dt.timedelta(minutes=event.minutes)
    yield "BEGIN:VEVENT"
    yield f"UID:{event.uid}"
    yield stamp
    yield f"SUMMARY:{event.summary}"
    yield f"DTSTART;TZID={time_zone}:{start:%Y%m%dT%H%M%S}"
    yield f"DTEND;TZID={time_zone}:{end:%Y%m%dT%H%M%S}"
    if event.rule:
        yield f"RRULE:{event.rule}"
    if event.skipped:
        days = ",".join(f"{_local(day, event.start):%Y%m%dT%H%M%S}" for day in event.skipped)
        yield f"EXDATE;TZID={time_zone}:{days}"
    if event.replaces:
        yield f"RECURRENCE-ID;TZID={time_zone}:{event.replaces:%Y%m%dT%H%M%S}"
    for number, (name, email) in enumerate(event.attendees):
        if number == 0:
            yield f"ORGANIZER;CN={name}:mailto:{email}"
        yield f"ATTENDEE;CN={name};PARTSTAT=ACCEPTED:mailto:{email}"
    yield "STATUS:CANCELLED" if event.is_cancelled else "STATUS:CONFIRMED"
    yield "END:VEVENT"


def _zone_lines(time_zone: str) -> list[str]:
    standard, summer, begins, begin_rule, ends, end_rule = ZONES[time_zone]
    parts = ((begins, begin_rule, standard, summer, "DAYLIGHT"), (ends, end_rule, summer, standard, "STANDARD"))
    lines = ["BEGIN:VTIMEZONE", f"TZID:{time_zone}"]
    for start, rule, before, after, name in parts:
        lines += [f"BEGIN:{name}", f"DTSTART:{start}", f"RRULE:{rule}", f"TZOFFSETFROM:{before}"]
        lines += [f"TZOFFSETTO:{after}", f"END:{name}"]
    return [*lines, "END:VTIMEZONE"]


def _local(day: dt.date, start: str) -> dt.datetime:
    return dt.datetime.combine(day, dt.time.fromisoformat(start))


def _folded(line: str) -> str:
    """A content line broken after 75 octets, as RFC 5545 asks."""
    if len(line) <= 75:
        return line
    return "\r\n ".join([line[:75], *(line[start : start + 74] for start in range(75, len(line), 74))])
