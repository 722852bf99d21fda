"""Salesforce records become rows of their raw tables."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipelines.ingest import salesforce
from pipelines.ingest.exports import BadRow, Batch, Context
from pipelines.ingest.source import land
from pipelines.lake import Lake
from pipelines.settings import Settings
from tests.unit.ingest.conftest import json_lines

Write = Callable[[str, str | bytes], Path]
DEAL, OTHER_DEAL = "0065g00000AbCdE", "0065g00000aBcDe"  # differ in capitals only
OWNER = "0055g00000XyZaB"


def opportunity(**fields: object) -> dict[str, object]:
    record = {"attributes": {"type": "Opportunity"}, "Id": DEAL + "AAX", "Name": "Acme", "Amount": 1200.5}
    record |= {"StageName": "Discovery", "CloseDate": "2026-06-01", "OwnerId": OWNER + "AAY", "Unknown__c": 1}
    return record | {"CreatedDate": "2026-01-10T09:00:00.000+0000", "IsDeleted": False, "Loss_Reason__c": None} | fields


def read(context: Context) -> tuple[dict[str, list[dict[str, Any]]], list[BadRow]]:
    tables: dict[str, list[dict[str, Any]]] = {}
    bad = []
    for export in salesforce.find(context):
        for item in salesforce.read(export, context):
            if isinstance(item, Batch):
                tables.setdefault(item.table, []).extend(item.frame.to_dicts())
            else:
                bad.append(item)
    return tables, bad


def test_ids_of_15_and_18_characters_name_one_record(context: Context, write: Write) -> None:
    write("salesforce/Opportunity.jsonl", json_lines([opportunity(), opportunity(Id=DEAL), opportunity(Id=OTHER_DEAL)]))
    tables, bad = read(context)
    rows = tables["raw_salesforce__opportunities"]
    assert [row["id"] for row in rows] == [DEAL, DEAL, OTHER_DEAL]
    assert {row["owner_id"] for row in rows} == {OWNER}
    assert not bad


def test_fields_keep_their_text_and_unknown_ones_are_left(context: Context, write: Write) -> None:
    write("salesforce/Opportunity.jsonl", json_lines([opportunity(Risk_Note__c="quiet")]))
    ((row,),) = read(context)[0].values()
    assert (row["amount"], row["is_deleted"], row["risk_note"]) == ("1200.5", "false", "quiet")
    assert row["created_date"] == "2026-01-10T09:00:00.000+0000"
    assert "unknown" not in row


def test_deleted_records_land_as_deleted(context: Context, write: Write) -> None:
    write("salesforce/Opportunity.jsonl", json_lines([opportunity(IsDeleted=True)]))
    ((row,),) = read(context)[0].values()
    assert row["is_deleted"] == "true"


def test_each_object_has_its_file_and_a_longer_name_is_another_object(context: Context, write: Write) -> None:
    parent: dict[str, object] = {"OpportunityId": DEAL + "AAX"}
    records: dict[str, dict[str, object]] = {
        "Opportunity_1": opportunity(),
        "OpportunityFieldHistory": {"Id": "h", "Field": "StageName", "OldValue": "a", "NewValue": 5} | parent,
        "OpportunityContactRole": {"Id": "r", "ContactId": "0035g00000AbCdEAAX", "Role": "Decider"} | parent,
        "OpportunitySplit-2026": {"Id": "s", "SplitPercentage": 40.0, "SplitType": {"MasterLabel": "Revenue"}} | parent,
        "User": {"Id": OWNER, "Email": "ann@tiny.example", "IsActive": True},
        "Account": {"Id": "a", "Website": "https://acme.example", "NumberOfEmployees": 20},
        "Contact": {"Id": "c", "AccountId": "a"},
        "OpportunityStage": {"MasterLabel": "Closed Won", "IsClosed": True, "IsWon": True, "DefaultProbability": 100},
    }
    for name, record in records.items():
        write(f"salesforce/{name}.jsonl", json_lines([record]))
    write("salesforce/OpportunityHistory.jsonl", json_lines([{"Id": "not read"}]))
    tables, bad = read(context)
    assert {table: len(rows) for table, rows in tables.items()} == dict.fromkeys(salesforce.TABLES, 1)
    assert tables["raw_salesforce__opportunity_contact_roles"][0]["contact_id"] == "0035g00000AbCdE"
    assert tables["raw_salesforce__opportunity_field_history"][0]["new_value"] == "5"
    (split,) = tables["raw_salesforce__opportunity_splits"]
    assert (split["opportunity_id"], split["split_percentage"], split["split_type_name"]) == (DEAL, "40", "Revenue")
    assert not bad


@pytest.mark.parametrize(
    ("field", "value", "landed"),
    [
        ("Owner", OWNER + "AAY", OWNER),
        ("Owner", "ChristopherWalkens", "ChristopherWalkens"),  # a name of 18 letters
        ("StageName", OWNER + "AAY", OWNER + "AAY"),
    ],
)
def test_values_of_a_history_are_cut_only_where_they_are_users(
    context: Context, write: Write, field: str, value: str, landed: str
) -> None:
    change = {"Id": "h", "OpportunityId": DEAL, "Field": field, "OldValue": None, "NewValue": value}
    write("salesforce/OpportunityFieldHistory.jsonl", json_lines([change]))
    ((row,),) = read(context)[0].values()
    assert (row["old_value"], row["new_value"]) == (None, landed)


def test_a_bad_line_is_quarantined_and_the_rest_lands(settings: Settings, lake: Lake, write: Write) -> None:
    good = json_lines([opportunity(), opportunity(Id=OTHER_DEAL)])
    write("salesforce/Opportunity.jsonl", good + '{"Id": "0065g0\n' + json_lines([opportunity(Id=" ")]))
    report = land(settings)
    assert report.rows["raw_salesforce__opportunities"] == 2
    assert [(bad.source_row, bad.rule) for _, bad in report.bad_rows] == [(2, "json_object"), (3, "key_present")]
    assert lake.scan_raw("raw_salesforce__opportunities").collect()["id"].sort().to_list() == [DEAL, OTHER_DEAL]
