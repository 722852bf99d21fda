"""From the text of an iCalendar file to occurrences in UTC. Whose calendar it is and how rows look belong elsewhere.

Ordinary single events, the bulk of any calendar, are read line by line (20 times faster than the library); everything
else (recurring ones with their exceptions, zones that are not IANA's, odd lines) goes through icalendar and
recurring_ical_events.
"""

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events

from pipelines.ingest.exports import UnreadableFile

RECURRENCE = ("RRULE", "RDATE", "RECURRENCE-ID", "EXDATE")
EVENT = re.compile(r"^BEGIN:VEVENT\n(.*?)^END:VEVENT\n", re.M | re.S)
LINE = re.compile(r'([A-Z-]+)((?:;[A-Z-]+=(?:"[^"]*"|[^";:]*))*):(.*)')
PARAMETER = re.compile(r';([A-Z-]+)=("[^"]*"|[^";:]*)')
ESCAPE = re.compile(r"\\([nN,;\\])")


@dataclass(frozen=True)
class Attendee:
    email: str
    status: str | None


@dataclass(frozen=True)
class Occurrence:
    """One meeting on one day. Times are UTC; a whole-day event lasts from midnight to midnight of its dates."""

    uid: str
    summary: str | None
    starts_at: dt.datetime
    ends_at: dt.datetime
    attendees: tuple[Attendee, ...]
    status: str
    is_recurring: bool
    is_all_day: bool


@dataclass(frozen=True)
class BadEvent:
    """An event without a start or an id. ``index`` is its place among the events, from 0."""

    index: int
    text: str


def read_events(text: str, until: dt.date) -> Iterator[Occurrence | BadEvent]:
    """Every occurrence that starts before ``until``; recurring events are expanded, exceptions and all.

    Raises:
        UnreadableFile: it is not iCalendar.
    """
    if "BEGIN:VCALENDAR" not in text:
        raise UnreadableFile("not a calendar (ICS): no BEGIN:VCALENDAR in it")
    lines = re.sub(r"\n[ \t]", "", text.replace("\r\n", "\n").replace("\r", "\n"))
    blocks = EVENT.findall(lines)
    zone = calendar_zone(lines)
    recurring_uids = {_uid(block) for block in blocks if _is_recurring(block)}
    others = []
    for i, block in enumerate(blocks):
        if not _has(block, "DTSTART") or not _uid(block):
            yield BadEvent(i, block)
        elif _uid(block) in recurring_uids or (event := plain_event(block, zone)) is None:
            others.append(block)
        elif event.starts_at.date() < until:
            yield event
    if others:
        yield from _by_library(EVENT.sub("", lines), others, recurring_uids, zone, until)


def _uid(block: str) -> str:
    match = re.search(r"^UID[^:\n]*:(.*)$", block, re.M)
    return match[1].strip() if match else ""


def _has(block: str, name: str) -> bool:
    return block.startswith((f"{name}:", f"{name};")) or f"\n{name}:" in block or f"\n{name};" in block


def _is_recurring(block: str) -> bool:
    return any(_has(block, name) for name in RECURRENCE)


def calendar_zone(lines: str) -> dt.tzinfo:
    """The calendar's own zone, for times that name none; UTC without one."""
    match = re.search(r"^X-WR-TIMEZONE:(.*)$", lines, re.M)
    return (_zone(match[1].strip()) if match else None) or dt.UTC


@cache
def _zone(name: str) -> dt.tzinfo | None:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


def plain_event(block: str, zone: dt.tzinfo) -> Occurrence | None:
    """The event in a block of unfolded lines; None when there is anything in it that needs the library."""
    values: dict[str, tuple[str, str]] = {}
    attendees = []
    for line in block.split("\n"):
        if line.startswith("BEGIN:"):  # an alarm inside: its lines are not the event's
            break
        match = LINE.fullmatch(line)
        if match is None:
            if line:
                return None
            continue
        name, parameters, value = match.groups()
        if name == "ATTENDEE":
            attendees.append(Attendee(_email(value), dict(PARAMETER.findall(parameters)).get("PARTSTAT")))
        elif name in values and name in ("DTSTART", "DTEND"):
            return None
        else:
            values[name] = (parameters, value)
    if "DTSTART" not in values or "DTEND" not in values or "UID" not in values:
        return None
    start, end = _time(*values["DTSTART"], zone), _time(*values["DTEND"], zone)
    if start is None or end is None:
        return None
    return Occurrence(
        uid=_plain(values["UID"][1]),
        summary=_plain(values["SUMMARY"][1]) if "SUMMARY" in values else None,
        starts_at=start[0],
        ends_at=end[0],
        attendees=tuple(attendees),
        status=values.get("STATUS", ("", "CONFIRMED"))[1],
        is_recurring=False,
        is_all_day=start[1],
    )


def _plain(value: str) -> str:
    return ESCAPE.sub(lambda match: "\n" if match[1] in "nN" else match[1], value)


def _email(value: str) -> str:
    return re.sub(r"(?i)^mailto:", "", value)


def _time(parameters: str, value: str, zone: dt.tzinfo) -> tuple[dt.datetime, bool] | None:
    """UTC time and whether it is a whole day; None when it is not one of the three ordinary forms."""
    given = dict(PARAMETER.findall(parameters))
    try:
        if given.get("VALUE") == "DATE":
            return dt.datetime.strptime(value, "%Y%m%d").replace(tzinfo=dt.UTC), True
        if value.endswith("Z"):
            return dt.datetime.strptime(value, "%Y%m%dT%H%M%SZ").replace(tzinfo=dt.UTC), False
        named = _zone(given["TZID"].strip('"')) if "TZID" in given else zone
        local = dt.datetime.strptime(value, "%Y%m%dT%H%M%S")  # noqa: DTZ007 (the zone comes next)
    except ValueError:
        return None
    return (local.replace(tzinfo=named).astimezone(dt.UTC), False) if named else None


def _by_library(
    frame: str, blocks: Iterable[str], recurring_uids: set[str], zone: dt.tzinfo, until: dt.date
) -> Iterator[Occurrence]:
    """Occurrences of the events in ``blocks``, put back into the rest of their file (``frame``: it holds the zones)."""
    head, mark, tail = frame.rpartition("END:VCALENDAR")
    events = "".join(f"BEGIN:VEVENT\n{block}END:VEVENT\n" for block in blocks)
    try:
        calendar = icalendar.Calendar.from_ical(f"{head}{events}{mark}{tail}")
    except (ValueError, IndexError, KeyError) as error:
        raise UnreadableFile(f"not a calendar (ICS): {error}") from error
    walked: list[Any] = calendar.walk("VEVENT")
    days = [_day(event["DTSTART"].dt) for event in walked if "DTSTART" in event]
    if not days:
        return
    expanded = recurring_ical_events.of(calendar, skip_bad_series=True)
    for event in expanded.between(min(days) - dt.timedelta(days=1), until):
        yield _occurrence(event, zone, is_recurring=str(event["UID"]) in recurring_uids)


def _day(value: dt.date | dt.datetime) -> dt.date:
    return value.date() if isinstance(value, dt.datetime) else value


def _occurrence(event: Any, zone: dt.tzinfo, *, is_recurring: bool) -> Occurrence:
    start = event["DTSTART"].dt
    return Occurrence(
        uid=str(event["UID"]),
        summary=str(event["SUMMARY"]) if "SUMMARY" in event else None,
        starts_at=_utc(start, zone),
        ends_at=_utc(_end(event), zone),
        attendees=tuple(
            Attendee(_email(str(attendee)), attendee.params.get("PARTSTAT"))
            for attendee in _listed(event.get("ATTENDEE"))
        ),
        status=str(event.get("STATUS", "CONFIRMED")),
        is_recurring=is_recurring,
        is_all_day=not isinstance(start, dt.datetime),
    )


def _end(event: Any) -> Any:
    """End of an event: given, by its duration, or by RFC 5545's default (a day for a date, nothing for a time)."""
    start = event["DTSTART"].dt
    if "DTEND" in event:
        return event["DTEND"].dt
    if "DURATION" in event:
        return start + event["DURATION"].dt
    return start if isinstance(start, dt.datetime) else start + dt.timedelta(days=1)


def _utc(value: dt.date | dt.datetime, zone: dt.tzinfo) -> dt.datetime:
    if not isinstance(value, dt.datetime):
        return dt.datetime(value.year, value.month, value.day, tzinfo=dt.UTC)
    aware = value if value.tzinfo else value.replace(tzinfo=zone)
    return aware.astimezone(dt.UTC)


def _listed(value: Any) -> Iterable[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
