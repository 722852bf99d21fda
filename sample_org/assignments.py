"""The HR view of who sat where: one row per person, team and manager, from a year before the window on."""

import datetime as dt
from collections.abc import Iterator

from sample_org.company import SEGMENT_LABELS
from sample_org.people import Assignment, Spell, Staff
from sample_org.timeline import Timeline

HISTORY_DAYS = 365  # the HR system knows assignments from a year before the window


def assignments(staff: Staff, timeline: Timeline) -> Iterator[Assignment]:
    """Who belonged to which team under which manager from when to when, people in order of employee id."""
    rows = [*_heads(staff, timeline), *_leads(staff, timeline), *_overlays(staff, timeline)]
    for seat, spells in enumerate(staff.seat_spells):
        for spell in spells:
            rows += _seat_rows(staff, timeline, seat, spell)
    yield from sorted(rows, key=lambda row: (row.person, row.start))


def _history_start(timeline: Timeline) -> dt.date:
    return timeline.start - dt.timedelta(days=HISTORY_DAYS)


def _seat_rows(staff: Staff, timeline: Timeline, seat: int, spell: Spell) -> Iterator[Assignment]:
    team_number = staff.seats[seat].team
    team = staff.teams[team_number]
    start = max(spell.start, _history_start(timeline))
    for lead in staff.lead_spells[team_number]:
        first = max(start, lead.start)
        ends = [end for end in (spell.end, lead.end) if end is not None]
        last = min(ends) if ends else None
        if last is not None and last < first:
            continue
        reason = spell.reason if first == start else "manager_change"
        title = f"Account Executive, {SEGMENT_LABELS[team.segment]}"
        yield Assignment(
            spell.person, lead.person, team.team_id, team.name, team.segment, title, first, last, reason, seat
        )


def _leads(staff: Staff, timeline: Timeline) -> Iterator[Assignment]:
    for team, spells in zip(staff.teams, staff.lead_spells, strict=True):
        for spell in spells:
            label = SEGMENT_LABELS[team.segment]
            start = max(spell.start, _history_start(timeline))
            yield Assignment(
                spell.person,
                staff.heads[team.segment],
                f"L-{team.segment}",
                f"{label} leadership",
                team.segment,
                f"Sales Manager, {label}",
                start,
                spell.end,
                spell.reason,
            )


def _heads(staff: Staff, timeline: Timeline) -> Iterator[Assignment]:
    start = _history_start(timeline)
    for segment, person in staff.heads.items():
        manager = -1 if segment == "all" else staff.heads["all"]
        title = "Chief Revenue Officer" if segment == "all" else f"VP Sales, {SEGMENT_LABELS[segment]}"
        segment_of_row = "" if segment == "all" else segment
        yield Assignment(person, manager, "L-sales", "Sales leadership", segment_of_row, title, start, None, "hire")


def _overlays(staff: Staff, timeline: Timeline) -> Iterator[Assignment]:
    """Overlay specialists: product experts in enterprise teams with a quota beside that of the reps."""
    for person, team_number in staff.overlays:
        team = staff.teams[team_number]
        for lead in staff.lead_spells[team_number]:
            start = max(lead.start, _history_start(timeline))
            if lead.end is None or lead.end >= start:
                reason = "hire" if lead is staff.lead_spells[team_number][0] else "manager_change"
                title = "Product Specialist (overlay)"
                yield Assignment(
                    person, lead.person, team.team_id, team.name, team.segment, title, start, lead.end, reason
                )
