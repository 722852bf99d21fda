"""A lake of any size for `benchmarks/warehouse.py`: a small company landed as usual, its calls drawn, and all of it copied.

Every copy is a company of its own inside the same systems: its people, teams, customers, deals and calls have ids and
addresses of their own. So keys stay as selective as in life while rows grow with the copies, dirt included. Rows go
through the lake's contracts like everybody's; what is in a call is drawn by ``warehouse_calls.sql``.
"""

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import duckdb
import polars as pl

from pipelines.contracts import LAKE_TABLES, RAW_TABLES
from pipelines.lake import Lake
from pipelines.scoring.rubric import load_rubric
from pipelines.scoring.rubric_rows import TABLE as RUBRICS
from pipelines.scoring.rubric_rows import land_rubrics
from pipelines.settings import Settings

DRAWN = Path(__file__).with_name("warehouse_calls.sql")
IDS = {
    *[
        "id",
        "employee_id",
        "manager_employee_id",
        "leader_employee_id",
        "team_id",
        "deal_id",
        "to_object_id",
        "hubspot_owner_id",
        "user_id",
    ],
    *[
        "changed_by",
        "associatedcompanyid",
        "merged_into_id",
        "call_id",
        "moment_id",
        "primary_user_id",
        "manager_id",
        "event_uid",
    ],
    *["training_id", "review_id", "_source_file"],
}
ADDRESSES = {"email", "email_address", "reviewer_email", "calendar_owner_email", "attendees", "primary_email"}
# Sentences are read by speech, not by dbt; the stages are the CRM's; of the app store only reviews are drawn.
COPIED = [
    table
    for table in RAW_TABLES
    if table not in {"raw_gong__transcript_sentences", "raw_hubspot__pipeline_stages", "raw_folder__recordings"}
    and (not table.startswith("raw_app__") or table == "raw_app__reviews")
]
DERIVED = (
    "transcripts__calls",
    "signals__calls",
    "scores__behaviours",
    "moments__calls",
    "sessions__one_on_ones",
    "sessions__minutes_by_kind",
)
FIRST_LOAD, NEXT_LOAD = "1700000000.1", "1700000000.2"
LATE_SHARE = 0.01  # of the calls of a day, a week late

# What the next day brings to the CRM: a tenth of the open deals are moved, and a few closed long ago are edited.
NEXT_DEALS = """
create table next_deals as
select * replace (
    strftime(try_cast(closedate as timestamptz) + interval 7 day, '%Y-%m-%dT%H:%M:%S.000Z') as closedate,
    strftime(getvariable('last_day'), '%Y-%m-%dT10:00:00.000Z') as updated_at,
    'hubspot/deals-next.jsonl' as _source_file
)
from raw_hubspot__deals
where draw(id, 'edited') < case when dealstage like 'closed%' then .0005 else .1 end;

create table next_history as
select
    id as deal_id, 'closedate' as property, closedate as value, updated_at as changed_at, 'CRM_UI' as source_type,
    _source_file, _source_row
from next_deals;
"""


class Company:
    """The company that is copied, in memory: raw tables as they landed, derived ones drawn, up to and with ``last``."""

    def __init__(self, landed: Settings, calls: int, first: dt.date, last: dt.date) -> None:
        self.first, self.last = first, last
        self.settings = landed
        self.memory = duckdb.connect(config={"threads": 2})
        self.memory.execute("set TimeZone = 'UTC'; set preserve_insertion_order = false")
        lake = Lake(landed.lake)
        land_rubrics(landed, [load_rubric(landed.sales_rubric), load_rubric(landed.one_on_one_rubric)])
        for table in [*COPIED, "raw_hubspot__pipeline_stages", RUBRICS]:
            self.memory.register("rows", lake.scan(table).collect())
            self.memory.execute(f"create table {table} as select * from rows")
        self.memory.execute(f"create view behaviours as select * from {RUBRICS}")
        for name, value in (("first_day", first), ("last_day", last), ("calls", calls)):
            self.memory.execute(f"set variable {name} = ?", [value])
        self.memory.execute(DRAWN.read_text())
        self.memory.execute(
            "insert into raw_ingest__files by name select 'app' as connector, 'app_store:reviews' as _source_file"
        )
        self.memory.execute(NEXT_DEALS)

    def write_history(self, lake: Lake, copies: int) -> None:
        """Everything before the last day; a few of the calls a week before it are still missing."""
        lake.create_tables()
        cut = f"try_cast(started as timestamptz) < date '{self.last}'"
        for table in COPIED:
            kept = {"raw_gong__calls": cut, "raw_app__reviews": f"reviewed_at < '{self.last}'"}.get(table, "true")
            self._land(lake, table, f"select * from {table} where {kept}", copies, FIRST_LOAD)
        self._land(lake, "raw_hubspot__pipeline_stages", "select * from raw_hubspot__pipeline_stages", 1, FIRST_LOAD)
        lake.write(RUBRICS, self.first, self.memory.table(RUBRICS).pl().with_columns(date=pl.lit(self.first)))
        for begins, ends in _months(self.first, self.last - dt.timedelta(days=1)):
            self._derive(lake, f"date between '{begins}' and '{ends}' and not ({self._late()})", copies)

    def write_next_day(self, lake: Lake, copies: int) -> None:
        """The last day, what arrives a week late, and what the CRM restates on it."""
        files = "select 'gong' as connector, 'gong/calls/next.jsonl' as _source_file union all by name "
        files += "select 'hubspot' as connector, 'hubspot/deals-next.jsonl' as _source_file"
        calls = f"select * replace ('gong/calls/next.jsonl' as _source_file) from raw_gong__calls where try_cast(started as timestamptz) >= date '{self.last}'"
        self._land(lake, "raw_gong__calls", calls, copies, NEXT_LOAD)
        self._land(lake, "raw_hubspot__deals", "select * from next_deals", copies, NEXT_LOAD)
        self._land(lake, "raw_hubspot__deal_property_history", "select * from next_history", copies, NEXT_LOAD)
        self._land(lake, "raw_ingest__files", files, copies, NEXT_LOAD)
        late_day = self.last - dt.timedelta(days=7)
        self._derive(lake, f"date in ('{self.last}', '{late_day}')", copies)

    def _late(self) -> str:
        return f"date = '{self.last - dt.timedelta(days=7)}' and draw(call_id, 'late') < {LATE_SHARE}"

    def _land(self, lake: Lake, table: str, query: str, copies: int, load: str) -> None:
        """Append one Parquet file to a raw table, as dlt does, and have its load complete."""
        columns = [
            f"{_copied(name, table)} as {name}" if name in self._columns(query) else f"null as {name}"
            for name in RAW_TABLES[table]
            if name != "_dlt_load_id"
        ]
        typed = ", ".join(f"cast(null as {_sql(kind)}) as {name}" for name, kind in RAW_TABLES[table].items())
        self.memory.execute(f"""
            copy (
                select {typed} where false
                union all by name
                select {", ".join(columns)}, '{load}' as _dlt_load_id
                from ({query}) as rows, range({copies}) as numbers(copy_number)
            ) to '{lake.path(table)}/{load}.parquet' (compression snappy)
        """)
        done = {"load_id": load, "schema_name": "benchmark", "status": 0, "inserted_at": load}
        Path(lake.root, "_dlt_loads", f"{load}.jsonl").write_text(json.dumps(done) + "\n")

    def _derive(self, lake: Lake, condition: str, copies: int) -> None:
        for table in DERIVED:
            columns = ", ".join(f"{_copied(name, table)} as {name}" for name in LAKE_TABLES[table].column_names())
            rows = self.memory.execute(
                f"select {columns} from {table}, range({copies}) as numbers(copy_number) where {condition}"
            ).pl()
            lake.write_dates(table, _with_utc(rows), dict.fromkeys(rows["date"].unique(), "benchmark"))

    def _columns(self, query: str) -> list[str]:
        return [str(column[0]) for column in self.memory.execute(f"describe {query}").fetchall()]


def _months(first: dt.date, last: dt.date) -> Iterator[tuple[dt.date, dt.date]]:
    begins = first
    while begins <= last:
        ends = min((begins.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1), last)
        yield begins, ends
        begins = ends + dt.timedelta(days=1)


def _with_utc(rows: pl.DataFrame) -> pl.DataFrame:
    naive = [name for name, kind in rows.schema.items() if kind == pl.Datetime]
    return rows.with_columns(pl.col(naive).dt.replace_time_zone("UTC"))


def _sql(kind: pl.DataType) -> str:
    return {pl.Int64: "bigint", pl.Float64: "double", pl.Boolean: "boolean"}.get(type(kind), "varchar")


def _copied(name: str, table: str) -> str:
    """The column in copy ``copy_number``; the company itself is copy 0."""
    changed = None
    if name in ADDRESSES:
        changed = f"replace({name}, '@', '.' || copy_number || '@')"
    elif name == "participants":
        changed = "list_transform(participants, lambda one: struct_update(one, email := replace(one.email, '@', '.' || copy_number || '@')))"
    elif name == "deal_ids" and table in LAKE_TABLES:
        changed = "list_transform(deal_ids, lambda one: one || '-' || copy_number)"
    elif name == "value" and table == "raw_hubspot__deal_property_history":
        changed = "case when property = 'hubspot_owner_id' then value || '-' || copy_number else value end"
    elif name in IDS and (name, table) not in {("_source_file", "raw_hubspot__pipeline_stages")}:
        changed = f"{name} || '-' || copy_number"
    return f"case when copy_number = 0 then {name} else {changed} end" if changed else name
