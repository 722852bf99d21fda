"""Gives the recordings a place in the company: each becomes a call that one of its reps held on one of its deals, or a
1:1 that is in a manager's calendar. The audio itself is made by ``record.py``; here nobody speaks.

The call a recording takes the place of leaves the call recorder's export. People and customers get the first names they
are called by in the recording, so this happens before anything is written.
"""

import datetime as dt
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import yaml

from sample_org.company import DOMAIN
from sample_org.crm_history import deal_id
from sample_org.customer_calls import CALL_TYPES, CustomerCalls
from sample_org.customers import Customers
from sample_org.one_on_ones import utc_start
from sample_org.organisation import Organisation
from sample_org.people import Staff
from sample_org.truth import SESSION_TYPES
from sample_org.writing import iso

RECORDINGS = Path(__file__).parent / "recordings"
# The one recording whose sidecar asks for the other recogniser, so that a demo shows both on the same weights.
ENGINES = {"negotiation_tidewater_marine": "openai-whisper"}  # the shortest: that engine takes twice as long
RECENT_DAYS = 35


@dataclass(frozen=True)
class Cast:
    """A recording with its place: ``host`` is the rep of a customer call or the manager of a 1:1."""

    entry: dict[str, Any]
    host: int
    rep: int
    started: dt.datetime
    company: int | None = None
    deal: int | None = None


def read_manifest(folder: Path = RECORDINGS) -> list[dict[str, Any]]:
    """Recordings there are, each with the session label its script aims at (1:1s); empty when none was made yet."""
    manifest = folder / "manifest.yaml"
    entries = yaml.safe_load(manifest.read_text(encoding="utf-8")) if manifest.exists() else []
    return [
        entry | {"session_label": _session_label(folder, entry["name"])}
        for entry in entries or []
        if (folder / f"{entry['name']}.opus").exists()
    ]


def _session_label(folder: Path, name: str) -> str | None:
    script = folder / "scripts" / f"{name}.yaml"
    expected = yaml.safe_load(script.read_text(encoding="utf-8")).get("expect", {}) if script.exists() else {}
    label = expected.get("session_label")
    return str(label) if label else None


def cast_recordings(org: Organisation, entries: list[dict[str, Any]]) -> tuple[Organisation, list[Cast]]:
    """The organisation without the calls that are recordings now and with their 1:1s marked, and the casts.

    A recording that finds no fitting call or 1:1 is left out (a company of a few reps has few).
    """
    busy: set[int] = set()
    taken: list[int] = []
    casts: list[Cast] = []
    calls, one_on_ones = org.calls, org.one_on_ones
    for entry in entries:
        if entry["call_kind"] == "external":
            place = _fitting_call(org, entry, busy, taken)
            if place is not None:
                taken.append(place)
                casts.append(_cast_call(org, entry, calls.frame.row(place, named=True), busy))
        else:
            place = _fitting_session(org, entry, one_on_ones, busy)
            if place is not None:
                casts.append(_cast_session(org, entry, one_on_ones.row(place, named=True), busy))
                one_on_ones = _as_recording(one_on_ones, place, entry["session_seconds"] / 60)
    kept = np.setdiff1d(np.arange(len(calls.frame)), taken)
    rest = CustomerCalls(calls.frame[kept], calls.shown[kept], calls.events[kept])
    return replace(org, calls=rest, one_on_ones=one_on_ones), casts


def _fitting_call(org: Organisation, entry: dict[str, Any], busy: set[int], taken: list[int]) -> int | None:
    """Place of a call of the recording's type: a recent one of somebody without a recording, else any."""
    recent = org.timeline.as_of - dt.timedelta(days=RECENT_DAYS)
    candidates = org.calls.frame.with_row_index("place").filter(
        (pl.col("call_type") == CALL_TYPES.index(entry["call_type"])) & ~pl.col("place").is_in(taken)
    )
    best = candidates.sort(
        pl.col("person").is_in(sorted(busy)), pl.col("day") < recent, _spread(), "place", maintain_order=True
    )
    return int(best["place"][0]) if len(best) else None


def _fitting_session(org: Organisation, entry: dict[str, Any], frame: pl.DataFrame, busy: set[int]) -> int | None:
    """Place of a recent 1:1 of the kind the script aims at, between two people without a recording."""
    recent = org.timeline.as_of - dt.timedelta(days=RECENT_DAYS)
    wanted = SESSION_TYPES.index(entry["session_label"] or "mixed")
    used = sorted(busy)
    best = (
        frame.with_row_index("place")
        .filter(pl.col("is_cast").not_())
        .sort(
            pl.col("person").is_in(used) | pl.col("manager").is_in(used),
            pl.col("session_type") != wanted,
            pl.col("day") < recent,
            _spread(),
            "place",
            maintain_order=True,
        )
    )
    return int(best["place"][0]) if len(best) else None


def _spread() -> pl.Expr:
    """An order that is not that of the days, so that the recordings lie on different ones."""
    return pl.col("place").cast(pl.Int64) * 7919 % 10_007


def _cast_call(org: Organisation, entry: dict[str, Any], row: dict[str, Any], busy: set[int]) -> Cast:
    staff, deals, customers = org.staff, org.deals, org.customers
    person = row["person"]
    deal = deals.frame.row(row["deal"], named=True)
    if person not in busy:
        _call(staff, person, entry["speakers"]["rep"]["first_name"])
        busy.add(person)
    customers.rename(deal["company"], entry["company"] or "", entry["speakers"]["customer"]["first_name"])
    local = f"{row['hour']:02d}:{row['minute']:02d}"
    started = utc_start(row["day"], local, staff.people[person].region.time_zone)
    return Cast(entry, person, person, started, deal["company"], row["deal"])


def _cast_session(org: Organisation, entry: dict[str, Any], row: dict[str, Any], busy: set[int]) -> Cast:
    staff = org.staff
    for role, person in (("manager", row["manager"]), ("rep", row["person"])):
        if person not in busy:
            _call(staff, person, entry["speakers"][role]["first_name"])
            busy.add(person)
    started = utc_start(row["day"], row["start"], staff.people[row["manager"]].region.time_zone)
    return Cast(entry, row["manager"], row["person"], started)


def _call(staff: Staff, person: int, first_name: str) -> None:
    """Somebody is called by another first name from now on, and has the e-mail address that goes with it."""
    who = staff.people[person]
    taken = {other.email for other in staff.people if other is not who}
    local, number = f"{first_name}.{who.last_name}".lower(), 1
    while (email := f"{local}{'' if number == 1 else number}@{DOMAIN}") in taken:
        number += 1
    who.first_name, who.email = first_name, email


def _as_recording(frame: pl.DataFrame, place: int, minutes: float) -> pl.DataFrame:
    """The 1:1 at ``place`` is not in the recorder's export, and as long as the recording's session."""
    here = pl.int_range(pl.len()) == place
    return frame.with_columns(
        is_recorded=pl.col("is_recorded") & ~here,
        is_cast=pl.col("is_cast") | here,
        minutes=pl.when(here).then(pl.lit(float(minutes))).otherwise("minutes"),
    )


def write_recordings(out: Path, casts: list[Cast], org: Organisation, folder: Path) -> None:
    """Write ``recordings/``: the audio (a hard link where the disk allows one) and a sidecar for each."""
    target = out / "recordings"
    target.mkdir(parents=True, exist_ok=True)
    for cast in casts:
        name = cast.entry["name"]
        _place(folder / f"{name}.opus", target / f"{name}.opus")
        text = json.dumps(_sidecar(cast, org.staff, org.customers), indent=2, ensure_ascii=False)
        (target / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def _place(source: Path, target: Path) -> None:
    target.unlink(missing_ok=True)
    try:
        os.link(source, target)
    except OSError:  # another disk
        shutil.copyfile(source, target)


def _sidecar(cast: Cast, staff: Staff, customers: Customers) -> dict[str, Any]:
    entry = cast.entry
    return {
        "call_id": entry["name"],
        "started_at": iso(cast.started),
        "title": entry["title"],
        "call_kind": entry["call_kind"],
        "call_type": entry["call_type"],
        "consent": "granted",
        "participants": list(_participants(cast, staff, customers)),
        "deal_ids": [] if cast.deal is None else [f"hubspot:{deal_id(cast.deal)}"],
        "session_seconds": entry["session_seconds"],
        "is_excerpt": entry["is_excerpt"],
        "engine": ENGINES.get(entry["name"]),
    }


def _participants(cast: Cast, staff: Staff, customers: Customers) -> Iterator[dict[str, Any]]:
    speakers = cast.entry["speakers"]
    people = {"manager": cast.host, "rep": cast.rep}
    for role, speaker in speakers.items():
        if role == "customer":
            assert cast.company is not None
            contact = customers.contact(cast.company, 0)
            email, name = contact.email, contact.name
        else:
            who = staff.people[people[role]]
            email, name = who.email, who.name
        yield {"email": email, "name": name, "role": role, "channel": speaker["channel"]}
