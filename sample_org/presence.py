"""Who is at work in which seat under which manager on each day, as arrays (person x day), from ``people.py``."""

import datetime as dt
from dataclasses import dataclass

import numpy as np

from sample_org.people import Staff
from sample_org.timeline import Timeline

NOBODY = -1


@dataclass(frozen=True)
class Presence:
    """Daily state of every person from the first simulated Monday to the as-of date; -1 where there is none.

    ``is_present`` is false on leaves of absence; ``present_cumulative`` counts working days at work up to and
    including a day, with a leading column of zeros.
    """

    first_day: dt.date
    seat: np.ndarray
    leader: np.ndarray
    is_present: np.ndarray
    is_working_day: np.ndarray
    present_cumulative: np.ndarray

    @property
    def day_count(self) -> int:
        return int(self.seat.shape[1])

    def index(self, day: dt.date) -> int:
        """Column of a day, clipped to the simulated days."""
        return min(max((day - self.first_day).days, 0), self.day_count - 1)

    def day(self, index: int) -> dt.date:
        return self.first_day + dt.timedelta(days=int(index))

    def present_days(self, person: np.ndarray, start: dt.date, end: dt.date) -> np.ndarray:
        """Working days at work from ``start`` to ``end``, both included, for each person."""
        return self.present_cumulative[person, self.index(end) + 1] - self.present_cumulative[person, self.index(start)]

    def nth_present_day(self, person: int, start_index: int, number: int) -> int:
        """Index of the ``number``-th (from 0) working day at work of a person on or after ``start_index``."""
        counts = self.present_cumulative[person]
        return int(np.searchsorted(counts, counts[start_index] + number + 1)) - 1


def presence(staff: Staff, timeline: Timeline) -> Presence:
    """Presence of a staff over the simulated days."""
    first = timeline.first_monday
    shape = (len(staff.people), (timeline.as_of - first).days + 1)
    seat = np.full(shape, NOBODY, dtype=np.int32)
    leader = np.full(shape, NOBODY, dtype=np.int32)
    away = np.zeros(shape, dtype=bool)

    def days(start: dt.date, end: dt.date | None) -> slice:
        last = timeline.as_of if end is None else min(end, timeline.as_of)
        return slice(max(0, (start - first).days), max(0, (last - first).days + 1))

    for row in staff.assignments:
        if row.seat >= 0:
            seat[row.person, days(row.start, row.end)] = row.seat
            leader[row.person, days(row.start, row.end)] = row.manager
    for absence in staff.absences:
        away[absence.person, days(absence.start, absence.end)] = True
    weekdays = (np.arange(shape[1]) + first.weekday()) % 7
    is_present = (seat >= 0) & ~away
    counted = np.cumsum(is_present & (weekdays < 5), axis=1, dtype=np.int32)
    cumulative = np.concatenate([np.zeros((shape[0], 1), dtype=np.int32), counted], axis=1)
    return Presence(first, seat, leader, is_present, weekdays < 5, cumulative)
