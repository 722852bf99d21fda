"""Who works at the invented company: people, teams, seats and who held them when. Values only, nothing is drawn here.

A seat is a territory in a team: when its holder goes, somebody else fills it. How people come, move and go is
``staffing.py``, the HR view of it ``assignments.py``, and the sheets are written by ``hr.py``.
"""

import datetime as dt
from dataclasses import dataclass, field

from sample_org.company import Region

DAY = dt.timedelta(days=1)


@dataclass
class Person:
    """Somebody who works or worked at the company; ``ability`` and ``quality`` are z-scores nobody exports."""

    employee_id: str
    first_name: str
    last_name: str
    email: str
    region: Region
    hire_date: dt.date
    segment: str
    role: str  # rep, manager, vp, cro, overlay
    ability: float
    quality: float
    leave_date: dt.date | None = None  # last day
    leave_reason: str = ""

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"


@dataclass(frozen=True)
class Team:
    """A team of reps under one manager at a time."""

    team_id: str
    name: str
    segment: str
    region: Region


@dataclass(frozen=True)
class Seat:
    """A territory: ``richness`` is what it adds to the attainment of whoever holds it."""

    team: int
    richness: float


@dataclass
class Spell:
    """A person in a seat (or leading a team) from ``start`` to ``end``, both included; open when ``end`` is None."""

    person: int
    place: int
    start: dt.date
    reason: str
    end: dt.date | None = None

    def covers(self, day: dt.date) -> bool:
        return self.start <= day and (self.end is None or day <= self.end)


@dataclass(frozen=True)
class Assignment:
    """One row of the HR system's assignment history; ``manager`` is -1 for the head of sales."""

    person: int
    manager: int
    team_id: str
    team_name: str
    segment: str
    job_title: str
    start: dt.date
    end: dt.date | None
    reason: str
    seat: int = -1  # only reps have one


@dataclass(frozen=True)
class Absence:
    person: int
    start: dt.date
    end: dt.date
    kind: str


@dataclass
class Staff:
    """Everybody, and who sat where when."""

    people: list[Person] = field(default_factory=list)
    teams: list[Team] = field(default_factory=list)
    seats: list[Seat] = field(default_factory=list)
    team_seats: list[list[int]] = field(default_factory=list)  # by team
    seat_spells: list[list[Spell]] = field(default_factory=list)  # by seat, in order
    lead_spells: list[list[Spell]] = field(default_factory=list)  # by team, in order
    overlays: list[tuple[int, int]] = field(default_factory=list)  # person, team
    heads: dict[str, int] = field(default_factory=dict)  # VP of each segment, and "all" for the head of sales
    absences: list[Absence] = field(default_factory=list)
    assignments: list[Assignment] = field(default_factory=list)

    def spells_in(self, team: int) -> list[Spell]:
        """Seat spells of a team, in order of seat."""
        return [spell for seat in self.team_seats[team] for spell in self.seat_spells[seat]]

    def leader(self, team: int, day: dt.date) -> int:
        """Who leads a team on a day; the first leader for days before the window."""
        for spell in reversed(self.lead_spells[team]):
            if spell.start <= day:
                return spell.person
        return self.lead_spells[team][0].person
