"""The HR sheets: employees, assignments (who belonged to which team under whom, when) and leaves of absence.

All dates are days, and last days are included: ``valid_to`` is the last day of an assignment, ``leave_date`` that of
employment, ``ends_on`` that of a leave.
"""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

from sample_org.people import Staff
from sample_org.writing import write_csv


def write_hr(out: Path, staff: Staff) -> None:
    """Write ``hr/``."""
    folder = out / "hr"
    write_csv(
        folder / "employees.csv",
        "employee_id email full_name job_title role segment country time_zone hire_date leave_date leave_reason",
        _employees(staff),
    )
    write_csv(
        folder / "assignments.csv",
        "employee_id manager_employee_id team_id team_name segment job_title valid_from valid_to change_reason",
        _assignments(staff),
    )
    write_csv(folder / "absences.csv", "employee_id starts_on ends_on kind", _absences(staff))


def _employees(staff: Staff) -> Iterator[list[object]]:
    """Current state: somebody who was promoted is a manager here, their time as a rep is in the assignments."""
    latest = {row.person: row for row in staff.assignments}
    for person, who in enumerate(staff.people):
        row = latest[person]
        yield [
            who.employee_id,
            who.email,
            who.name,
            row.job_title,
            who.role,
            row.segment,
            who.region.country,
            who.region.time_zone,
            who.hire_date,
            who.leave_date,
            who.leave_reason,
        ]


def _assignments(staff: Staff) -> Iterator[list[object]]:
    for row in staff.assignments:
        manager = staff.people[row.manager].employee_id if row.manager >= 0 else None
        yield [
            staff.people[row.person].employee_id,
            manager,
            row.team_id,
            row.team_name,
            row.segment,
            row.job_title,
            row.start,
            _last_day(staff, row.person, row.end),
            row.reason,
        ]


def _last_day(staff: Staff, person: int, end: dt.date | None) -> dt.date | None:
    """A leaver's open assignment ends with the employment."""
    leave = staff.people[person].leave_date
    return end if end is not None else leave


def _absences(staff: Staff) -> Iterator[list[object]]:
    for absence in sorted(staff.absences, key=lambda row: (row.start, row.person)):
        yield [staff.people[absence.person].employee_id, absence.start, absence.end, absence.kind]
