"""Writes raw and derived lake tables from short rows, as ingest, speech and scoring would. No organisation is described here."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.contracts import LAKE_TABLES, RAW_TABLES
from pipelines.lake import Lake

Row = dict[str, Any]
LOAD = "1782800000.1"
FILES = "raw_ingest__files"


def complete_load(lake: Lake, load_id: str, status: int = 0) -> None:
    """Record a load in dlt's list."""
    path = Path(lake.root) / "_dlt_loads" / f"sideline_ingest__{load_id}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"load_id": load_id, "schema_name": "s", "status": status, "inserted_at": "x"}) + "\n")


def land(lake: Lake, table: str, rows: list[Row], source_file: str | None = None, load_id: str = LOAD) -> None:
    """Append rows to a raw table as one file of one load; values of text columns may be given as anything."""
    schema = RAW_TABLES[table]
    unknown = {name for row in rows for name in row} - set(schema)
    assert not unknown, f"{table} has no columns {unknown}"
    file = source_file or f"{table.removeprefix('raw_')}.csv"
    complete = [
        {name: _cell(row.get(name), kind) for name, kind in schema.items()}
        | {"_source_file": file, "_source_row": number, "_dlt_load_id": load_id}
        for number, row in enumerate(rows)
    ]
    frame = pl.DataFrame(complete, schema=schema)
    name = f"{load_id}.{abs(hash((table, file))) % 10**8}.parquet"
    frame.write_parquet(Path(lake.root) / table / name)
    if table != FILES:
        land(lake, FILES, [{"connector": "tiny", "row_count": len(rows)}], file, load_id)


def _cell(value: Any, kind: pl.DataType) -> Any:
    return str(value) if value is not None and kind == pl.String else value


def derive(lake: Lake, table: str, rows: list[Row]) -> None:
    """Write rows of a derived table, by their dates; columns left out get the schema's plainest value."""
    schema = LAKE_TABLES[table]
    blank = dict.fromkeys(schema.column_names())
    by_date: dict[dt.date, list[Row]] = {}
    for row in rows:
        by_date.setdefault(row["date"], []).append(blank | row)
    for date, of_date in by_date.items():
        lake.write(table, date, pl.DataFrame(of_date, schema_overrides=dict(schema.create_empty().schema)))
