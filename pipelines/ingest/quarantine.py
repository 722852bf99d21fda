"""Where bad input goes: files to ``quarantine/`` with their reason beside them, both to the lake's quarantine tables.

What is written says what the last reading of a file found; a file that has been mended leaves the tables of that date.
Speech adds files of its own with stage ``speech``; they stay untouched here.
"""

import datetime as dt
import hashlib
import shutil
from collections.abc import Collection, Sequence
from pathlib import Path

import polars as pl

from pipelines.contracts import LAKE_TABLES
from pipelines.ingest.exports import BadFile, BadRow
from pipelines.lake import Lake

STAGE = "ingest"
PAYLOAD_CHARACTERS = 2000  # enough to recognise a row, not to keep a second copy of a file


def record(
    lake: Lake,
    quarantine_dir: Path,
    as_of: dt.date,
    *,
    read_files: Collection[str],
    files: Sequence[BadFile],
    rows: Sequence[tuple[str, BadRow]],
) -> None:
    """Put on record what this run found. The same input gives the same rows, however often.

    An unreadable file never lands and is tried again by every run, so ``files`` is all there is to say about files;
    rows are replaced for the exports that landed in this run, ``read_files``, and kept for those that were not read
    again.
    """
    for file in files:
        _keep(quarantine_dir, file)
    old_files = lake.scan("quarantine__files", [as_of]).collect()
    kept = pl.col("stage") != STAGE
    _replace(lake, "quarantine__files", as_of, old=old_files, kept=kept, new=_file_rows(as_of, files))
    old_rows = lake.scan("quarantine__rows", [as_of]).collect()
    elsewhere = ~pl.col("source_file").is_in(list(read_files)).fill_null(value=False)
    _replace(lake, "quarantine__rows", as_of, old=old_rows, kept=elsewhere, new=_bad_rows(as_of, rows))


def _replace(lake: Lake, table: str, as_of: dt.date, *, old: pl.DataFrame, kept: pl.Expr, new: pl.DataFrame) -> None:
    order = [column for column in old.columns if column != "date"]
    merged = pl.concat([old.filter(kept), new.select(old.columns)]).sort(order, nulls_last=True)
    if not merged.equals(old):
        lake.write(table, as_of, merged)


def _keep(quarantine_dir: Path, file: BadFile) -> None:
    """Copy the file (the source folder is not ours to change) and write its reason beside it."""
    target = quarantine_dir / STAGE / file.name
    target.parent.mkdir(parents=True, exist_ok=True)
    if file.path is not None:
        shutil.copyfile(file.path, target)
    target.with_name(target.name + ".reason.txt").write_text(file.reason + "\n", encoding="utf-8")


def _file_rows(as_of: dt.date, files: Sequence[BadFile]) -> pl.DataFrame:
    rows = [(as_of, file.name, file.content_hash, file.byte_count, STAGE, file.reason) for file in files]
    columns = ["date", "file_name", "sha256", "byte_count", "stage", "reason"]
    return pl.DataFrame(rows, schema=_schema("quarantine__files", columns), orient="row")


def _bad_rows(as_of: dt.date, rows: Sequence[tuple[str, BadRow]]) -> pl.DataFrame:
    seen: dict[str, int] = {}
    records = []
    for name, row in rows:
        payload = row.payload[:PAYLOAD_CHARACTERS]
        content = "\n".join((row.table, name, row.payload))
        seen[content] = seen.get(content, 0) + 1  # the second of two equal rows is a row of its own
        row_id = hashlib.sha256(f"{content}\n{seen[content]}".encode()).hexdigest()[:16]
        records.append((as_of, row_id, row.table, name, row.source_row, row.rule, row.reason, payload))
    columns = ["date", "row_id", "table_name", "source_file", "source_row", "rule", "reason", "payload"]
    return pl.DataFrame(records, schema=_schema("quarantine__rows", columns), orient="row")


def _schema(table: str, columns: Sequence[str]) -> dict[str, pl.DataType]:
    types = LAKE_TABLES[table].create_empty().schema
    return {column: types[column] for column in columns}
