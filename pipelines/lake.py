"""The lake: plain Parquet, one folder a table, one file a UTC date, replaced whole.

The only module that writes lake tables of ours (raw tables are written by dlt in ``pipelines/ingest``). No table
names and no business rules belong here: the schemas are in ``contracts.py``.
"""

import datetime as dt
import hashlib
import io
import json
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import fsspec
import polars as pl
from fsspec.implementations.local import LocalFileSystem

from pipelines.contracts import LAKE_TABLES, RAW_TABLES

EMPTY_DATE = dt.date(1970, 1, 1)
INPUTS_KEY = "sideline_inputs"
# Read by dbt (stg_lake__files): marts built by day build the days again whose files have changed.
CONTENT_KEY = "sideline_content"


@dataclass(frozen=True)
class Lake:
    """A lake at ``root`` (local path or ``s3://`` URL). Holds no state; safe to create anywhere."""

    root: str

    def _fs(self) -> fsspec.AbstractFileSystem:
        return fsspec.core.url_to_fs(self.root)[0]

    def path(self, table: str, date: dt.date | None = None) -> str:
        """Folder of a table, or the file of one of its dates."""
        folder = f"{self.root}/{table}"
        return f"{folder}/date={date.isoformat()}/part.parquet" if date else folder

    def exists(self) -> bool:
        """Whether anything has ever been written here."""
        return bool(self._fs().exists(f"{self.root}/_dlt_loads"))

    def create_tables(self) -> None:
        """Give every table an empty file with its schema, so that SQL can read tables nothing has landed in yet."""
        for name, schema in LAKE_TABLES.items():
            if not self._fs().exists(self.path(name, EMPTY_DATE)):
                self._write(schema.create_empty(), self.path(name, EMPTY_DATE), {})
        for name, columns in RAW_TABLES.items():
            # A name dlt never lists: it only adds files of its own, so the two live beside each other.
            path = f"{self.path(name)}/_schema.parquet"
            # A column that came with a later release is in no file of an older data folder: this one then has it.
            if not self._fs().exists(path) or self._columns(path) != list(columns):
                self._write(pl.DataFrame(schema=columns), path, {})
        if not self._fs().exists(f"{self.root}/_dlt_loads/_empty.jsonl"):
            self._fs().makedirs(f"{self.root}/_dlt_loads", exist_ok=True)
            self._fs().touch(f"{self.root}/_dlt_loads/_empty.jsonl")

    def _columns(self, path: str) -> list[str]:
        with self._fs().open(path, "rb") as file:
            return list(pl.read_parquet_schema(file))

    def write(self, table: str, date: dt.date, frame: pl.DataFrame, inputs: str = "") -> None:
        """Replace one date of ``table`` by ``frame`` at once (a reader sees the old file or the new one).

        Args:
            frame: rows that satisfy the table's contract; ``dataframely.exc.ValidationError`` otherwise, nothing
            written.
            inputs: fingerprint of what the rows were made from, returned by ``inputs`` so that a rerun can skip them.
        """
        schema = LAKE_TABLES[table]
        checked = schema.validate(frame.select(schema.column_names()), cast=True)
        self._write(checked, self.path(table, date), {INPUTS_KEY: inputs})

    def write_dates(self, table: str, frame: pl.DataFrame, inputs: Mapping[dt.date, str]) -> None:
        """Replace the dates that are the keys of ``inputs`` by the rows of ``frame``, each as ``write`` does.

        The rows are checked together, which for many small dates takes a tenth of the time. Dates without rows become
        empty files.
        """
        schema = LAKE_TABLES[table]
        checked = schema.validate(frame.select(schema.column_names()), cast=True)
        by_date = checked.partition_by("date", as_dict=True)
        if strays := sorted(str(date) for (date,) in by_date if date not in inputs):
            raise ValueError(f"{table}: rows of dates that are not being written: {', '.join(strays)}")
        for date, fingerprint in inputs.items():
            rows = by_date.get((date,), checked.clear())
            self._write(rows, self.path(table, date), {INPUTS_KEY: fingerprint})

    def delete(self, table: str, date: dt.date) -> None:
        """Remove one date of a table; no error if it is not there."""
        path = self.path(table, date)
        if self._fs().exists(path):
            self._fs().rm(path)

    def delete_file(self, relative: str) -> None:
        """Remove one file that is no table, such as a recording whose retention has ended; no error if it is gone."""
        path = f"{self.root}/{relative}"
        if self._fs().exists(path):
            self._fs().rm(path)

    def _write(self, frame: pl.DataFrame, path: str, inputs: dict[str, str]) -> None:
        fs = self._fs()
        metadata = inputs | {CONTENT_KEY: _content(frame)}
        if not isinstance(fs, LocalFileSystem):
            with fs.open(path, "wb") as file:  # one PUT
                frame.write_parquet(file, metadata=metadata)
            return
        fs.makedirs(path.rsplit("/", 1)[0], exist_ok=True)
        staged = f"{path}.{uuid.uuid4().hex}.tmp"  # unique: two writers never share a half-written file
        try:
            frame.write_parquet(staged, metadata=metadata)
            fs.mv(staged, path)
        finally:
            if fs.exists(staged):
                fs.rm(staged)

    def dates(self, table: str) -> list[dt.date]:
        """Dates that hold a file, in order (the empty schema file is not one of them)."""
        return [date for date, _ in self._files(table)]

    def _files(self, table: str) -> Iterator[tuple[dt.date, str]]:
        paths = self._fs().glob(f"{self.path(table)}/date=*/part.parquet")
        for path in sorted(paths):
            date = dt.date.fromisoformat(path.split("/date=")[1][:10])
            if date != EMPTY_DATE:
                yield date, path

    def inputs(self, table: str) -> dict[dt.date, str]:
        """Fingerprint stored with each date of ``table``."""
        fs = self._fs()
        found = {}
        for date, path in self._files(table):
            with fs.open(path, "rb") as file:
                found[date] = pl.read_parquet_metadata(file).get(INPUTS_KEY, "")
        return found

    def scan(self, table: str, dates: Iterable[dt.date] | None = None) -> pl.LazyFrame:
        """Rows of ``table``, of all dates or of the given ones (dates without a file count as empty)."""
        if table in RAW_TABLES:
            return pl.scan_parquet(
                f"{self.path(table)}/*.parquet",
                hive_partitioning=False,
                missing_columns="insert",
                extra_columns="ignore",
            )
        if dates is None:
            paths = [f"{self.path(table)}/date=*/part.parquet"]
        else:
            present = set(self.dates(table))
            paths = [self.path(table, date) for date in sorted(set(dates) & present)] or [self.path(table, EMPTY_DATE)]
        return pl.scan_parquet(paths, hive_partitioning=False)

    def completed_loads(self) -> list[str]:
        """Ids of the loads that dlt finished, oldest first (one that died half-way has no line in ``_dlt_loads``)."""
        fs = self._fs()
        found = set()
        for path in fs.glob(f"{self.root}/_dlt_loads/*.jsonl"):
            for line in fs.cat_file(path).decode().splitlines():
                load = json.loads(line)
                if load["status"] == 0:
                    found.add(load["load_id"])
        return sorted(found, key=float)

    def newest_files(self) -> pl.LazyFrame:
        """``raw_ingest__files`` of completed loads, the newest row of each ``_source_file``."""
        return (
            self.scan("raw_ingest__files")
            .filter(pl.col("_dlt_load_id").is_in(self.completed_loads()))
            .sort(pl.col("_dlt_load_id").cast(pl.Float64))
            .unique("_source_file", keep="last")
        )

    def scan_raw(self, table: str) -> pl.LazyFrame:
        """Rows of a raw table that count: per export, those of its newest completed load.

        The rule, the same in dbt's staging: a row counts when its (``_source_file``, ``_dlt_load_id``) is the newest
        completed load of that file in ``raw_ingest__files``. So a line deleted in a re-export disappears, an export
        that is no longer there keeps its last rows, and a load that died half-way counts for nothing.

        .. code-block:: sql

            select r.* from raw_x__y r semi join (
                select _source_file, max_by(_dlt_load_id, cast(_dlt_load_id as double)) as _dlt_load_id
                from raw_ingest__files
                where _dlt_load_id in (select load_id from _dlt_loads where status = 0)
                group by _source_file
            ) newest using (_source_file, _dlt_load_id)
        """
        newest = self.newest_files().select("_source_file", "_dlt_load_id")
        return self.scan(table).join(newest, on=["_source_file", "_dlt_load_id"], how="semi")


def _content(frame: pl.DataFrame) -> str:
    """A hash of the rows in their order: the same rows written again are told from changed ones without reading them."""
    rows = io.BytesIO()
    frame.rechunk().write_ipc(rows)
    return hashlib.sha256(rows.getbuffer()).hexdigest()[:16]
