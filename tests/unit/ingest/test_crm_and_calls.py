"""HubSpot and Gong objects become rows of their raw tables."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pipelines.ingest import gong, hubspot
from pipelines.ingest.exports import BadRow, Batch, Context
from pipelines.ingest.source import Connector
from tests.unit.ingest.conftest import deal, json_lines

Write = Callable[[str, str | bytes], Path]


def read(connector: Connector, context: Context) -> tuple[dict[str, list[dict[str, Any]]], list[BadRow]]:
    tables: dict[str, list[dict[str, Any]]] = {}
    bad = []
    for export in connector.find(context):
        for item in connector.read(export, context):  # type: ignore[arg-type]
            if isinstance(item, Batch):
                tables.setdefault(item.table, []).extend(item.frame.to_dicts())
            else:
                bad.append(item)
    return tables, bad


def test_a_deal_keeps_its_properties_history_and_associations(context: Context, write: Write) -> None:
    write("hubspot/deals.jsonl", json_lines([deal(1, hubspot_owner_id="900", merged_into_id="2")]))
    tables, bad = read(hubspot, context)
    (row,) = tables["raw_hubspot__deals"]
    assert (row["id"], row["amount"], row["archived"], row["merged_into_id"]) == ("1", "1200.50", "false", "2")
    history = {(row["value"], row["changed_by"]) for row in tables["raw_hubspot__deal_property_history"]}
    assert history == {("s1", "7"), ("s0", "import")}
    (link,) = tables["raw_hubspot__deal_associations"]
    assert (link["deal_id"], link["to_object_type"], link["to_object_id"]) == ("1", "contacts", "55")
    assert bad == []


def test_a_deal_without_history_or_associations_is_a_deal(context: Context, write: Write) -> None:
    write("hubspot/deals.jsonl", json_lines([{"id": 12, "properties": {"amount": 3}, "archived": True}]))
    tables, _ = read(hubspot, context)
    assert [(row["id"], row["amount"]) for row in tables["raw_hubspot__deals"]] == [("12", "3")]
    assert tables["raw_hubspot__deal_property_history"] == []


def test_an_object_without_its_id_breaks_the_contract(context: Context, write: Write) -> None:
    write("hubspot/deals.jsonl", json_lines([{"properties": {"dealname": "Nameless"}}, deal(2), {"id": " "}]))
    tables, bad = read(hubspot, context)
    assert [row["id"] for row in tables["raw_hubspot__deals"]] == ["2"]
    assert [(row.rule, row.source_row) for row in bad] == [("key_present", 0), ("key_present", 2)]
    assert json.loads(bad[0].payload)["properties"]["dealname"] == "Nameless"


def test_owners_contacts_companies_and_stages_land_in_their_tables(context: Context, write: Write) -> None:
    write(
        "hubspot/owners.jsonl",
        json_lines(
            [{"id": "1", "email": "a@b.c", "firstName": "Ann", "userId": 5, "teams": [{"id": "T1", "name": "x"}]}]
        ),
    )
    write("hubspot/contacts.jsonl", json_lines([{"id": "2", "properties": {"jobtitle": "CFO"}}]))
    write("hubspot/companies.jsonl", json_lines([{"id": "3", "properties": {"name": "Acme"}}]))
    stages = [
        {"id": "s1", "label": "Demo", "displayOrder": 0, "metadata": {"probability": "0.4", "isClosed": "false"}},
        {"id": "s2", "label": "Won", "displayOrder": 1, "metadata": {"probability": "1.0", "isClosed": "true"}},
    ]
    write("hubspot/pipelines.jsonl", json_lines([{"id": "default", "label": "Sales", "stages": stages}]))
    tables, _ = read(hubspot, context)
    assert tables["raw_hubspot__owners"][0]["team_id"] == "T1"
    assert tables["raw_hubspot__contacts"][0]["jobtitle"] == "CFO"
    assert tables["raw_hubspot__companies"][0]["name"] == "Acme"
    found = [(row["stage_id"], row["display_order"]) for row in tables["raw_hubspot__pipeline_stages"]]
    assert found == [("s1", "0"), ("s2", "1")]


CALL = {
    "metaData": {
        "id": 9007199254740993123,
        "title": "Discovery",
        "started": "2026-01-05T10:00:00-05:00",
        "duration": 60,
    },
    "parties": [{"id": "p1", "emailAddress": "a@b.c", "speakerId": "s1", "affiliation": "Internal"}],
    "context": [
        {
            "system": "HubSpot",
            "objects": [{"objectType": "Deal", "objectId": "4"}, {"objectType": "Account", "objectId": "9"}],
        },
        {"system": "Other", "objects": None},
    ],
}


def test_a_call_keeps_who_took_part_and_which_deals_it_was_about(context: Context, write: Write) -> None:
    write("gong/calls/2026-01.jsonl", json_lines([CALL, {"metaData": {"id": "2"}}]))
    tables, _ = read(gong, context)
    full, bare = tables["raw_gong__calls"]
    assert (full["id"], full["duration_seconds"]) == ("9007199254740993123", 60.0)
    assert json.loads(full["parties"])[0]["emailAddress"] == "a@b.c"
    assert json.loads(full["deal_ids"]) == ["4"]
    assert (bare["parties"], bare["deal_ids"]) == ("[]", "[]")


def transcript(*texts: str) -> dict[str, Any]:
    sentences = [{"start": 1000 * i, "end": 1000 * i + 900, "text": text} for i, text in enumerate(texts)]
    return {"callId": "7", "transcript": [{"speakerId": "s1", "topic": None, "sentences": sentences}]}


def test_sentences_are_numbered_within_their_call_and_timed_in_seconds(context: Context, write: Write) -> None:
    write("gong/transcripts/2026-01.jsonl", json_lines([transcript("a", "b") | {"callId": "6"}, transcript("c", "d")]))
    tables, _ = read(gong, context)
    found = [
        (row["call_id"], row["sentence_index"], row["text"], row["start_seconds"], row["end_seconds"])
        for row in tables["raw_gong__transcript_sentences"]
    ]
    assert found == [("6", 0, "a", 0.0, 0.9), ("6", 1, "b", 1.0, 1.9), ("7", 0, "c", 0.0, 0.9), ("7", 1, "d", 1.0, 1.9)]


def test_personal_data_never_reaches_the_lake_not_even_in_a_bad_line(context: Context, write: Write) -> None:
    secret = "ann.smith@example.com"
    write(
        "gong/transcripts/2026-01.jsonl",
        json_lines([transcript(f"write to {secret} please")]) + json.dumps(transcript(secret))[:-4] + "\n",
    )
    tables, (bad,) = read(gong, context)
    assert tables["raw_gong__transcript_sentences"][0]["text"] == "write to [EMAIL] please"
    assert secret not in bad.payload


def test_masking_can_be_turned_off_and_turning_it_on_lands_transcripts_again(context: Context, write: Write) -> None:
    write("gong/transcripts/2026-01.jsonl", json_lines([transcript("to ann@example.com")]))
    plain = Context(**vars(context) | {"is_masked": False})
    tables, _ = read(gong, plain)
    assert tables["raw_gong__transcript_sentences"][0]["text"] == "to ann@example.com"
    assert next(iter(gong.find(plain))).content_hash != next(iter(gong.find(context))).content_hash
