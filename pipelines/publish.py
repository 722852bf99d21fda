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

    The version is the as-of date and a hash of the marts' content, so an unchanged build is not written again. Besides
    the marts the file holds a table ``publication``: one row a mart with version, as-of date and row count.

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
    with duckdb.connect(
        ":memory:", config={"threads": settings.threads, "autoinstall_known_extensions": "false"}
    ) as connection:
        connection.execute(f"attach {_literal(settings.warehouse)} as warehouse (read_only)")
        yield connection


def _literal(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _describe_marts(connection: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """One row a mart: name, columns with types, rows, and a hash of the rows that does not depend on their order."""
    columns = connection.execute(
        """
        select table_name, string_agg(column_name || ' ' || data_type, ', ' order by column_index) as columns
        from duckdb_columns()
        semi join duckdb_tables() using (database_name, schema_name, table_name)
        where database_name = 'warehouse' and schema_name = 'main'
        group by table_name
        order by table_name
        """
    ).pl()
    if columns.is_empty():
        raise PublishError("the warehouse holds no marts: run `dbt build` first")
    # The sum sees duplicates, which would cancel out in an exclusive or.
    contents = " union all ".join(
        f"""select '{table}' as table_name, count(*) as row_count, coalesce(sum(hash(t)), 0)::varchar as digest
        from warehouse.main."{table}" as t"""
        for table in columns["table_name"]
    )
    return columns.join(connection.execute(contents).pl(), on="table_name", how="left", maintain_order="left")


def _version(settings: Settings, marts: pl.DataFrame) -> str:
    content = "\n".join("|".join(str(value) for value in row) for row in marts.iter_rows())
    return f"{settings.as_of.isoformat()}-{hashlib.sha256(content.encode()).hexdigest()[:12]}"


def _write_version(connection: duckdb.DuckDBPyConnection, settings: Settings) -> PublishReport:
    marts = _describe_marts(connection)
    version = _version(settings, marts)
    path = settings.serve_dir / f"{version}.duckdb"
    if path.exists():
        os.utime(path)  # published again: it is the newest of those kept
        return PublishReport(version, path, is_new=False)
    staged = path.with_name(path.name + STAGED_SUFFIX)
    try:
        connection.execute(f"attach {_literal(staged)} as published")
        for table in marts["table_name"]:
            connection.execute(f'create table published.main."{table}" as select * from warehouse.main."{table}"')
        connection.register("marts", marts)
        connection.execute(
            f"create table published.main.{PUBLICATION} as"
            f" select '{version}' as version, date '{settings.as_of}' as as_of, table_name, row_count from marts"
        )
        connection.execute("detach published")
        _flush(staged)
        staged.replace(path)
    finally:
        _remove_staged(settings.serve_dir)
    return PublishReport(version, path, is_new=True)


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
