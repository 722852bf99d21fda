"""Dagster's SQLite event log, made fit for a first run over years of daily partitions.

Dagster opens a new engine and a new connection for every event: every statement is compiled anew, every closing writes the
log back to the database, every commit waits for the disk; and each partition is planned as an event of its own. Two
assets over two years of days paid 47 seconds of processor time for that on a busy machine. What is stored and how it is
read stay Dagster's.
"""

import contextlib
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage
from dagster._core.storage.sql import create_engine
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._serdes import ConfigurableClassData
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.pool import QueuePool

KEPT_OPEN = 4  # database files: the index, and of the runs (each has a file of its own) the latest that were asked for


class PatientEventLog(SqliteEventLogStorage):
    """One open connection a database file; one planning event a run and asset; the disk is waited for at checkpoints only."""

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> "PatientEventLog":
        return cls(inst_data=inst_data, **config_value)

    @property
    def supports_partition_subset_in_asset_materialization_planned_events(self) -> bool:
        return True

    @cached_property
    def _engines(self) -> dict[str, Engine]:
        return {}

    @cached_property
    def _tables(self) -> set[str]:
        return set()

    def has_table(self, table_name: str) -> bool:
        """Dagster asks for each event, by a connection of its own; a table that is there stays."""
        if table_name not in self._tables and super().has_table(table_name):
            self._tables.add(table_name)
        return table_name in self._tables

    @contextlib.contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock:
            engine = self._engines.pop(shard, None) or self._open(shard)
            self._engines[shard] = engine  # the latest is last
            while len(self._engines) > KEPT_OPEN:
                self._engines.pop(next(iter(self._engines))).dispose()
            if shard not in self._initialized_dbs:
                self._initdb(engine)
                self._initialized_dbs.add(shard)
            with engine.begin() as connection:
                yield connection

    def _open(self, shard: str) -> Engine:
        # One thread at a time holds the lock, so a connection may go from thread to thread. Setting a file up takes two.
        engine = create_engine(
            self.conn_string_for_shard(shard),
            poolclass=QueuePool,
            pool_size=1,
            connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
        )
        event.listen(engine, "connect", _wait_at_checkpoints_only)
        return engine

    def dispose(self) -> None:
        for engine in self._engines.values():
            engine.dispose()
        self._engines.clear()
        super().dispose()


def _wait_at_checkpoints_only(connection: Any, _: object) -> None:
    """With a write-ahead log this loses at most the last events in a power cut, never the file."""
    connection.execute("pragma synchronous = normal")
