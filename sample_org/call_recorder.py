"""The call recorder's export (Gong-shaped): users, calls by month and their transcripts. Not who met when."""

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from sample_org.answer_key import AnswerKey
from sample_org.company import COMPANY, COMPETITORS, PRODUCTS
from sample_org.conversations import customer_lines, one_on_one_lines
from sample_org.crm_history import deal_id
from sample_org.customer_calls import CALL_TYPES
from sample_org.customers import Contact
from sample_org.drawing import dice
from sample_org.one_on_ones import utc_start
from sample_org.organisation import Organisation
from sample_org.speaking import Turn, speaking_rate, stretched, timed
from sample_org.talk import CallNames
from sample_org.timeline import month_start
from sample_org.writing import iso, write_json_lines

CUSTOMER_TITLES = {
    "discovery": (
        "Discovery – {company}",
        "Discovery call: {company}",
        "{company} <> " + COMPANY + " | intro call",
        "Intro call with {company}",
    ),
    "demo": ("Product demo: {company}", "{company} | demo", "Demo – {company}", "{product} demo for {company}"),
    "negotiation": (
        "Pricing and terms – {company}",
        "Pricing & terms: {company}",
        "{company}: contract and pricing",
        "Negotiation – {company}",
    ),
}
ONE_ON_ONE_TITLES = (
    "1:1 {rep} / {manager}",
    "{manager} <> {rep} 1:1",
    "Weekly 1:1 with {rep}",
    "1-1 {rep}",
    "Coaching 1:1 – {rep}",
)
FIRST_CALL_ID = 7_600_000_000_000_000_000  # ids exceed 2^53
ID_STEP = 1_000_003


def gong_user_id(person: int) -> str:
    return str(7_100_000_000_000_000_000 + person * ID_STEP)


def write_recorder(out: Path, org: Organisation, key: AnswerKey | None) -> list[dict[str, str]]:
    """Write ``gong/``, one month at a time; returns ``call_id``, ``started`` and ``kind`` (scope) of every call."""
    return Recorder(org).write(out, key)


@dataclass(frozen=True)
class Recorder:
    """Makes calls and transcripts of an organisation."""

    org: Organisation

    def write(self, out: Path, key: AnswerKey | None) -> list[dict[str, str]]:
        folder = out / "gong"
        write_json_lines(folder / "users.jsonl", self._users())
        (folder / "calls").mkdir(parents=True, exist_ok=True)
        (folder / "transcripts").mkdir(parents=True, exist_ok=True)
        written = []
        month, number = self.org.timeline.start, 0
        while month <= self.org.timeline.as_of:
            name = f"{month:%Y-%m}.jsonl"
            with (folder / "calls" / name).open("wb") as calls, (folder / "transcripts" / name).open("wb") as spoken:
                for call, transcript in self._month(month, number, key):
                    calls.write(orjson.dumps(call, option=orjson.OPT_APPEND_NEWLINE))
                    spoken.write(orjson.dumps(transcript, option=orjson.OPT_APPEND_NEWLINE))
                    meta = call["metaData"]
                    written.append({"call_id": meta["id"], "started": meta["started"], "kind": meta["scope"]})
                    number += 1
            month = month_start(month, 1)
        return written

    def _users(self) -> Iterator[dict[str, Any]]:
        latest = {row.person: row for row in self.org.staff.assignments}
        for person, who in enumerate(self.org.staff.people):
            row = latest[person]
            yield {
                "id": gong_user_id(person),
                "emailAddress": who.email,
                "created": iso(dt.datetime.combine(who.hire_date, dt.time(9))),
                "active": who.leave_date is None,
                "firstName": who.first_name,
                "lastName": who.last_name,
                "title": row.job_title,
                "managerId": gong_user_id(row.manager) if row.manager >= 0 else None,
            }

    def _month(
        self, month: dt.date, number: int, key: AnswerKey | None
    ) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
        """Calls of a month: customer calls in order of day, then 1:1s."""
        is_now = (pl.col("day") >= month) & (pl.col("day") < month_start(month, 1))
        external = self.org.calls.frame.with_row_index("place").filter(is_now)
        for row in external.iter_rows(named=True):
            yield self._customer_call(row, str(FIRST_CALL_ID + number * ID_STEP), key)
            number += 1
        for row in self.org.one_on_ones.filter(is_now & pl.col("is_recorded")).iter_rows(named=True):
            yield self._one_on_one(row, str(FIRST_CALL_ID + number * ID_STEP), key)
            number += 1

    # -- customer calls

    def _customer_call(
        self, row: dict[str, Any], call_id: str, key: AnswerKey | None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        rng = dice(self.org.seed, f"call/{call_id}")
        deal = self.org.deals.frame.row(row["deal"], named=True)
        rep = self.org.staff.people[row["person"]]
        company = self.org.customers.company(deal["company"])
        places = list(range(deal["contact_count"]))
        contacts = [self.org.customers.contact(deal["company"], place) for place in places[: 1 + (rng.random() < 0.35)]]
        product = PRODUCTS[deal["deal"] % len(PRODUCTS)]
        names = CallNames(
            rep=rep.first_name,
            customer=contacts[0].first_name,
            company=company.name,
            manager="",
            competitor=rng.choice(COMPETITORS),
            product=product,
            amount=f"${round(deal['amount'], -2):,.0f}",
        )
        lines = customer_lines(
            rng, row["call_type"], self.org.calls.shown[row["place"]], self.org.calls.events[row["place"]], names
        )
        turns = timed(rng, lines, {"rep": _rate_of(self.org.seed, row["person"]), "customer": speaking_rate(rng)})
        title = rng.choice(CUSTOMER_TITLES[CALL_TYPES[row["call_type"]]]).format(company=company.name, product=product)
        scheduled = utc_start(row["day"], f"{row['hour']:02d}:{row['minute']:02d}", rep.region.time_zone)
        parties = [self._internal(row["person"]), *(_external(contact) for contact in contacts)]
        call = _call(
            call_id,
            title,
            scheduled=scheduled,
            started=_late(rng, scheduled),
            length_ms=_length_ms(turns),
            scope="External",
            parties=parties,
        )
        call["context"] = [_context(deal["deal"], company.company_id)]
        if key is not None:
            key.customer_call_ids.append(call_id)
        speakers = {"rep": parties[0]["speakerId"], "customer": parties[1]["speakerId"]}
        return call, _transcript(call_id, turns, speakers)

    # -- 1:1s

    def _one_on_one(
        self, row: dict[str, Any], call_id: str, key: AnswerKey | None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        rng = dice(self.org.seed, f"call/{call_id}")
        rep, manager = self.org.staff.people[row["person"]], self.org.staff.people[row["manager"]]
        names = CallNames(
            rep=rep.first_name,
            customer=self.org.customers.contact(rng.randrange(len(self.org.customers.segment)), 0).first_name,
            company=self.org.customers.company(rng.randrange(len(self.org.customers.segment))).name,
            manager=manager.first_name,
            competitor=rng.choice(COMPETITORS),
            product=rng.choice(PRODUCTS),
            amount=f"${rng.randrange(8, 180) * 1000:,}",
        )
        lines = one_on_one_lines(rng, row["session_type"], row["coaching_share"], names)
        rates = {"rep": _rate_of(self.org.seed, row["person"]), "manager": _rate_of(self.org.seed, row["manager"])}
        session_ms = round(row["minutes"] * 60_000)
        turns = stretched(timed(rng, lines, rates), session_ms, rng.uniform(0.76, 0.84))
        title = rng.choice(ONE_ON_ONE_TITLES).format(rep=rep.first_name, manager=manager.first_name)
        scheduled = utc_start(row["day"], row["start"], manager.region.time_zone)
        parties = [self._internal(row["manager"]), self._internal(row["person"])]
        call = _call(
            call_id,
            title,
            scheduled=scheduled,
            started=_late(rng, scheduled),
            length_ms=session_ms,
            scope="Internal",
            parties=parties,
        )
        if key is not None:
            key.add_one_on_one(call_id, row["person"], row["week"], turns)
        speakers = {"manager": parties[0]["speakerId"], "rep": parties[1]["speakerId"]}
        return call, _transcript(call_id, turns, speakers)

    def _internal(self, person: int) -> dict[str, Any]:
        who = self.org.staff.people[person]
        user_id = gong_user_id(person)
        return {
            "id": f"p{user_id}",
            "emailAddress": who.email,
            "name": who.name,
            "userId": user_id,
            "speakerId": f"s{user_id[-9:]}",
            "affiliation": "Internal",
            "methods": ["Invitee", "Attendee"],
        }


def _rate_of(seed: int, person: int) -> float:
    """A person speaks at one rate in all their calls."""
    return speaking_rate(dice(seed, f"rate/{person}"))


def _external(contact: Contact) -> dict[str, Any]:
    return {
        "id": f"p{contact.contact_id}",
        "emailAddress": contact.email,
        "name": contact.name,
        "title": contact.title,
        "speakerId": f"s{contact.contact_id[-9:]}",
        "affiliation": "External",
        "methods": ["Invitee", "Attendee"],
    }


def _late(rng: random.Random, scheduled: dt.datetime) -> dt.datetime:
    """When a meeting really starts."""
    return scheduled + dt.timedelta(seconds=rng.randrange(0, 240))


def _length_ms(turns: list[Turn]) -> int:
    return max(turn.sentences[-1][1] for turn in turns) + 2500


def _call(
    call_id: str,
    title: str,
    *,
    scheduled: dt.datetime,
    started: dt.datetime,
    length_ms: int,
    scope: str,
    parties: list[dict[str, Any]],
) -> dict[str, Any]:
    """A call object; the first party is the primary user."""
    return {
        "metaData": {
            "id": call_id,
            "url": f"https://recorder.example/call?id={call_id}",
            "title": title,
            "scheduled": iso(scheduled),
            "started": iso(started),
            "duration": round(length_ms / 1000),
            "primaryUserId": parties[0]["userId"],
            "direction": "Conference",
            "system": "Zoom",
            "scope": scope,
            "media": "Video",
            "language": "eng",
            "isPrivate": False,
        },
        "parties": parties,
        "context": [],
    }


def _context(deal: int, company_id: str) -> dict[str, Any]:
    return {
        "system": "HubSpot",
        "objects": [
            {"objectType": "Deal", "objectId": deal_id(deal)},
            {"objectType": "Account", "objectId": company_id},
        ],
    }


def _transcript(call_id: str, turns: list[Turn], speakers: dict[str, str]) -> dict[str, Any]:
    return {
        "callId": call_id,
        "transcript": [
            {
                "speakerId": speakers[turn.role],
                "topic": None,
                "sentences": [{"start": start, "end": end, "text": text} for start, end, text in turn.sentences],
            }
            for turn in turns
        ],
    }
