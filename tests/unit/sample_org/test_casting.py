"""Recordings get a place in the company: a real deal, a real manager and rep, a slot in the calendar."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipelines.ingest.calendar_events import Occurrence, read_events
from sample_org import generate as door
from sample_org.casting import read_manifest

from .conftest import SIZE, Exports

SCRIPTS = {
    "discovery_one": ("discovery", "Cobalt Staffing", {"rep": "Felix", "customer": "Dana"}, None),
    "negotiation_one": ("negotiation", "Ironbark Energy", {"rep": "Nora", "customer": "Hugo"}, None),
    "one_on_one_coaching": ("one_on_one", None, {"manager": "Miles", "rep": "Uma"}, "coaching"),
    "one_on_one_inspection": ("one_on_one", None, {"manager": "Wes", "rep": "Elena"}, "inspection"),
}


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of recordings as ``record.py`` leaves it; what the audio says does not matter here."""
    folder = tmp_path_factory.mktemp("recordings")
    (folder / "scripts").mkdir()
    entries = []
    for number, (name, (call_type, company, speakers, label)) in enumerate(SCRIPTS.items()):
        (folder / f"{name}.opus").write_bytes(b"OggS" + bytes([number]))
        expected = {"expect": {"session_label": label} if label else {}}
        (folder / "scripts" / f"{name}.yaml").write_text(yaml.safe_dump(expected), encoding="utf-8")
        people = {role: {"first_name": first, "channel": n} for n, (role, first) in enumerate(speakers.items())}
        kind = "one_on_one" if call_type == "one_on_one" else "external"
        entry = {"name": name, "title": name, "call_kind": kind, "call_type": call_type, "company": company}
        entries.append(entry | {"speakers": people, "session_seconds": 1800, "is_excerpt": True})
    (folder / "manifest.yaml").write_text(yaml.safe_dump(entries), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def placed(recorded: Path, tmp_path_factory: pytest.TempPathFactory) -> Exports:
    out = tmp_path_factory.mktemp("placed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(door, "RECORDINGS", recorded)
        door.generate(out, **SIZE)
    return Exports(out)


@pytest.fixture(scope="module")
def sidecars(placed: Exports) -> dict[str, dict[str, Any]]:
    return {path.stem: json.loads(path.read_text()) for path in (placed.folder / "recordings").glob("*.json")}


def test_every_recording_is_placed_with_its_audio(placed: Exports, recorded: Path, sidecars: dict[str, Any]) -> None:
    assert set(sidecars) == set(SCRIPTS)
    for name in SCRIPTS:
        assert (placed.folder / "recordings" / f"{name}.opus").read_bytes() == (recorded / f"{name}.opus").read_bytes()


def test_people_are_called_what_the_recording_calls_them(placed: Exports, sidecars: dict[str, Any]) -> None:
    emails = {row["email"]: row["full_name"] for row in placed.rows("hr/employees.csv")}
    emails |= {
        contact["properties"]["email"]: f"{contact['properties']['firstname']} {contact['properties']['lastname']}"
        for contact in placed.objects("hubspot/contacts.jsonl")
    }
    for name, (_, _, speakers, _) in SCRIPTS.items():
        for participant in sidecars[name]["participants"]:
            assert participant["name"].split()[0] == speakers[participant["role"]]
            assert emails[participant["email"]] == participant["name"]


def test_a_customer_call_is_on_a_deal_with_the_company_it_names(placed: Exports, sidecars: dict[str, Any]) -> None:
    deals = {f"hubspot:{deal['id']}": deal for deal in placed.objects("hubspot/deals.jsonl")}
    for name, (call_type, company, _, _) in SCRIPTS.items():
        if call_type != "one_on_one":
            deal = deals[sidecars[name]["deal_ids"][0]]
            assert deal["properties"]["dealname"].startswith(f"{company} – ")
            assert deal["createdAt"] <= sidecars[name]["started_at"]


def test_a_one_on_one_is_in_its_managers_calendar(placed: Exports, sidecars: dict[str, Any]) -> None:
    for name in ("one_on_one_coaching", "one_on_one_inspection"):
        manager, rep = (participant["email"] for participant in sidecars[name]["participants"])
        text = (placed.folder / "calendars" / f"{manager}.ics").read_bytes().decode()
        started = dt.datetime.fromisoformat(sidecars[name]["started_at"])
        events = [event for event in read_events(text, SIZE["as_of"]) if isinstance(event, Occurrence)]
        assert any(
            event.starts_at == started and {attendee.email for attendee in event.attendees} == {manager, rep}
            for event in events
        )


def test_a_recording_is_not_in_the_call_recorder_too(placed: Exports, sidecars: dict[str, Any]) -> None:
    calls = list(placed.objects("gong/calls/*.jsonl"))
    external = [call for call in calls if call["metaData"]["scope"] == "External"]
    assert len(external) == SIZE["calls"] - 2
    taken = {(side["started_at"], side["participants"][0]["email"]) for side in sidecars.values()}
    assert not taken & {(call["metaData"]["scheduled"], call["parties"][0]["emailAddress"]) for call in calls}


def test_only_so_many_are_placed_as_asked_for(recorded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "RECORDINGS", recorded)
    door.generate(tmp_path, reps=4, managers=1, months=3, calls=30, recordings=1)
    assert len(list((tmp_path / "recordings").glob("*.opus"))) == 1


def test_a_recording_without_audio_is_left_out(recorded: Path, tmp_path: Path) -> None:
    (tmp_path / "manifest.yaml").write_text((recorded / "manifest.yaml").read_text(), encoding="utf-8")
    assert read_manifest(tmp_path) == []
