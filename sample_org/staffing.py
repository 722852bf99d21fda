"""How people come, move and go: hires, leavers, transfers, promotions, returns and leaves, day by day.

Who leaves does not depend on what was sold or coached (that is simulated later, in ``world.py``), only on ability.
"""

import datetime as dt
import heapq
from collections.abc import Callable, Iterator
from itertools import count

import numpy as np

from sample_org.assignments import HISTORY_DAYS, assignments
from sample_org.company import DOMAIN, FIRST_NAMES, LAST_NAMES, REGIONS, SEGMENT_LABELS, SEGMENTS, Region
from sample_org.people import DAY, Absence, Person, Seat, Spell, Staff, Team
from sample_org.timeline import Timeline
from sample_org.truth import TRUTH

SEGMENT_OF_TEAM = (0, 1, 2, 0, 1, 0, 1, 2, 0, 0, 1, 2)  # repeats: 5 SMB, 4 mid-market, 3 enterprise of 12
TEAM_WEIGHT = (1.2, 1.0, 0.75)  # SMB teams are larger
REP_LEAVES_PER_MONTH = 0.017
MANAGER_LEAVES_PER_MONTH = 0.012
GROWTH_SHARE = 0.12  # seats that open inside the window
TRANSFER_SHARE, REHIRE_SHARE, PROMOTION_SHARE = 0.18, 0.06, 0.55
LEAVES_OF_ABSENCE_PER_YEAR = 0.045
RAMPING_AT_START_SHARE = 0.22


def staff_up(timeline: Timeline, rep_count: int, manager_count: int, rng: np.random.Generator) -> Staff:
    """Staff of a company that has ``rep_count`` reps in ``manager_count`` teams at the as-of date."""
    staffing = _Staffing(timeline, rng)
    staffing.found(rep_count, manager_count)
    staffing.run()
    staffing.staff.absences = list(_absences(staffing.staff, timeline, rng))
    staffing.staff.assignments = list(assignments(staffing.staff, timeline))
    return staffing.staff


class _Staffing:
    """The event simulation: a heap of leavings and fillings in order of date."""

    def __init__(self, timeline: Timeline, rng: np.random.Generator) -> None:
        self.timeline, self.rng, self.staff = timeline, rng, Staff()
        self.events: list[tuple[dt.date, int, str, int]] = []
        self.order = count()
        self.emails: set[str] = set()
        self.post: dict[int, Spell] = {}  # current seat spell of a rep
        self.lead: dict[int, Spell] = {}  # current spell of a manager
        self.gone: list[int] = []

    # -- the company at the start of the window

    def found(self, rep_count: int, manager_count: int) -> None:
        segments = [SEGMENTS[SEGMENT_OF_TEAM[team % len(SEGMENT_OF_TEAM)]] for team in range(manager_count)]
        head = self._join("cro", SEGMENTS[-1], REGIONS[0], self._long_ago())
        self.staff.heads["all"] = head
        for segment in sorted(set(segments), key=SEGMENTS.index):
            self.staff.heads[segment] = self._join("vp", segment, REGIONS[0], self._long_ago())
        for number, segment in enumerate(segments):
            self._found_team(number, segment)
        for team, size in enumerate(_team_sizes(rep_count, segments)):
            for _ in range(size):
                self._found_seat(team)
        enterprise = [team for team, segment in enumerate(segments) if segment == "enterprise"]
        for team in enterprise[: rep_count // 100]:
            person = self._join("overlay", "enterprise", self.staff.teams[team].region, self._long_ago())
            self.staff.overlays.append((person, team))

    def _found_team(self, number: int, segment: str) -> None:
        region = REGIONS[number % len(REGIONS)]
        siblings = sum(team.segment == segment and team.region == region for team in self.staff.teams)
        suffix = f" {siblings + 1}" if siblings else ""
        name = f"{SEGMENT_LABELS[segment]} {region.name}{suffix}"
        self.staff.teams.append(Team(f"T{number + 1:03d}", name, segment, region))
        start = self._long_ago()
        person = self._join("manager", segment, region, start)
        self.staff.lead_spells.append([])
        self.staff.team_seats.append([])
        self._take_lead(person, number, start, "hire")
        self._draw_leaving(person, self.timeline.start, MANAGER_LEAVES_PER_MONTH)

    def _found_seat(self, team: int) -> None:
        quality = self.staff.people[self.staff.lead_spells[team][0].person].quality
        seat = len(self.staff.seats)
        self.staff.team_seats[team].append(seat)
        self.staff.seats.append(Seat(team, float(self.rng.normal(TRUTH.territory_effect * quality, 0.06))))
        self.staff.seat_spells.append([])
        window_days = (self.timeline.as_of - self.timeline.start).days
        if self.rng.random() < GROWTH_SHARE:
            self._later(self.timeline.start + DAY * int(self.rng.integers(5, max(6, window_days - 20))), "fill", seat)
            return
        if self.rng.random() < RAMPING_AT_START_SHARE:
            tenure = int(self.rng.integers(10, 300))
        else:
            tenure = int(np.clip(self.rng.lognormal(6.6, 0.55), 300, 2600))
        self._hire(seat, self.timeline.start - DAY * tenure)

    def _long_ago(self) -> dt.date:
        return self.timeline.start - DAY * int(self.rng.integers(HISTORY_DAYS + 200, HISTORY_DAYS + 2500))

    # -- events

    def run(self) -> None:
        self._plan_swap()
        handlers = {"leave": self._leave, "fill": self._fill, "swap": self._swap}
        while self.events:
            day, _, kind, subject = heapq.heappop(self.events)
            handlers[kind](subject, day)

    def _later(self, day: dt.date, kind: str, subject: int) -> None:
        heapq.heappush(self.events, (min(day, self.timeline.as_of - DAY), next(self.order), kind, subject))

    def _draw_leaving(self, person: int, start: dt.date, monthly_hazard: float) -> None:
        day = start + DAY * int(self.rng.exponential(30.4 / monthly_hazard) + 45)
        if day <= self.timeline.as_of - 3 * DAY:
            self._later(day, "leave", person)

    def _leave(self, person: int, day: dt.date) -> None:
        who = self.staff.people[person]
        who.leave_date = day
        weak = who.ability < -0.5 and self.rng.random() < 0.6
        who.leave_reason = "performance" if weak else str(self.rng.choice(["resigned", "resigned", "relocated"]))
        if person in self.lead:
            self._succeed(self.lead.pop(person), day)
        else:
            self._vacate(person, day)
            self.gone.append(person)

    def _vacate(self, person: int, last_day: dt.date) -> None:
        spell = self.post.pop(person)
        spell.end = last_day
        lag = int(self.rng.integers(10, 70))
        latest = self.timeline.as_of - 2 * DAY
        self._later(max(last_day + DAY, min(last_day + DAY * lag, latest)), "fill", spell.place)

    def _succeed(self, old: Spell, last_day: dt.date) -> None:
        """A team's manager is gone: promote a rep of the segment, or hire."""
        old.end = last_day
        start = last_day + DAY
        segment = self.staff.teams[old.place].segment
        donor = self._seated(lambda team, spell: team.segment == segment and (start - spell.start).days > 400)
        if donor is not None and self.rng.random() < PROMOTION_SHARE:
            person = donor.person
            self._vacate(person, last_day)
            self.staff.people[person].role = "manager"
            self._take_lead(person, old.place, start, "promotion")
            return
        person = self._join("manager", segment, self.staff.teams[old.place].region, start)
        self._take_lead(person, old.place, start, "hire")
        self._draw_leaving(person, start, MANAGER_LEAVES_PER_MONTH)

    def _fill(self, seat: int, day: dt.date) -> None:
        draw = self.rng.random()
        team = self.staff.teams[self.staff.seats[seat].team]
        if draw < REHIRE_SHARE and (returning := self._away_for(90, day)):
            self._return(returning[int(self.rng.integers(len(returning)))], seat, day)
            return
        rank = SEGMENTS.index(team.segment)
        donor = self._seated(
            lambda other, spell: (
                other is not team
                and SEGMENTS.index(other.segment) in (rank, rank - 1)
                and (day - spell.start).days > 300
            )
        )
        if draw < REHIRE_SHARE + TRANSFER_SHARE and donor is not None:
            self._vacate(donor.person, day - DAY)
            self._sit(donor.person, seat, day, "transfer")
            self.staff.people[donor.person].segment = team.segment
            return
        self._hire(seat, day)

    def _away_for(self, days: int, day: dt.date) -> list[int]:
        """Leavers who have been gone for more than so many days."""
        return [person for person in self.gone if (day - (self.staff.people[person].leave_date or day)).days > days]

    def _return(self, person: int, seat: int, day: dt.date) -> None:
        who = self.staff.people[person]
        who.leave_date, who.leave_reason = None, ""
        who.segment = self.staff.teams[self.staff.seats[seat].team].segment
        self.gone.remove(person)
        self._sit(person, seat, day, "rehire")
        self._draw_leaving(person, day, REP_LEAVES_PER_MONTH)

    def _plan_swap(self) -> None:
        """Two managers of one segment change teams in the middle of a month."""
        if self.timeline.month_count >= 6:
            day = self.timeline.months[len(self.timeline.months) * 3 // 5] + 15 * DAY
            self._later(day, "swap", 0)

    def _swap(self, _: int, day: dt.date) -> None:
        by_segment: dict[str, list[Spell]] = {}
        for spells in self.staff.lead_spells:
            by_segment.setdefault(self.staff.teams[spells[-1].place].segment, []).append(spells[-1])
        pair = next((spells[:2] for spells in by_segment.values() if len(spells) > 1), None)
        if pair is None or any((day - spell.start).days < 30 for spell in pair):
            return
        for spell, other in (pair, pair[::-1]):
            spell.end = day - DAY
            self._take_lead(spell.person, other.place, day, "reorganisation")

    # -- people

    def _hire(self, seat: int, day: dt.date) -> None:
        team = self.staff.teams[self.staff.seats[seat].team]
        person = self._join("rep", team.segment, team.region, day)
        self._sit(person, seat, day, "hire")
        weakness = float(np.exp(-0.4 * self.staff.people[person].ability))
        self._draw_leaving(person, max(day, self.timeline.start), REP_LEAVES_PER_MONTH * weakness)

    def _sit(self, person: int, seat: int, day: dt.date, reason: str) -> None:
        self.post[person] = Spell(person, seat, day, reason)
        self.staff.seat_spells[seat].append(self.post[person])

    def _take_lead(self, person: int, team: int, day: dt.date, reason: str) -> None:
        self.lead[person] = Spell(person, team, day, reason)
        self.staff.lead_spells[team].append(self.lead[person])

    def _seated(self, is_fit: Callable[[Team, Spell], bool]) -> Spell | None:
        """A random seated rep who is fit, found by trying a few seats: cheap at any size."""
        for seat in self.rng.integers(len(self.staff.seats), size=40):
            spells = self.staff.seat_spells[int(seat)]
            if (
                spells
                and spells[-1].end is None
                and is_fit(self.staff.teams[self.staff.seats[int(seat)].team], spells[-1])
            ):
                return spells[-1]
        return None

    def _join(self, role: str, segment: str, region: Region, day: dt.date) -> int:
        first = FIRST_NAMES[int(self.rng.integers(len(FIRST_NAMES)))]
        last = LAST_NAMES[int(self.rng.integers(len(LAST_NAMES)))]
        local, number = f"{first}.{last}".lower(), 1
        while (email := f"{local}{'' if number == 1 else number}@{DOMAIN}") in self.emails:
            number += 1
        self.emails.add(email)
        employee_id = f"E{len(self.staff.people) + 1001:05d}"
        ability, quality = self.rng.normal(size=2)
        self.staff.people.append(
            Person(employee_id, first, last, email, region, day, segment, role, float(ability), float(quality))
        )
        return len(self.staff.people) - 1


def _team_sizes(rep_count: int, segments: list[str]) -> list[int]:
    """Reps per team by largest remainder, at least one each."""
    weights = np.array([TEAM_WEIGHT[SEGMENTS.index(segment)] for segment in segments])
    exact = rep_count * weights / weights.sum()
    sizes = np.maximum(1, np.floor(exact)).astype(int)
    order = np.argsort(-(exact - sizes), kind="stable")
    for step in range(max(0, rep_count - int(sizes.sum()))):
        sizes[order[step % len(order)]] += 1
    return [int(size) for size in sizes]


def _absences(staff: Staff, timeline: Timeline, rng: np.random.Generator) -> Iterator[Absence]:
    """Leaves of absence of reps inside a seat spell of theirs, weeks long."""
    for spells in staff.seat_spells:
        for spell in spells:
            first = max(spell.start + 60 * DAY, timeline.start)
            last = min(spell.end or timeline.as_of, timeline.as_of)
            days = (last - first).days
            if days < 60 or rng.random() > 1 - np.exp(-LEAVES_OF_ABSENCE_PER_YEAR * days / 365):
                continue
            start = first + DAY * int(rng.integers(0, days - 45))
            end = start + DAY * int(rng.integers(35, 126))
            kind = str(rng.choice(["parental_leave", "parental_leave", "medical_leave", "sabbatical"]))
            yield Absence(spell.person, start, end if spell.end is None else min(end, spell.end), kind)
