"""How a deal's properties changed over its life, as a CRM keeps it: stages, owners, dates, notes, forecast."""

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sample_org.company import SEGMENTS
from sample_org.deals import CYCLE_DAYS, OPEN_STAGES, STAGE_SHARES
from sample_org.writing import iso

HISTORY = ("dealstage", "amount", "closedate", "hubspot_owner_id", "hs_forecast_category", "hs_next_step", "risk_note")
FORECAST = ("PIPELINE", "PIPELINE", "BEST_CASE", "COMMIT")
NEXT_STEPS = (
    "Send recap and pricing by {day}",
    "Demo with {name} on {day}",
    "{name} to introduce finance lead",
    "Security questionnaire back by {day}",
    "Contract review with legal, {day}",
    "Call {name} after their board meeting",
    "Build business case with {name}",
    "Waiting for feedback from {name}",
    "Technical workshop {day}",
    "Confirm start date with {name} by {day}",
)
RISK_NOTES = (
    "{name} has gone quiet, trying the phone",
    "Budget under review until next quarter",
    "New decision maker joined, need to re-pitch",
    "Procurement wants three quotes",
    "Only talking to {name} so far",
    "Legal is slow, close date at risk",
)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
WORKING_HOURS_MS = 8 * 3_600_000


@dataclass(frozen=True)
class Stage:
    stage_id: str
    label: str
    probability: float


@dataclass(frozen=True)
class Pipeline:
    """Open stages in order, then won, then lost."""

    pipeline_id: str
    label: str
    stages: tuple[Stage, ...]


STANDARD = Pipeline(
    "default",
    "Sales Pipeline",
    (
        Stage("appointmentscheduled", "Discovery", 0.15),
        Stage("presentationscheduled", "Demo", 0.3),
        Stage("decisionmakerboughtin", "Proposal", 0.5),
        Stage("contractsent", "Negotiation", 0.75),
        Stage("closedwon", "Closed Won", 1.0),
        Stage("closedlost", "Closed Lost", 0.0),
    ),
)
ENTERPRISE = Pipeline(
    "72041883",
    "Enterprise Pipeline",
    (
        Stage("104330101", "Discovery", 0.1),
        Stage("104330102", "Solution Fit", 0.25),
        Stage("104330103", "Proposal", 0.45),
        Stage("104330104", "Legal and Procurement", 0.7),
        Stage("104330105", "Closed Won", 1.0),
        Stage("104330106", "Closed Lost", 0.0),
    ),
)
WON, LOST = len(OPEN_STAGES), len(OPEN_STAGES) + 1


def pipeline_of(segment: int) -> Pipeline:
    """The pipeline that deals of a segment (index into SEGMENTS) run through."""
    return ENTERPRISE if SEGMENTS[segment] == "enterprise" else STANDARD


def deal_id(deal: int) -> str:
    """HubSpot id of a deal."""
    return str(9_300_000_000 + deal * 31)


def owner_id(person: int) -> str:
    """HubSpot owner id of a person."""
    return str(48_000_000 + person * 13)


def user_id(person: int) -> str:
    """HubSpot user id of a person: another number than the owner id, and the one in property histories."""
    return str(9_100_000 + person * 7)


@dataclass
class History:
    """Versions of a deal's properties, oldest first, written in order of time."""

    rng: random.Random
    now: dt.datetime
    versions: dict[str, list[dict[str, str]]] = field(default_factory=dict)

    def at(self, day: dt.date) -> None:
        """Move on to a working hour of ``day``, never back."""
        moment = dt.datetime.combine(day, dt.time(13)) + dt.timedelta(milliseconds=self._chance(WORKING_HOURS_MS))
        self.now = max(moment, self.now + dt.timedelta(milliseconds=2_000 + self._chance(28_000)))

    def set(self, name: str, value: str, person: int | None) -> None:
        """A new version by a person, or by an automation (None); nothing if the property has that value already."""
        if self.value(name) == value:
            return
        entry = {"value": value, "timestamp": iso(self.now), "sourceType": "AUTOMATION_PLATFORM"}
        if person is not None:
            user = user_id(person)
            entry |= {"sourceType": "CRM_UI", "sourceId": f"userId:{user}", "updatedByUserId": user}
        self.versions.setdefault(name, []).append(entry)
        self.now += dt.timedelta(milliseconds=200 + self._chance(3_800))

    def _chance(self, below: int) -> int:
        """A whole number below ``below``; ``randrange`` takes four times as long."""
        return int(self.rng.random() * below)

    def value(self, name: str) -> str | None:
        """The newest version; None where the property was never set."""
        return self.versions[name][-1]["value"] if name in self.versions else None


@dataclass(frozen=True)
class Step:
    """Something that happens to a deal on a day. ``what``: stage, close_date, handed, risk, downgrade."""

    day: dt.date
    what: str
    stage: int = 0
    date: dt.date | None = None


def tell(history: History, row: dict[str, Any], as_of: dt.date, contact: str, *, is_reopened: bool = False) -> None:
    """Write the life of one deal (a row of ``Deals.frame``) into ``history``."""
    owner = row["owner"] if row["earlier_owner"] < 0 else row["earlier_owner"]
    first_amount = round(row["amount"] * history.rng.uniform(0.9, 1.35), -2)
    for step in sorted(_steps(history.rng, row, as_of), key=lambda step: step.day):
        history.at(step.day)
        if step.what == "stage":
            _enter(history, row, step.stage, owner, first_amount=first_amount, contact=contact)
        elif step.what == "handed":
            owner = row["owner"]
            history.set("hubspot_owner_id", owner_id(owner), row["handed_by"])
        elif step.what == "close_date" and step.date is not None:
            history.set("closedate", iso(dt.datetime.combine(step.date, dt.time(21))), owner)
        elif step.what == "risk":
            history.set("risk_note", history.rng.choice(RISK_NOTES).format(name=contact), owner)
        elif step.what == "downgrade":
            lower = "BEST_CASE" if history.value("hs_forecast_category") == "COMMIT" else "PIPELINE"
            history.set("hs_forecast_category", lower, owner)
    if row["outcome"] != "open":
        _close(history, row, owner, is_reopened=is_reopened)


def _steps(rng: random.Random, row: dict[str, Any], as_of: dt.date) -> Iterator[Step]:
    """What happens when, in no order; nothing after the close or the as-of date."""
    created, closed, cycle = row["created"], row["closed"], row["cycle_days"]
    for stage in range(row["stage_count"]):
        yield Step(min(created + dt.timedelta(days=round(cycle * STAGE_SHARES[stage])), closed), "stage", stage)
    if row["handed_on"] is not None:
        yield Step(row["handed_on"], "handed")
    yield from _close_dates(rng, row, as_of)
    age = (closed - created).days
    if age > 10 and rng.random() < 0.12:
        yield Step(created + dt.timedelta(days=rng.randrange(age // 2, age)), "risk")
    if age > 10 and row["stage_count"] > 2 and rng.random() < 0.12:
        yield Step(created + dt.timedelta(days=rng.randrange(age * 3 // 4, age)), "downgrade")


def _close_dates(rng: random.Random, row: dict[str, Any], as_of: dt.date) -> Iterator[Step]:
    """The expected close date: set at the start, pushed when it comes near, by some reps only when it is long over."""
    expected = row["created"] + dt.timedelta(days=round(CYCLE_DAYS[row["segment"]] * rng.uniform(0.7, 1.2)))
    yield Step(row["created"], "close_date", date=expected)
    is_neglected = row["outcome"] == "open" and rng.random() < 0.25
    while expected < row["closed"] and not is_neglected:
        day = min(expected - dt.timedelta(days=rng.randrange(-2, 6)), row["closed"])
        expected += dt.timedelta(days=rng.choice((14, 21, 30, 45)))
        yield Step(max(day, row["created"]), "close_date", date=expected)


def _enter(history: History, row: dict[str, Any], stage: int, owner: int, *, first_amount: float, contact: str) -> None:
    """A deal enters an open stage: its owner keeps the record, more or less."""
    rng = history.rng
    history.set("dealstage", pipeline_of(row["segment"]).stages[stage].stage_id, owner)
    if stage == 0:
        history.set("hubspot_owner_id", owner_id(owner), owner)
    if stage == (0 if row["deal"] % 5 else 1):
        history.set("amount", f"{first_amount:.0f}", owner)
    if stage == 2 and rng.random() < 0.6:
        history.set("amount", f"{row['amount']:.0f}", owner)
    history.set("hs_forecast_category", FORECAST[stage], owner if stage else None)
    if rng.random() < 0.55:
        history.set("hs_next_step", rng.choice(NEXT_STEPS).format(day=rng.choice(WEEKDAYS), name=contact), owner)


def _close(history: History, row: dict[str, Any], owner: int, *, is_reopened: bool) -> None:
    """Won or lost on its day; a reopened deal was lost before it was won."""
    stages = pipeline_of(row["segment"]).stages
    if is_reopened:
        history.at(row["closed"] - dt.timedelta(days=6))
        history.set("dealstage", stages[LOST].stage_id, owner)
        history.set("closedate", iso(history.now), owner)
        history.at(row["closed"] - dt.timedelta(days=2))
        history.set("dealstage", stages[WON - 1].stage_id, owner)
    history.at(row["closed"])
    is_won = row["outcome"] == "won"
    history.set("amount", f"{row['amount']:.0f}", owner)
    history.set("dealstage", stages[WON if is_won else LOST].stage_id, owner)
    history.set("closedate", iso(history.now), owner)
    history.set("hs_forecast_category", "CLOSED" if is_won else "OMIT", None)
