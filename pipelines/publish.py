"""Publish: copy the marts into a versioned file that readers open, and switch to it at once.

Belongs here: what a reader of marts can see and when. Not here: what a mart means (dbt) and who may see which rows
(``dashboards/access.py``).

A reader never opens the warehouse, which dbt locks while it writes. It reads the pointer file ``current``, which holds
the name of a finished file, and opens that file read-only. Files are written under another name and renamed, so a name
that ``current`` has ever held is a complete file.
"""

import contextlib
import hashlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl
from filelock import FileLock, Timeout

from pipelines.settings import Settings

POINTER = "current"
KEPT_VERSIONS = 3
LOCK_WAIT_SECONDS = 120
STAGED_SUFFIX = ".tmp"
PUBLICATION = "publication"
PARTS = "publication_parts"
# What dbt remembers of the marts it builds by day (dbt/macros/by_day.sql), and the column that is their day.
DAYS_BUILT, DAY_COLUMN = "intermediate.days_built", "call_date"
DAYS_OF_A_MART = """
    select $table as table_name, day, md5($columns || fingerprint || project_version) as digest,
        (select count(*) from warehouse.main."{table}") as row_count
    from warehouse.{days_built} where model_name = $table order by day
"""
# The sum sees duplicates, which would cancel out in an exclusive or.
WHOLE_MART = """
    select $table as table_name, null::date as day, md5($columns || coalesce(sum(hash(t)), 0)) as digest,
        count(*) as row_count
    from warehouse.main."{table}" as t
"""
# Of published files, as of the warehouse (dbt/profiles.yml): the oldest DuckDB that reads them.
STORAGE_VERSION = "v1.4.0"
# Beyond this share of a mart's days it is written anew, which also packs it.
MOST_DAYS_REPLACED = 0.1


class PublishError(RuntimeError):
    """Nothing was published; the version published before is untouched. The message says what to do."""


@dataclass(frozen=True)
class PublishReport:
    """What ``current`` points at now; ``is_new`` is false when the same build had been published already."""

    version: str
    path: Path
    is_new: bool


def publish(settings: Settings) -> PublishReport:
    """Copy every table of the warehouse's schema ``main`` to ``<serve_dir>/<version>.duckdb``, then move ``current``.

    The version is the as-of date and a hash of the marts' content, so an unchanged build is not written again. A changed one
    starts as a copy of the version before, in which only what has changed is written. Besides the marts the file holds
    ``publication`` (one row a mart with version, as-of date and row count) and ``publication_parts`` (what each was made of).

    Raises:
        PublishError: no warehouse, no marts, the warehouse is being written, no room on the disk, or another publish
            that does not end. Nothing partial is ever visible.
    """
    settings.serve_dir.mkdir(parents=True, exist_ok=True)
    try:
        with _only_publisher(settings.serve_dir), _open_warehouse(settings) as connection:
            _remove_staged(settings.serve_dir)
            report = _write_version(connection, settings)
            _write_pointer(settings.serve_dir, report.path.name)
            _remove_old_versions(settings.serve_dir, keep=report.path.name)
    except (duckdb.Error, OSError) as error:
        raise PublishError(f"marts not published, the version before stays: {error}") from error
    return report


def current_path(serve_dir: Path) -> Path | None:
    """The published file to open now; None when nothing has been published yet."""
    try:
        name = (serve_dir / POINTER).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None
    return serve_dir / name if name else None


@contextlib.contextmanager
def _only_publisher(serve_dir: Path) -> Iterator[None]:
    """Let one process publish at a time; the operating system frees the lock when its holder is killed."""
    try:
        with FileLock(serve_dir / ".lock", timeout=LOCK_WAIT_SECONDS):
            yield
    except Timeout as error:
        raise PublishError(f"another publish has held {serve_dir} for {LOCK_WAIT_SECONDS} s") from error


@contextlib.contextmanager
def _open_warehouse(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """Hold the warehouse read-only from first look to last row, so that what is hashed is what is copied."""
    if not settings.warehouse.exists():
        raise PublishError(f"no warehouse at {settings.warehouse}: build it first (`make demo` or `sideline run`)")
    config: dict[str, str | bool | int | float | list[str]] = {
        "threads": settings.threads,
        "autoinstall_known_extensions": "false",
        "storage_compatibility_version": STORAGE_VERSION,
    }
    with duckdb.connect(":memory:", config=config) as connection:
        connection.execute(f"attach {_literal(settings.warehouse)} as warehouse (read_only)")
        yield connection


def _literal(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _parts(connection: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """What the warehouse's marts hold, a part a row: table_name, day, digest, row_count.

    A part is a day of a mart that dbt builds by day (``dbt/macros/by_day.sql``), told by what dbt made it of without reading
    it, or a whole mart (``day`` null), told by its rows whatever their order. Both digests cover the mart's columns.
    """
    columns = dict(
        connection.execute(
            """
            select table_name, string_agg(column_name || ' ' || data_type, ', ' order by column_index)
            from duckdb_columns()
            semi join duckdb_tables() using (database_name, schema_name, table_name)
            where database_name = 'warehouse' and schema_name = 'main'
            group by table_name
            order by table_name
            """
        ).fetchall()
    )
    if not columns:
        raise PublishError("the warehouse holds no marts: run `dbt build` first")
    by_day = _built_by_day(connection)
    found = []
    for table, of_table in columns.items():
        query = DAYS_OF_A_MART if table in by_day else WHOLE_MART
        values = {"table": table, "columns": of_table}
        found.append(connection.execute(query.format(table=table, days_built=DAYS_BUILT), values).pl())
    return pl.concat(found)


def _built_by_day(connection: duckdb.DuckDBPyConnection) -> set[str]:
    schema, table = DAYS_BUILT.split(".")
    known = connection.execute(
        "select 1 from duckdb_tables() where database_name = 'warehouse' and schema_name = ? and table_name = ?",
        [schema, table],
    ).fetchall()
    names = connection.execute(f"select distinct model_name from warehouse.{DAYS_BUILT}").fetchall() if known else []
    return {name for (name,) in names}


def _version(settings: Settings, parts: pl.DataFrame) -> str:
    content = "\n".join("|".join(str(value) for value in row) for row in parts.iter_rows())
    return f"{settings.as_of.isoformat()}-{hashlib.sha256(content.encode()).hexdigest()[:12]}"


def _write_version(connection: duckdb.DuckDBPyConnection, settings: Settings) -> PublishReport:
    parts = _parts(connection)
    version = _version(settings, parts)
    path = settings.serve_dir / f"{version}.duckdb"
    if path.exists():
        os.utime(path)  # published again: it is the newest of those kept
        return PublishReport(version, path, is_new=False)
    staged = path.with_name(path.name + STAGED_SUFFIX)
    try:
        before = _stage(connection, current_path(settings.serve_dir), staged)
        _bring_up_to_date(connection, before, parts)
        connection.register("parts", parts)
        connection.execute(
            f"create or replace table published.main.{PARTS} as select table_name, day, digest from parts"
        )
        connection.execute(
            f"create or replace table published.main.{PUBLICATION} as"
            f" select distinct '{version}' as version, date '{settings.as_of}' as as_of, table_name, row_count from parts"
        )
        connection.execute("detach published")
        _flush(staged)
        staged.replace(path)
    finally:
        _remove_staged(settings.serve_dir)
    return PublishReport(version, path, is_new=True)


def _stage(connection: duckdb.DuckDBPyConnection, previous: Path | None, staged: Path) -> pl.DataFrame:
    """Attach ``staged`` as ``published``: a copy of the version before, or empty. Its parts: table_name, day, digest."""
    if previous is not None and previous.exists():
        shutil.copyfile(previous, staged)
        try:
            connection.execute(f"attach {_literal(staged)} as published")
            return connection.execute(f"from published.main.{PARTS}").pl()
        except duckdb.Error:  # of a release that kept no parts, or damaged: made from nothing
            connection.execute("detach database if exists published")
            staged.unlink()
    connection.execute(f"attach {_literal(staged)} as published")
    return pl.DataFrame(schema={"table_name": pl.String, "day": pl.Date, "digest": pl.String})


def _bring_up_to_date(connection: duckdb.DuckDBPyConnection, before: pl.DataFrame, parts: pl.DataFrame) -> None:
    """Turn the marts of ``published``, made of ``before``, into those of the warehouse: only parts that differ are copied."""
    for (table,) in before.select("table_name").unique().join(parts, on="table_name", how="anti").iter_rows():
        connection.execute(f'drop table published.main."{table}"')
    for (table,), of_table in parts.group_by("table_name", maintain_order=True):
        old = before.filter(pl.col("table_name") == table)
        changed = pl.concat(
            [
                of_table.join(old, on=["day", "digest"], how="anti", nulls_equal=True).select("day"),
                old.join(of_table, on=["day", "digest"], how="anti", nulls_equal=True).select("day"),
            ]
        )["day"].unique()
        if changed.null_count() or len(changed) > MOST_DAYS_REPLACED * of_table.height:
            connection.execute(
                f'create or replace table published.main."{table}" as select * from warehouse.main."{table}"'
            )
        elif len(changed):
            # Rows without a day may change on any.
            days = ", ".join(f"'{day}'" for day in changed)
            where = f"where {DAY_COLUMN} is null or {DAY_COLUMN} in ({days})"
            connection.execute(f'delete from published.main."{table}" {where}')
            connection.execute(f'insert into published.main."{table}" by name from warehouse.main."{table}" {where}')


def _remove_staged(serve_dir: Path) -> None:
    """Remove what a killed or failed publish left (its lock is ours, so nobody is writing these)."""
    for leftover in serve_dir.glob(f"*{STAGED_SUFFIX}*"):
        leftover.unlink()


def _write_pointer(serve_dir: Path, name: str) -> None:
    if current_path(serve_dir) == serve_dir / name:
        return
    staged = serve_dir / f"{POINTER}{STAGED_SUFFIX}"
    staged.write_text(f"{name}\n", encoding="utf-8")
    _flush(staged)
    staged.replace(serve_dir / POINTER)


def _flush(path: Path) -> None:
    """Have the bytes on the disk before a rename makes them visible, so that a power cut cannot leave an empty file."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _remove_old_versions(serve_dir: Path, keep: str) -> None:
    versions = sorted(
        serve_dir.glob("*.duckdb"), key=lambda path: (path.name == keep, path.stat().st_mtime_ns), reverse=True
    )
    for old in versions[KEPT_VERSIONS:]:
        with contextlib.suppress(PermissionError):  # open on Windows: removed by a later publish
            old.unlink()
