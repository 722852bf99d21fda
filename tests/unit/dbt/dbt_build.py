"""Runs the dbt project in this process over a lake and opens what it built. What the lake holds is described elsewhere."""

import datetime as dt
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner

PROJECT = Path(__file__).resolve().parents[3] / "dbt"


@dataclass(frozen=True)
class Build:
    """A finished build: its warehouse and what dbt said of each node."""

    warehouse: Path
    statuses: dict[str, str]

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            return connection.execute(query).fetchall()

    def one(self, query: str) -> tuple[Any, ...]:
        (row,) = self.rows(query)
        return row

    def value(self, query: str) -> Any:
        return self.one(query)[0]


def run_dbt(folder: Path, command: str, as_of: dt.date, *more: str) -> Build:
    """Run one dbt command over ``<folder>/lake`` into ``<folder>/warehouse.duckdb``."""
    environment = {"SIDELINE_LAKE": str(folder / "lake"), "SIDELINE_WAREHOUSE": str(folder / "warehouse.duckdb")}
    before = dict(os.environ)
    os.environ.update(environment)
    try:
        places = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT), "--log-path", str(folder / "logs")]
        places += ["--target-path", str(folder / "target"), "--log-level", "error"]
        result = dbtRunner().invoke([command, *places, "--vars", json.dumps({"as_of": as_of.isoformat()}), *more])
    finally:
        DuckDBConnectionManager.close_all_connections()  # dbt keeps the file open for the process's next command
        os.environ.clear()
        os.environ.update(before)
    assert result.exception is None, result.exception
    return Build(folder / "warehouse.duckdb", {run.node.name: str(run.status) for run in result.result or []})
