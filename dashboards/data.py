"""Reading: published marts, and for one call its transcript and audio, always through the viewer's row filters.

The only module of the dashboards that opens files. Each query opens the published file anew (about 20 ms) and lets it
go, so a running build is never blocked and a new version is seen at the next click. No SQL of a page belongs here.
"""

import contextlib
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import duckdb
import fsspec
import polars as pl

from dashboards.access import Viewer, identify, row_filter
from pipelines.contracts import LAKE_TABLES
from pipelines.lake import Lake
from pipelines.publish import current_path
from pipelines.settings import Settings

Value = str | int | float | bool | dt.date | None
CACHED_QUERIES = 256
REOPENINGS = 3


VISIBLE_CALL = """
    select call_date as date from fct_calls where call_id = $call_id
    union all
    select session_date from fct_coaching_sessions where call_id = $call_id
"""


class NothingPublished(RuntimeError):
    """No marts have been published yet."""


class CallHidden(LookupError):
    """The call does not exist, or this viewer may not see it: the two look the same from outside."""


@dataclass(frozen=True)
class Marts:
    """One published version seen by one viewer. Cheap to make; holds no connection."""

    path: Path
    viewer: Viewer

    def frame(self, sql: str, **values: Value) -> pl.DataFrame:
        """Result of ``sql``, in which marts are named bare (``from fct_calls``) and values as ``$name``."""
        return _query(self.path, self.viewer, sql, tuple(sorted(values.items())))

    @property
    def as_of(self) -> dt.date:
        return self.frame("select max(as_of) as as_of from publication").item()

    @property
    def version(self) -> str:
        return self.path.stem


def open_marts(settings: Settings, email: str | None) -> Marts:
    """The version that is current now, as the person with ``email`` may see it (None: single-user mode).

    Raises:
        NothingPublished: before the first publish.
    """
    for _ in range(REOPENINGS):
        path = current_path(settings.serve_dir)
        if path is None:
            break
        with contextlib.suppress(duckdb.IOException):  # replaced and removed between the two looks: look again
            return Marts(path, _identify(path, email, settings.leader_emails))
    raise NothingPublished(str(settings.serve_dir))


@lru_cache(maxsize=CACHED_QUERIES)
def _identify(path: Path, email: str | None, leader_emails: tuple[str, ...]) -> Viewer:
    with _attach(path) as connection:
        return identify(connection, email, leader_emails)


@lru_cache(maxsize=CACHED_QUERIES)
def _query(path: Path, viewer: Viewer, sql: str, values: tuple[tuple[str, Value], ...]) -> pl.DataFrame:
    with _attach(path) as connection:
        for table, columns in _tables(connection).items():
            if table not in sql:  # a view costs about a millisecond, and there are thirty marts
                continue
            connection.execute(
                f'create view "{table}" as select * from published.main."{table}"'
                f" where {row_filter(table, columns, viewer)}"
            )
        return connection.execute(sql, dict(values)).pl()


def transcript(marts: Marts, lake: Lake, call_id: str) -> pl.DataFrame:
    """Utterances of one call in order of time, masked as they lie in the lake.

    Raises:
        CallHidden: before anything of the lake is read.
    """
    return _of_call(lake, "transcripts__utterances", _visible_date(marts, call_id), call_id).sort("utterance_index")


def audio(marts: Marts, lake: Lake, call_id: str) -> bytes | None:
    """The recording of one call; None where only a transcript is kept.

    Raises:
        CallHidden: before anything of the lake is read.
    """
    call = _of_call(lake, "transcripts__calls", _visible_date(marts, call_id), call_id)
    filesystem = fsspec.core.url_to_fs(lake.root)[0]
    for sha256 in call["audio_sha256"].drop_nulls():
        for path in filesystem.glob(f"{lake.root}/audio/{sha256[:2]}/{sha256}.*"):
            return bytes(filesystem.cat_file(path))
    return None


def _of_call(lake: Lake, table: str, date: dt.date, call_id: str) -> pl.DataFrame:
    """Rows of one call; none where the published file was brought without its lake."""
    try:
        return lake.scan(table, [date]).filter(pl.col("call_id") == call_id).collect()
    except FileNotFoundError:
        return LAKE_TABLES[table].create_empty()


def _visible_date(marts: Marts, call_id: str) -> dt.date:
    found = marts.frame(VISIBLE_CALL, call_id=call_id)
    if found.is_empty():
        raise CallHidden(call_id)
    return found["date"][0]


@contextlib.contextmanager
def _attach(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty database in memory with the published file beside it: a bare name can only be one of our views."""
    with duckdb.connect(":memory:", config={"threads": 2, "autoinstall_known_extensions": "false"}) as connection:
        literal = str(path).replace("'", "''")
        connection.execute(f"attach '{literal}' as published (read_only)")
        yield connection


def _tables(connection: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """Columns of every published mart."""
    return dict(
        connection.execute(
            "select table_name, list(column_name order by column_index) from duckdb_columns()"
            " where database_name = 'published' and schema_name = 'main' group by table_name"
        ).fetchall()
    )
