"""Calendars: one row per occurrence, in UTC, with clock changes, exceptions and cancellations."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.ingest import calendar_events, calendars
from pipelines.ingest.calendar_events import BadEvent, Occurrence, read_events
from pipelines.ingest.exports import BadRow, Batch, Context, UnreadableFile

Write = Callable[[str, str | bytes], Path]
UNTIL = dt.date(2026, 8, 1)


def event(*lines: str, uid: str = "u1") -> str:
    return "\r\n".join(["BEGIN:VEVENT", f"UID:{uid}", *lines, "END:VEVENT", ""])


def calendar(*events: str, head: str = "") -> str:
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:t\r\n{head}{''.join(events)}END:VCALENDAR\r\n"


def occurrences(text: str) -> list[Occurrence]:
    found = list(read_events(text, UNTIL))
    assert not [item for item in found if isinstance(item, BadEvent)]
    return sorted((item for item in found if isinstance(item, Occurrence)), key=lambda item: item.starts_at)


def starts(text: str) -> list[str]:
    return [item.starts_at.strftime("%m-%d %H:%M") for item in occurrences(text)]


def test_a_weekly_meeting_stays_at_its_hour_when_the_clocks_change() -> None:
    weekly = event(
        "DTSTART;TZID=Europe/Berlin:20260322T100000",
        "DTEND;TZID=Europe/Berlin:20260322T103000",
        "RRULE:FREQ=WEEKLY;COUNT=3",
    )
    assert starts(calendar(weekly)) == ["03-22 09:00", "03-29 08:00", "04-05 08:00"]


def test_moved_cancelled_and_excluded_occurrences_are_told_apart() -> None:
    zone = ";TZID=America/New_York:"
    weekly = event(
        f"DTSTART{zone}20260601T100000",
        f"DTEND{zone}20260601T103000",
        "RRULE:FREQ=WEEKLY;COUNT=4",
        f"EXDATE{zone}20260608T100000",
    )
    moved = event(f"RECURRENCE-ID{zone}20260615T100000", f"DTSTART{zone}20260616T150000", f"DTEND{zone}20260616T153000")
    cancelled = event(
        f"RECURRENCE-ID{zone}20260622T100000",
        f"DTSTART{zone}20260622T100000",
        f"DTEND{zone}20260622T103000",
        "STATUS:CANCELLED",
    )
    found = [
        (item.starts_at.strftime("%m-%d %H:%M"), item.status)
        for item in occurrences(calendar(weekly, moved, cancelled))
    ]
    assert found == [("06-01 14:00", "CONFIRMED"), ("06-16 19:00", "CONFIRMED"), ("06-22 14:00", "CANCELLED")]
    assert all(item.is_recurring for item in occurrences(calendar(weekly, moved, cancelled)))


def test_an_endless_series_ends_at_the_horizon() -> None:
    daily = event("DTSTART:20260729T100000Z", "DTEND:20260729T101500Z", "RRULE:FREQ=DAILY")
    assert starts(calendar(daily)) == ["07-29 10:00", "07-30 10:00", "07-31 10:00"]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["DTSTART;VALUE=DATE:20260601", "DTEND;VALUE=DATE:20260603"], ("06-01 00:00", 48.0, True)),
        (["DTSTART;VALUE=DATE:20260601"], ("06-01 00:00", 24.0, True)),
        (["DTSTART:20260601T100000Z", "DURATION:PT45M"], ("06-01 10:00", 0.75, False)),
        (["DTSTART:20260601T100000", "DTEND:20260601T103000"], ("06-01 14:00", 0.5, False)),
    ],
)
def test_every_way_to_write_a_time_is_read(lines: list[str], expected: tuple[str, float, bool]) -> None:
    (item,) = occurrences(calendar(event(*lines), head="X-WR-TIMEZONE:America/New_York\r\n"))
    hours = (item.ends_at - item.starts_at).total_seconds() / 3600
    assert (item.starts_at.strftime("%m-%d %H:%M"), hours, item.is_all_day) == expected


ODD_ZONE = (
    "BEGIN:VTIMEZONE\r\nTZID:Office\r\nBEGIN:STANDARD\r\nDTSTART:16010101T000000\r\nTZOFFSETFROM:+0300\r\n"
    "TZOFFSETTO:+0300\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
)


def test_a_zone_of_the_calendars_own_is_used() -> None:
    own = event("DTSTART;TZID=Office:20260601T100000", "DTEND;TZID=Office:20260601T103000")
    assert starts(calendar(own, head=ODD_ZONE)) == ["06-01 07:00"]


def test_ordinary_events_read_the_same_with_and_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    attendee = 'ATTENDEE;CN="Doe, Ann";PARTSTAT=DECLINED:mailto:ann@x.com'
    folded = "SUMMARY:Pipeline review\\, with a long title that had to be folded over\r\n  two lines\\nand a break"
    text = calendar(
        event(
            "DTSTART;TZID=Europe/London:20260601T100000",
            "DTEND;TZID=Europe/London:20260601T103000",
            folded,
            attendee,
            uid="a",
        ),
        event("DTSTART:20260602T100000Z", "DTEND:20260602T110000Z", attendee, attendee, "STATUS:TENTATIVE", uid="b"),
        event("DTSTART;VALUE=DATE:20260603", "DTEND;VALUE=DATE:20260604", "SUMMARY:Off", uid="c"),
        event(
            "DTSTART:20260604T100000Z",
            "DTEND:20260604T110000Z",
            "BEGIN:VALARM\r\nTRIGGER:-PT5M\r\nACTION:DISPLAY\r\nDESCRIPTION:x\r\nEND:VALARM",
            uid="d",
        ),
    )
    directly = occurrences(text)
    assert directly[0].summary == "Pipeline review, with a long title that had to be folded over two lines\nand a break"
    assert directly[1].attendees[1].status == "DECLINED"
    monkeypatch.setattr(calendar_events, "plain_event", lambda *_: None)
    assert occurrences(text) == directly


def read(context: Context) -> tuple[list[dict[str, object]], list[BadRow]]:
    (export,) = calendars.find(context)
    items = list(calendars.read(export, context))
    rows = [row for item in items if isinstance(item, Batch) for row in item.frame.to_dicts()]
    return rows, [item for item in items if isinstance(item, BadRow)]


ORDINARY = event("DTSTART:20260601T100000Z", "DTEND:20260601T103000Z", "SUMMARY:1:1 Ann")


def test_rows_name_the_owner_by_the_files_name(context: Context, write: Write) -> None:
    write("calendars/boss@x.com.ics", calendar(ORDINARY))
    ((row,), _) = read(context)
    assert (row["calendar_owner_email"], row["starts_at"], row["is_recurring"]) == (
        "boss@x.com",
        "2026-06-01T10:00:00Z",
        "false",
    )


def test_an_event_without_a_start_is_set_aside_and_the_others_arrive(context: Context, write: Write) -> None:
    write("calendars/boss@x.com.ics", calendar(event("SUMMARY:when?"), ORDINARY))
    rows, (bad,) = read(context)
    assert (len(rows), bad.rule, bad.source_row) == (1, "key_present", 0)


def test_a_cut_off_calendar_gives_its_whole_events_the_first_time_only(context: Context, write: Write) -> None:
    write("calendars/boss@x.com.ics", calendar(ORDINARY, ORDINARY.replace("u1", "u2"))[:-60])
    rows, (bad,) = read(context)
    assert (len(rows), bad.rule) == (1, "whole_file")
    landed = Context(**vars(context) | {"landed": {"calendars/boss@x.com.ics": "older"}})
    with pytest.raises(UnreadableFile, match="cut off"):
        read(landed)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("boss@x.com.ics", "<html>log in</html>", "not a calendar"),
        ("team.ics", calendar(ORDINARY), "whose calendar is it"),
    ],
)
def test_what_is_no_managers_calendar_says_why(
    context: Context, write: Write, name: str, content: str, reason: str
) -> None:
    write(f"calendars/{name}", content)
    with pytest.raises(UnreadableFile, match=reason):
        read(context)
