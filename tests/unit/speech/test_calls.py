"""Which calls there are, of which kind and type, who took part, and which may be heard."""

import datetime as dt
import json
from pathlib import Path

import polars as pl
import pytest

from pipelines.lake import Lake
from pipelines.speech.call_type import call_type, is_one_on_one_title
from pipelines.speech.calls import Calls, parsed_time, read_calls
from tests.unit.speech.raw_lake import ANA, BOB, EMPLOYEES, MIA, REPORTING_LINES, SAM, Rows, call, land, party

AS_OF = dt.date(2026, 6, 30)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(str(tmp_path / "lake"))


def read(lake: Lake, calls: Rows, **others: Rows) -> Calls:
    tables = {"raw_gong__calls": calls, "raw_hr__employees": EMPLOYEES, "raw_hr__assignments": REPORTING_LINES}
    land(lake, 1, tables | others)
    return read_calls(lake, AS_OF)


def one(calls: Calls) -> dict[str, object]:
    (row,) = calls.dated.rows(named=True)
    return row


def test_an_external_call_has_a_rep_and_customers_by_party(lake: Lake) -> None:
    row = one(read(lake, [call("9", "2026-05-04T23:30:00-02:00", [ANA, BOB])]))
    assert (row["call_id"], row["date"], row["call_kind"]) == ("gong:9", dt.date(2026, 5, 5), "external")
    assert (row["call_type"], row["primary_email"], row["deal_ids"]) == ("discovery", "ana@us.example", ["hubspot:77"])
    assert [p["role"] for p in row["participants"]] == ["rep", "customer"]  # type: ignore[attr-defined]


def test_a_party_without_an_affiliation_is_ours_by_its_e_mail_domain(lake: Lake) -> None:
    people = [party("s1", "ana@us.example", None, "u1"), party("s2", "bob@acme.example", None)]
    row = one(read(lake, [call("9", "2026-05-04T10:00:00Z", people)]))
    assert [p["role"] for p in row["participants"]] == ["rep", "customer"]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("people", "started", "title", "kind"),
    [
        ([MIA, SAM], "2026-02-02T10:00:00Z", "Sync", "one_on_one"),
        ([SAM, MIA], "2026-02-02T10:00:00Z", "Sync", "one_on_one"),
        ([MIA, SAM], "2026-05-04T10:00:00Z", "Sync", "other"),  # Sam has another manager by then
        ([MIA, SAM], "2026-05-04T10:00:00Z", "1:1 Mia / Sam", "one_on_one"),  # but the title says what it is
        ([MIA, SAM, ANA], "2026-02-02T10:00:00Z", "1:1", "other"),
    ],
)
def test_a_one_on_one_is_two_of_us_of_whom_one_manages_the_other(
    lake: Lake, people: list[dict[str, object]], started: str, title: str, kind: str
) -> None:
    calls = read(lake, [call("9", started, people, scope="Internal", title=title, primary_user_id="u3")])
    row = one(calls)
    assert row["call_kind"] == kind
    if kind == "one_on_one":
        assert (row["call_type"], row["primary_email"]) == ("one_on_one", "mia@us.example")
        assert dict(calls.parties.select("email", "role").iter_rows())["sam@us.example"] == "rep"


def test_without_hr_the_title_makes_the_primary_user_the_manager(lake: Lake) -> None:
    unlisted = call("9", "2026-05-04T10:00:00Z", [MIA, SAM], scope="Internal", title="Weekly 1:1", primary_user_id="u4")
    row = one(read(lake, [unlisted], raw_hr__employees=[], raw_hr__assignments=[]))
    assert (row["call_kind"], row["primary_email"]) == ("one_on_one", "sam@us.example")


@pytest.mark.parametrize(
    ("consents", "withheld"),
    [
        ([], None),
        ([("9", "granted", "2026-01-01", None)], None),
        ([("gong:9", "refused", "2026-01-01", None)], "no_consent"),
        ([("9", "unclear", "2026-01-01", None)], "no_consent"),
        ([("9", "refused", "2026-01-01", None), ("9", "granted", "2026-02-01", None)], None),
        ([("9", "granted", "2026-02-01", None), ("9", "refused", "2026-01-01", None)], None),
        ([("9", "granted", "2026-01-01", "2026-06-29")], "past_retention"),
        ([("9", "granted", "2026-01-01", "2026-06-30")], None),
    ],
)
def test_the_newest_consent_decides_and_retention_ends_after_its_day(
    lake: Lake, consents: list[tuple[str, str, str, str | None]], withheld: str | None
) -> None:
    columns = ("call_id", "consent", "recorded_at", "retain_until")
    rows = [dict(zip(columns, consent, strict=True)) for consent in consents]
    assert (
        one(read(lake, [call("9", "2026-05-04T10:00:00Z", [ANA, BOB])], raw_consent__calls=rows))["withheld"]
        == withheld
    )


def test_a_recording_is_told_by_its_sidecar(lake: Lake) -> None:
    people = [
        {"email": "Ana@us.example", "name": "Ana", "role": "rep", "channel": 1},
        {"name": "Bob", "role": "customer"},
    ]
    recording = {
        "call_id": "folder:a",
        "audio_sha256": "f" * 64,
        "audio_path": "audio/ff/a.opus",
        "title": "Pricing with Acme",
        "started_at": "2026-05-04T10:00:00Z",
        "participants": json.dumps(people),
        "deal_ids": "[]",
        "consent": "no",
    }
    row = one(read(lake, [], raw_folder__recordings=[recording]))
    assert (row["source"], row["call_kind"], row["call_type"]) == ("folder", "external", "negotiation")
    assert (row["primary_email"], row["withheld"]) == ("ana@us.example", "no_consent")
    assert [p["channel"] for p in row["participants"]] == [1, None]  # type: ignore[attr-defined]


def test_a_call_without_a_start_is_kept_apart(lake: Lake) -> None:
    calls = read(lake, [call("9", "soon", [ANA, BOB])])
    assert (calls.dated.height, calls.undated.height) == (0, 1)


def test_a_call_exported_twice_counts_once_as_last_told(lake: Lake) -> None:
    land(lake, 1, {"raw_gong__calls": [call("9", "2026-05-04T10:00:00Z", [ANA, BOB])]})
    land(lake, 2, {"raw_gong__calls": [call("9", "2026-05-06T10:00:00Z", [ANA, BOB], title="Demo")]})
    row = one(read_calls(lake, AS_OF))
    assert (row["date"], row["call_type"]) == (dt.date(2026, 5, 6), "demo")


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Discovery – Acme", "discovery"),
        ("Acme <> Us: intro & demo", "discovery"),
        ("Disco call", "discovery"),
        ("Product demo: Acme", "demo"),
        ("Relay walkthrough with Acme", "demo"),
        ("Demo + pricing", "demo"),
        ("Pricing and terms, Acme", "negotiation"),
        ("Contract review", "negotiation"),
        ("QBR Acme", "other"),
        ("Acme", None),
        (None, None),
    ],
)
def test_the_type_named_first_in_the_title_counts(title: str | None, expected: str | None) -> None:
    assert pl.select(call_type(pl.lit(title, pl.String()))).item() == expected


@pytest.mark.parametrize(
    ("title", "expected"), [("1:1 Mia / Sam", True), ("Weekly 1-1", True), ("Coaching", True), ("Standup", False)]
)
def test_titles_of_one_on_ones_are_known(title: str, expected: bool) -> None:
    assert pl.select(is_one_on_one_title(pl.lit(title))).item() is expected


@pytest.mark.parametrize(
    "text",
    [
        "2026-05-04T10:00:00Z",
        "2026-05-04T12:00:00+02:00",
        "2026-05-04 10:00:00",
        "2026-05-04T10:00:00.000",
        "1777888800000",
    ],
)
def test_times_are_read_as_utc_however_they_are_written(text: str) -> None:
    found = pl.select(parsed_time(pl.lit(text))).item()
    assert found == dt.datetime(2026, 5, 4, 10, tzinfo=dt.UTC)
