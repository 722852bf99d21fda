"""The systems tell one story: people, calls, deals and calendars of the exports fit each other."""

import csv
import datetime as dt
import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from pipelines.ingest.calendar_events import Occurrence, read_events
from pipelines.settings import REPOSITORY
from sample_org.crm_history import ENTERPRISE, LOST, STANDARD, WON

from .conftest import SIZE, Exports

AssignmentOn = Callable[[str, dt.date], dict[str, str] | None]


@pytest.fixture(scope="module")
def employees(exports: Exports) -> dict[str, dict[str, str]]:
    return {row["email"]: row for row in exports.rows("hr/employees.csv")}


@pytest.fixture(scope="module")
def calls(exports: Exports) -> list[dict[str, Any]]:
    return list(exports.objects("gong/calls/*.jsonl"))


@pytest.fixture(scope="module")
def deals(exports: Exports) -> list[dict[str, Any]]:
    return list(exports.objects("hubspot/deals.jsonl"))


def local_day(call: dict[str, Any], time_zone: str) -> dt.date:
    started = dt.datetime.fromisoformat(call["metaData"]["started"])
    return started.astimezone(ZoneInfo(time_zone)).date()


def test_nobody_is_in_two_teams_on_a_day(exports: Exports) -> None:
    by_employee = defaultdict(list)
    for row in exports.rows("hr/assignments.csv"):
        assert row["valid_from"] <= (row["valid_to"] or "9999-12-31")
        by_employee[row["employee_id"]].append((row["valid_from"], row["valid_to"] or "9999-12-31"))
    for spells in by_employee.values():
        ordered = sorted(spells)
        assert all(end < start for (_, end), (start, _) in itertools.pairwise(ordered))


def test_assignments_lie_within_employment(exports: Exports, employees: dict[str, dict[str, str]]) -> None:
    by_id = {row["employee_id"]: row for row in employees.values()}
    for row in exports.rows("hr/assignments.csv"):
        who = by_id[row["employee_id"]]
        assert row["valid_from"] >= who["hire_date"]
        if who["leave_date"]:
            assert "" < row["valid_to"] <= who["leave_date"]


def test_managers_of_assignments_lead_on_those_days(
    exports: Exports, employees: dict[str, dict[str, str]], assignment_on: AssignmentOn
) -> None:
    for row in exports.rows("hr/assignments.csv"):
        if row["manager_employee_id"] and row["team_id"].startswith("T"):
            manager = assignment_on(row["manager_employee_id"], dt.date.fromisoformat(row["valid_from"]))
            assert manager is not None
            assert manager["job_title"].startswith("Sales Manager")


def test_customer_calls_are_held_by_the_deals_owner_of_that_day(
    calls: list[dict[str, Any]],
    deals: list[dict[str, Any]],
    employees: dict[str, dict[str, str]],
    assignment_on: AssignmentOn,
) -> None:
    owners = {deal["id"]: deal["propertiesWithHistory"]["hubspot_owner_id"] for deal in deals}
    external = [call for call in calls if call["metaData"]["scope"] == "External"]
    for call in external:
        rep = employees[call["parties"][0]["emailAddress"]]
        day = local_day(call, rep["time_zone"])
        assert assignment_on(rep["employee_id"], day) is not None
        deal_id = next(o["objectId"] for o in call["context"][0]["objects"] if o["objectType"] == "Deal")
        so_far = [version for version in owners[deal_id] if version["timestamp"][:10] <= day.isoformat()]
        assert so_far, "the deal is not older than its call"


def test_one_on_ones_belong_to_the_manager_of_that_day(
    calls: list[dict[str, Any]], employees: dict[str, dict[str, str]], assignment_on: AssignmentOn
) -> None:
    internal = [call for call in calls if call["metaData"]["scope"] == "Internal"]
    assert internal
    for call in internal:
        manager, rep = (employees[party["emailAddress"]] for party in call["parties"])
        assignment = assignment_on(rep["employee_id"], local_day(call, manager["time_zone"]))
        assert assignment is not None
        assert assignment["manager_employee_id"] == manager["employee_id"]
        assert 20 * 60 <= call["metaData"]["duration"] <= 40 * 60


def test_every_recorded_one_on_one_is_in_its_managers_calendar(exports: Exports, calls: list[dict[str, Any]]) -> None:
    until = SIZE["as_of"] + dt.timedelta(days=1)
    held = defaultdict(set)
    for path in (exports.folder / "calendars").glob("*.ics"):
        for event in read_events(path.read_bytes().decode(), until):
            assert isinstance(event, Occurrence)
            if event.status == "CONFIRMED" and len(event.attendees) == 2:
                held[path.stem].add((event.starts_at, *sorted(a.email for a in event.attendees)))
    for call in (call for call in calls if call["metaData"]["scope"] == "Internal"):
        emails = [party["emailAddress"] for party in call["parties"]]
        scheduled = dt.datetime.fromisoformat(call["metaData"]["scheduled"])
        assert (scheduled, *sorted(emails)) in held[emails[0]]


def test_some_one_on_ones_of_the_calendar_are_not_recorded(exports: Exports, calls: list[dict[str, Any]]) -> None:
    recorded = sum(call["metaData"]["scope"] == "Internal" for call in calls)
    until = SIZE["as_of"] + dt.timedelta(days=1)
    held = sum(
        event.status == "CONFIRMED" and event.uid.startswith("1on1-")
        for path in (exports.folder / "calendars").glob("*.ics")
        for event in read_events(path.read_bytes().decode(), until)
        if isinstance(event, Occurrence)
    )
    assert 0.4 * held < recorded < held


def test_transcripts_fill_their_calls(exports: Exports, calls: list[dict[str, Any]]) -> None:
    by_id = {call["metaData"]["id"]: call for call in calls}
    transcripts = list(exports.objects("gong/transcripts/*.jsonl"))
    assert {transcript["callId"] for transcript in transcripts} == set(by_id)
    for transcript in transcripts:
        call = by_id[transcript["callId"]]
        sentences = [sentence for turn in transcript["transcript"] for sentence in turn["sentences"]]
        starts = [sentence["start"] for sentence in sentences]
        assert starts == sorted(starts)
        assert all(sentence["end"] > sentence["start"] for sentence in sentences)
        assert sentences[-1]["end"] <= call["metaData"]["duration"] * 1000 + 1000
        assert {turn["speakerId"] for turn in transcript["transcript"]} <= {p["speakerId"] for p in call["parties"]}
        if call["metaData"]["scope"] == "Internal":
            spoken = sum(sentence["end"] - sentence["start"] for sentence in sentences)
            assert 0.75 <= spoken / (call["metaData"]["duration"] * 1000) <= 0.85


def test_stage_history_ends_at_the_current_stage(deals: list[dict[str, Any]]) -> None:
    for deal in deals:
        for name, versions in deal["propertiesWithHistory"].items():
            times = [version["timestamp"] for version in versions]
            assert times == sorted(times, reverse=True), "newest first"
            assert deal["properties"][name] == (versions[0]["value"] if versions else None)


def test_stages_belong_to_the_deals_pipeline(exports: Exports, deals: list[dict[str, Any]]) -> None:
    stages = {p["id"]: {stage["id"] for stage in p["stages"]} for p in exports.objects("hubspot/pipelines.jsonl")}
    for deal in deals:
        used = {version["value"] for version in deal["propertiesWithHistory"]["dealstage"]}
        assert used <= stages[deal["properties"]["pipeline"]]


def test_nothing_is_later_than_the_as_of_date(deals: list[dict[str, Any]], calls: list[dict[str, Any]]) -> None:
    last = f"{SIZE['as_of']}T23:59:59.999Z"
    assert max(deal["updatedAt"] for deal in deals) <= last
    assert max(call["metaData"]["started"] for call in calls) <= last


def test_deals_name_contacts_that_exist(exports: Exports, deals: list[dict[str, Any]]) -> None:
    contacts = {contact["id"] for contact in exports.objects("hubspot/contacts.jsonl")}
    companies = {company["id"] for company in exports.objects("hubspot/companies.jsonl")}
    counts = Counter()
    for deal in deals:
        linked = [link["id"] for link in deal["associations"]["contacts"]["results"]]
        counts[len(linked) == 1] += 1
        assert set(linked) <= contacts
        assert deal["associations"]["companies"]["results"][0]["id"] in companies
    assert counts[True] > 0.15 * len(deals), "some deals hang on one person"


def test_a_company_buys_in_one_currency_and_all_have_an_exchange_rate(deals: list[dict[str, Any]]) -> None:
    by_company = defaultdict(set)
    for deal in deals:
        (company,) = deal["associations"]["companies"]["results"]
        by_company[company["id"]].add(deal["properties"]["deal_currency_code"])
    assert all(len(currencies) == 1 for currencies in by_company.values())
    with (REPOSITORY / "dbt" / "seeds" / "fx_rates.csv").open() as rates:
        known = {row["currency"] for row in csv.DictReader(rates)}
    assert {"USD", "EUR", "GBP"} <= set().union(*by_company.values()) <= known


def test_the_dirt_is_there(exports: Exports, deals: list[dict[str, Any]], employees: dict[str, dict[str, str]]) -> None:
    owners = {owner["id"]: owner["email"] for owner in exports.objects("hubspot/owners.jsonl")}
    ids = Counter(deal["id"] for deal in deals)
    won, lost = ({pipeline.stages[place].stage_id for pipeline in (STANDARD, ENTERPRISE)} for place in (WON, LOST))
    reopened = [
        deal
        for deal in deals
        if deal["properties"]["dealstage"] in won
        and {version["value"] for version in deal["propertiesWithHistory"]["dealstage"]} & lost
    ]
    quotas = exports.rows("quotas.csv")
    left = {row["employee_id"]: row["leave_date"] for row in employees.values() if row["leave_date"]}
    calendars = "".join(path.read_text() for path in (exports.folder / "calendars").glob("*.ics"))
    assert max(ids.values()) == 2, "rows exported twice"
    assert any(deal["properties"]["merged_into_id"] in ids for deal in deals)
    assert any(deal["archived"] for deal in deals)
    assert any(deal["properties"]["hubspot_owner_id"] not in owners for deal in deals)
    assert len(reopened) == 1
    assert any(row["employee_id"] in left and row["period_start"] > left[row["employee_id"]] for row in quotas)
    assert len(set(owners.values()) - set(employees)) == 2, "e-mails in another case and by an alias"
    assert re.search(r"SUMMARY:1:1\nDTSTART.*\nDTEND.*\nSTATUS", calendars), "an event without attendees"


def test_consent_is_known_for_every_call_and_sometimes_refused(exports: Exports, calls: list[dict[str, Any]]) -> None:
    rows = exports.rows("consents.csv")
    assert {row["call_id"] for row in rows} == {f"gong:{call['metaData']['id']}" for call in calls}
    shares = Counter(row["consent"] for row in rows)
    assert 0 < shares["refused"] < 0.05 * len(rows)


def test_leaders_claim_more_minutes_than_reps_report(exports: Exports) -> None:
    rows = [row for row in exports.rows("surveys.csv") if row["rep_reported_minutes_per_week"]]
    claimed = sum(float(row["leader_claimed_minutes_per_rep_week"]) for row in rows)
    assert claimed > 1.3 * sum(float(row["rep_reported_minutes_per_week"]) for row in rows)


def test_new_hires_carry_a_ramp_quota_beside_the_full_one(exports: Exports) -> None:
    rows = defaultdict(dict)
    for row in exports.rows("quotas.csv"):
        rows[(row["employee_id"], row["period_start"])][row["quota_kind"]] = float(row["quota_amount"])
    ramping = [kinds for kinds in rows.values() if "ramp" in kinds]
    assert ramping
    assert all(kinds["ramp"] < kinds["full"] for kinds in ramping)
