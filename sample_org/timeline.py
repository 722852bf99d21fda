"""The window the company is simulated over: months, weeks and working days. Calendar arithmetic only."""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

import numpy as np

BURN_IN_MONTHS = 3  # simulated before the window so that skill and coaching do not start from nothing


def month_start(day: dt.date, shift: int = 0) -> dt.date:
    """First day of the month ``shift`` months after that of ``day``."""
    index = day.year * 12 + day.month - 1 + shift
    return dt.date(index // 12, index % 12 + 1, 1)


def quarter_start(day: dt.date) -> dt.date:
    """First day of the calendar quarter of ``day``."""
    return dt.date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)


def next_quarter(day: dt.date) -> dt.date:
    """First day of the quarter after that of ``day``."""
    return month_start(quarter_start(day), 3)


def working_days(start: dt.date, end: dt.date) -> int:
    """Mondays to Fridays from ``start`` to ``end``, both included; 0 when ``end`` is before ``start``."""
    return max(0, int(np.busday_count(start, end + dt.timedelta(days=1)))) if end >= start else 0


@dataclass(frozen=True)
class Timeline:
    """``month_count`` calendar months that end with the month of ``as_of``; nothing happens after ``as_of``."""

    as_of: dt.date
    month_count: int

    @cached_property
    def start(self) -> dt.date:
        """First day of the window."""
        return month_start(self.as_of, 1 - self.month_count)

    @cached_property
    def months(self) -> list[dt.date]:
        """First days of the simulated months, burn-in included."""
        total = self.month_count + BURN_IN_MONTHS
        return [month_start(self.as_of, 1 - total + index) for index in range(total)]

    @cached_property
    def first_monday(self) -> dt.date:
        """Monday of the first simulated week: the first one in the burn-in."""
        first = self.months[0]
        return first + dt.timedelta(days=-first.weekday() % 7)

    @cached_property
    def week_count(self) -> int:
        return (self.as_of - self.first_monday).days // 7 + 1

    def monday(self, week: int) -> dt.date:
        return self.first_monday + dt.timedelta(weeks=week)

    def week_of(self, day: dt.date) -> int:
        """Index of the week of ``day``; below 0 before the first simulated week."""
        return (day - self.first_monday).days // 7

    @cached_property
    def month_of_week(self) -> np.ndarray:
        """Index into ``months`` of each week's Monday."""
        index = {month: number for number, month in enumerate(self.months)}
        return np.array([index[month_start(self.monday(week))] for week in range(self.week_count)])

    def month_end(self, index: int) -> dt.date:
        """Last simulated day of a month: its last day, or ``as_of``."""
        return min(month_start(self.months[index], 1) - dt.timedelta(days=1), self.as_of)

    @cached_property
    def calls_from(self) -> dt.date:
        """Customer calls are kept for the last 26 weeks (less when the window is shorter)."""
        return max(self.start, self.as_of - dt.timedelta(weeks=26) + dt.timedelta(days=1))
