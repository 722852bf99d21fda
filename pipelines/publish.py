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
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
from filelock import FileLock, Timeout

from pipelines.settings import Settings

POINTER = "current"
KEPT_VERSIONS = 3
LOCK_WAIT_SECONDS = 120
STAGED_SUFFIX = ".tmp"
PUBLICATION = "publication"
SOURCES = "publication_sources"
COLUMNS_OF_MARTS = """
    select table_name, string_agg(column_name || ' ' || data_type, ', ' order by column_index)
    from duckdb_columns()
    semi join duckdb_tables() using (database_name, schema_name, table_name)
    where database_name = 'warehouse' and schema_name = 'main'
    group by table_name
    order by table_name
"""
# What dbt notes of the marts it builds incrementally (dbt/macros/incremental.sql), and for how many builds it keeps what changed.
IS_NOTED = "select 1 from duckdb_tables() where database_name = 'warehouse' and schema_name = 'intermediate' and table_name = 'models_built'"
NOTED = """
    select built.model_name, built.object, built.changed_in, built.made_anew_in, builds.build_number, builds.warehouse_id
    from warehouse.intermediate.models_built as built
    cross join warehouse.intermediate.builds as builds
    where built.object != ''
"""
BUILDS_TOLD = 10
MOST_WRITTEN_OUT = 100
CHANGED_OBJECTS = """
    create or replace temporary table {changed} as
    select distinct object_id
    from warehouse.intermediate.objects_changed
    where model_name = $table and object_kind = $kind and build_number > $build
"""
DAYS = frozenset({"call_date", "session_date"})
# Of published files, as of the warehouse (dbt/profiles.yml): the oldest DuckDB that reads them.
STORAGE_VERSION = "v1.4.0"
# Beyond this share of a mart's rows it is written anew, which also packs it.
MOST_REPLACED = 0.1


class PublishError(RuntimeError):
    """Nothing was published; the version published before is untouched. The message says what to do."""


@dataclass(frozen=True)
class Noted:
    """What dbt notes of a mart that it builds incrementally.

    Attributes:
        object: column by which its rows are replaced.
        changed_in, made_anew_in: the builds that changed it last, and made it from nothing last.
        build_number, warehouse_id: the latest build of this warehouse, and which one it is.
    """

    object: str
    changed_in: int
    made_anew_in: int
    build_number: int
    warehouse_id: str


@dataclass(frozen=True)
class Source:
    """What a mart of the version before was made of."""

    columns: str
    content: int
    warehouse_id: str | None
    build_number: int

    def tells(self, noted: Noted, columns: str) -> bool:
        """Whether dbt's notes say what has changed since."""
        return (
            (self.columns, self.warehouse_id) == (columns, noted.warehouse_id)
            and noted.made_anew_in <= self.build_number
            and noted.build_number - self.build_number <= BUILDS_TOLD
        )


@dataclass(frozen=True)
class Mart:
    """A mart of the warehouse, what it holds, and what of it has to be written.

    Attributes:
        columns: names and types. content: sum of its rows' hashes, whatever their order.
        changed: condition on the rows to write in place of those of the version before; "" for none, None for all.
    """

    table_name: str
    columns: str
    content: int
    row_count: int
    changed: str | None
    noted: Noted | None


@dataclass(frozen=True)
class PublishReport:
    """What ``current`` points at now; ``is_new`` is false when the same build had been published already."""

    version: str
    path: Path
    is_new: bool


def publish(settings: Settings) -> PublishReport:
    """Copy every table of the warehouse's schema ``main`` to ``<serve_dir>/<version>.duckdb``, then move ``current``.

    The version is the as-of date and a hash of the marts' content, so an unchanged build is not written again. A
    changed one starts as a copy of the version before, in which only what has changed is written. Besides the marts the file holds
    ``publication`` (one row a mart with version, as-of date and row count) and ``publication_sources`` (what each was made of).

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


def _literal(text: object) -> str:
    return "'" + str(text).replace("'", "''") + "'"


def _marts(connection: duckdb.DuckDBPyConnection, before: dict[str, Source]) -> list[Mart]:
    """The warehouse's marts, compared with what the version before was made of."""
    columns = dict(connection.execute(COLUMNS_OF_MARTS).fetchall())
    if not columns:
        raise PublishError("the warehouse holds no marts: run `dbt build` first")
    is_noted = bool(connection.execute(IS_NOTED).fetchall())
    noted = {name: Noted(*row) for name, *row in connection.execute(NOTED).fetchall()} if is_noted else {}
    return [
        _mart(connection, table, of_table, noted.get(table), before.get(table)) for table, of_table in columns.items()
    ]


def _mart(
    connection: duckdb.DuckDBPyConnection, table: str, columns: str, noted: Noted | None, before: Source | None
) -> Mart:
    (count,) = _one(connection, f'select count(*) from warehouse.main."{table}"')
    changed = None
    if noted is not None and before is not None and before.tells(noted, columns):
        changed = (
            _changed(connection, table, noted, before.build_number) if noted.changed_in > before.build_number else ""
        )
        if changed:
            (replaced,) = _one(connection, f'select count(*) from warehouse.main."{table}" where {changed}')
            changed = None if replaced > MOST_REPLACED * count else changed
    if changed is None or before is None:
        content = _content(connection, "warehouse", table, "true")
        is_same = before is not None and (before.columns, before.content) == (columns, content)
        return Mart(table, columns, content, count, "" if is_same else None, noted)
    content = before.content
    if changed:
        content += _content(connection, "warehouse", table, changed) - _content(connection, "previous", table, changed)
    return Mart(table, columns, content, count, changed, noted)


def _changed(connection: duckdb.DuckDBPyConnection, table: str, noted: Noted, since_build: int) -> str:
    """Condition on the rows of objects that builds after ``since_build`` changed."""
    kind = "day" if noted.object in DAYS else noted.object
    changed = f"changed_{table}"
    connection.execute(CHANGED_OBJECTS.format(changed=changed), {"table": table, "kind": kind, "build": since_build})
    few = connection.execute(
        f"select object_id from {changed} where object_id is not null limit {MOST_WRITTEN_OUT + 1}"
    ).fetchall()
    # An object without a name is in no list of changes: there are few, and they are written each time.
    if len(few) > MOST_WRITTEN_OUT:
        return f"coalesce(cast({noted.object} as varchar), '') in (select object_id from {changed} union all select '')"
    # Written out, so that blocks of others stay shut.
    listed = ", ".join(_literal(one) for (one,) in few)
    return f"({noted.object} is null or {noted.object} in ({listed}))" if few else f"{noted.object} is null"


def _content(connection: duckdb.DuckDBPyConnection, database: str, table: str, where: str) -> int:
    # The sum sees duplicates, which would cancel out in an exclusive or.
    (content,) = _one(connection, f'select coalesce(sum(hash(t)), 0) from {database}.main."{table}" as t where {where}')
    return int(content)


def _one(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[Any, ...]:
    (row,) = connection.execute(query).fetchall()
    return tuple(row)


def _version(settings: Settings, marts: Sequence[Mart]) -> str:
    content = "\n".join(f"{mart.table_name}|{mart.columns}|{mart.content}|{mart.row_count}" for mart in marts)
    return f"{settings.as_of.isoformat()}-{hashlib.sha256(content.encode()).hexdigest()[:12]}"


def _write_version(connection: duckdb.DuckDBPyConnection, settings: Settings) -> PublishReport:
    previous, before = _attach_previous(connection, current_path(settings.serve_dir))
    marts = _marts(connection, before)
    version = _version(settings, marts)
    path = settings.serve_dir / f"{version}.duckdb"
    if path.exists():
        os.utime(path)  # published again: it is the newest of those kept
        return PublishReport(version, path, is_new=False)
    staged = path.with_name(path.name + STAGED_SUFFIX)
    try:
        if previous is not None:
            shutil.copyfile(previous, staged)
        connection.execute(f"attach {_literal(staged)} as published")
        _bring_up_to_date(connection, before, marts)
        connection.register("sources", pl.DataFrame([_source_row(mart) for mart in marts], infer_schema_length=None))
        connection.execute(
            f"create or replace table published.main.{SOURCES} as select * exclude (row_count) from sources"
        )
        connection.execute(
            f"create or replace table published.main.{PUBLICATION} as"
            f" select '{version}' as version, date '{settings.as_of}' as as_of, table_name, row_count from sources"
        )
        connection.execute("detach published")
        _flush(staged)
        staged.replace(path)
    finally:
        _remove_staged(settings.serve_dir)
    return PublishReport(version, path, is_new=True)


def _source_row(mart: Mart) -> dict[str, object]:
    return {
        "table_name": mart.table_name,
        "columns": mart.columns,
        "content": str(mart.content),
        "warehouse_id": mart.noted.warehouse_id if mart.noted else None,
        "build_number": mart.noted.build_number if mart.noted else None,
        "row_count": mart.row_count,
    }


def _attach_previous(connection: duckdb.DuckDBPyConnection, path: Path | None) -> tuple[Path | None, dict[str, Source]]:
    """Attach the version before as ``previous``; it and what its marts were made of, or nothing where it cannot be used."""
    if path is None or not path.exists():
        return None, {}
    try:
        connection.execute(f"attach {_literal(path)} as previous (read_only)")
        rows = connection.execute(
            f"select table_name, columns, content, warehouse_id, build_number from previous.main.{SOURCES}"
        ).fetchall()
    except duckdb.Error:  # of a release that kept no sources, or damaged: made from nothing
        connection.execute("detach database if exists previous")
        return None, {}
    return path, {name: Source(columns, int(content), *rest) for name, columns, content, *rest in rows}


def _bring_up_to_date(connection: duckdb.DuckDBPyConnection, before: dict[str, Source], marts: Sequence[Mart]) -> None:
    """Turn the marts of ``published`` into those of the warehouse; what has not changed is not written."""
    for table in before.keys() - {mart.table_name for mart in marts}:
        connection.execute(f'drop table published.main."{table}"')
    for mart in marts:
        theirs, ours = f'warehouse.main."{mart.table_name}"', f'published.main."{mart.table_name}"'
        if mart.changed is None:
            connection.execute(f"create or replace table {ours} as from {theirs}")
        elif mart.changed:
            connection.execute(f"delete from {ours} where {mart.changed}")
            connection.execute(f"insert into {ours} by name from {theirs} where {mart.changed}")


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
