"""Managers' calendars: every occurrence of every event, recurring ones expanded.

``calendars/<manager e-mail>.ics`` → ``raw_calendar__events``, one row per occurrence in UTC. Danger: a weekly 1:1 at
ten stays at ten when the clocks change, single occurrences are moved or cancelled, and a cancelled one is not a
meeting held.
"""

import datetime as dt
import json
import re
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from pipelines.contracts import PROVENANCE, RAW_TABLES
from pipelines.ingest.calendar_events import BadEvent, Occurrence, read_events
from pipelines.ingest.exports import BadRow, Batch, Context, Export, UnreadableFile, file_export, files_like

NAME = "calendars"
TABLE = "raw_calendar__events"
TABLES = (TABLE,)

HORIZON_DAYS = 28  # planned meetings this far ahead tell how full coming weeks are
END = "END:VCALENDAR"


def find(context: Context) -> Iterator[Export]:
    for path in files_like(context, "calendars/*.ics"):
        yield file_export(path, context, f"until {horizon(context.as_of).isoformat()}")


def horizon(as_of: dt.date) -> dt.date:
    """Occurrences before this day are expanded. A month's first day: calendars land again monthly, not daily."""
    ahead = (as_of + dt.timedelta(days=HORIZON_DAYS)).replace(day=1)
    return (ahead + dt.timedelta(days=31)).replace(day=1)


def read(export: Export, context: Context) -> Iterator[Batch | BadRow]:
    assert export.path is not None
    text = export.path.read_bytes().decode("utf-8-sig", errors="replace")
    whole, cut_off = salvage(text)
    if cut_off and export.name in context.landed:
        raise UnreadableFile("the end is cut off: the events of its last whole export stay; export it again")
    owner = owner_of(export.path, whole)
    events = list(read_events(whole, horizon(context.as_of)))
    for event in events:
        if isinstance(event, BadEvent):
            yield BadRow(TABLE, event.index, "key_present", "an event without DTSTART or UID", event.text)
    if cut_off:
        yield BadRow(TABLE, whole.count("BEGIN:VEVENT"), "whole_file", "the end of the file is cut off", cut_off)
    rows = [_row(event, owner) for event in events if isinstance(event, Occurrence)]
    frame = pl.DataFrame(rows, schema=_COLUMNS, orient="row").sort("starts_at", "event_uid", "ends_at")
    yield Batch(TABLE, frame.with_row_index("_source_row"))


_COLUMNS = {column: kind for column, kind in RAW_TABLES[TABLE].items() if column not in PROVENANCE}


def salvage(text: str) -> tuple[str, str]:
    """The calendar up to its last whole event, and what was cut off behind it (empty for a whole file)."""
    if END in text:
        return text, ""
    head, mark, tail = text.rpartition("END:VEVENT")
    return (f"{head}{mark}\r\n{END}\r\n", tail.strip() or "(nothing)") if mark else (text, "")


def owner_of(path: Path, text: str) -> str:
    """Whose calendar it is: the file's name, else the name the calendar gives itself.

    Raises:
        UnreadableFile: neither is an e-mail address.
    """
    named = re.search(r"^X-WR-CALNAME[^:\n]*:(.*)$", text, re.M)
    for name in (path.stem, named[1] if named else ""):
        if re.fullmatch(r"[^@\s]+@[^@\s]+", name.strip()):
            return name.strip()
    raise UnreadableFile("whose calendar is it? name the file <manager e-mail>.ics")


def _row(event: Occurrence, owner: str) -> tuple[str | None, ...]:
    attendees = [{"email": attendee.email, "status": attendee.status} for attendee in event.attendees]
    return (
        event.uid,
        owner,
        event.summary,
        _text(event.starts_at),
        _text(event.ends_at),
        json.dumps(attendees, ensure_ascii=False),
        event.status,
        str(event.is_recurring).lower(),
        str(event.is_all_day).lower(),
    )


def _text(time: dt.datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")
