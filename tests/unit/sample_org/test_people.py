"""Staffing: seats stay filled, and everything that happens to people in a real sales organisation happens."""

import datetime as dt
import itertools
from collections import Counter

import pytest

from sample_org.drawing import stream
from sample_org.people import Staff
from sample_org.presence import presence
from sample_org.staffing import staff_up
from sample_org.timeline import Timeline

TIMELINE = Timeline(dt.date(2026, 6, 30), 24)


@pytest.fixture(scope="module")
def staff() -> Staff:
    return staff_up(TIMELINE, 240, 24, stream(7, "people"))


def test_every_seat_is_held_at_the_end(staff: Staff) -> None:
    present = presence(staff, TIMELINE)
    assert (present.seat[:, -1] >= 0).sum() == 240


def test_a_seat_has_one_holder_and_a_holder_one_seat(staff: Staff) -> None:
    spells = [spell for chain in staff.seat_spells for spell in chain]
    for chain in staff.seat_spells:
        assert all(one.end is not None and one.end < two.start for one, two in itertools.pairwise(chain))
    by_person: dict[int, list[tuple[dt.date, dt.date]]] = {}
    for spell in spells:
        by_person.setdefault(spell.person, []).append((spell.start, spell.end or dt.date.max))
    for held in by_person.values():
        ordered = sorted(held)
        assert all(end < start for (_, end), (start, _) in itertools.pairwise(ordered))


def test_people_transfer_leave_return_are_promoted_and_go_on_leave(staff: Staff) -> None:
    reasons = Counter(row.reason for row in staff.assignments)
    assert {"hire", "transfer", "rehire", "manager_change", "promotion", "reorganisation"} <= set(reasons)
    assert any(person.leave_date for person in staff.people)
    assert staff.absences


def test_some_managers_change_in_the_middle_of_a_month(staff: Staff) -> None:
    days = {row.start.day for row in staff.assignments if row.reason == "manager_change"}
    assert days - {1}


def test_some_reps_are_still_ramping_when_the_window_begins(staff: Staff) -> None:
    first = [chain[0] for chain in staff.seat_spells if chain and chain[0].start < TIMELINE.start]
    recent = [spell for spell in first if (TIMELINE.start - spell.start).days < 180]
    assert 0.02 < len(recent) / len(first) < 0.4


def test_emails_are_unique(staff: Staff) -> None:
    assert len({person.email for person in staff.people}) == len(staff.people)
