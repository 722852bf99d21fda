"""A small raw lake for tests, laid down as ingest lays it: files of completed loads with their provenance."""

import json
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.contracts import RAW_TABLES
from pipelines.lake import Lake

Rows = list[dict[str, Any]]


def land(lake: Lake, load: int, tables: dict[str, Rows]) -> None:
    """Land one export per table as load ``load``; a later load of a table replaces the rows of an earlier one."""
    lake.create_tables()
    files: Rows = []
    for table, rows in tables.items():
        source = f"{table}.export"
        placed = [
            row | {"_source_file": source, "_source_row": i, "_dlt_load_id": str(load)} for i, row in enumerate(rows)
        ]
        _write(lake, table, load, placed)
        files.append({"_source_file": source, "_source_row": 0, "_dlt_load_id": str(load), "content_hash": str(load)})
    _write(lake, "raw_ingest__files", load, files)
    line = json.dumps({"load_id": str(load), "status": 0})
    (Path(lake.root) / "_dlt_loads" / f"{load}.jsonl").write_text(line + "\n")


def _write(lake: Lake, table: str, load: int, rows: Rows) -> None:
    pl.DataFrame(rows, schema=RAW_TABLES[table]).write_parquet(Path(lake.path(table)) / f"{load}.parquet")


def party(speaker: str, email: str, affiliation: str | None = "Internal", user: str | None = None) -> dict[str, Any]:
    name = email.split("@", maxsplit=1)[0].title()
    return {
        "id": f"p-{speaker}",
        "speakerId": speaker,
        "emailAddress": email,
        "name": name,
        "userId": user,
        "affiliation": affiliation,
    }


def call(native_id: str, started: str, parties: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    told = {"scope": "External", "title": "Discovery – Acme", "primary_user_id": "u1", "duration_seconds": 600.0}
    people = {"parties": json.dumps(parties), "deal_ids": json.dumps(["77"])}
    return {"id": native_id, "started": started} | told | people | more


def sentences(native_id: str, *said: tuple[str, float, float, str]) -> Rows:
    """Sentences of a call as (speaker, start, end, text)."""
    return [
        {
            "call_id": native_id,
            "speaker_id": speaker,
            "start_seconds": start,
            "end_seconds": end,
            "text": text,
            "sentence_index": i,
        }
        for i, (speaker, start, end, text) in enumerate(said)
    ]


ANA, BOB = party("s1", "ana@us.example", user="u1"), party("s2", "bob@acme.example", "External")
MIA, SAM = party("s3", "mia@us.example", user="u3"), party("s4", "sam@us.example", user="u4")
EMPLOYEES = [
    {"employee_id": "1", "email": "ana@us.example"},
    {"employee_id": "3", "email": "mia@us.example"},
    {"employee_id": "4", "email": "sam@us.example"},
]
REPORTING_LINES = [
    {"employee_id": "4", "manager_employee_id": "3", "valid_from": "2025-01-01", "valid_to": "2026-03-31"},
    {"employee_id": "4", "manager_employee_id": "1", "valid_from": "2026-04-01", "valid_to": None},
]
