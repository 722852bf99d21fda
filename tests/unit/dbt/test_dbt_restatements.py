"""A build over yesterday's warehouse equals one from nothing, whatever was edited in between and however far back."""

import datetime as dt
import random
import shutil
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from dbt_build import Build, run_dbt
from dbt_tiny_lake import complete_load, land
from dbt_tiny_org import AS_OF

from pipelines.contracts import LAKE_TABLES
from pipelines.lake import Lake

MODELS = ("--exclude", "resource_type:unit_test", "resource_type:test")
PROVENANCE = ("_source_file", "_source_row", "_dlt_load_id")


def restate(lake: Lake, table: str, load_id: str, **changed: Any) -> None:
    """Export a raw table's newest file again with one row, drawn by the load's id, changed: the file's new whole truth."""
    frame = lake.scan_raw(table).filter(pl.col("_source_row").is_not_null()).collect()
    file = sorted(frame["_source_file"].unique())[0]
    rows = frame.filter(pl.col("_source_file") == file).sort("_source_row").drop(PROVENANCE).to_dicts()
    random.Random(load_id).choice(rows).update(changed)
    complete_load(lake, load_id)
    land(lake, table, rows, file, load_id)


def late(lake: Lake, elsewhere: Lake, date: dt.date) -> None:
    """What was heard on a date arrives only now."""
    for table in LAKE_TABLES:
        if date in elsewhere.dates(table):
            shutil.copytree(elsewhere.path(table) + f"/date={date}", lake.path(table) + f"/date={date}")


def contents(warehouse: Path) -> dict[str, list[tuple[Any, ...]]]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        tables = connection.execute(
            "select table_name from duckdb_tables() where schema_name = 'main' order by 1"
        ).fetchall()
        return {table: connection.execute(f'select * from "{table}" order by all').fetchall() for (table,) in tables}


@pytest.mark.parametrize("seed", [1, 2])
def test_a_run_after_restatements_equals_a_full_refresh(tiny: Build, tmp_path: Path, seed: int) -> None:
    draw = random.Random(seed)
    folder, whole = tmp_path / "line", Lake(str(tiny.warehouse.parent / "lake"))
    shutil.copytree(whole.root, folder / "lake")
    lake = Lake(str(folder / "lake"))
    heard = lake.dates("transcripts__calls")
    late_day = draw.choice([date for date in heard if date <= AS_OF - dt.timedelta(days=7)])
    for table in LAKE_TABLES:
        lake.delete(table, late_day)
    yesterday = run_dbt(folder, "build", AS_OF - dt.timedelta(days=1), *MODELS)
    before = contents(yesterday.warehouse)

    closed = AS_OF - dt.timedelta(days=draw.randrange(1, 200))
    restate(lake, "raw_hubspot__deals", f"18000000{seed}0.1", amount="12345", closedate=f"{closed}T00:00:00Z")
    restate(
        lake, "raw_hubspot__deals", f"18000000{seed}0.2", hubspot_owner_id=None, archived=draw.choice(["true", "false"])
    )
    restate(lake, "raw_hr__assignments", f"18000000{seed}0.3", manager_employee_id=draw.choice(["M", "O", "X"]))
    restate(lake, "raw_hr__assignments", f"18000000{seed}0.4", valid_to=str(draw.choice(heard)))
    restate(lake, "raw_quota__quotas", f"18000000{seed}0.5", quota_amount="77000")
    late(lake, whole, late_day)

    run = contents(run_dbt(folder, "build", AS_OF, *MODELS).warehouse)
    shutil.copytree(lake.root, tmp_path / "fresh" / "lake")
    fresh = contents(run_dbt(tmp_path / "fresh", "build", AS_OF, *MODELS).warehouse)
    assert {table for table in run if run[table] != before[table]} >= {
        "fct_deals",
        "dim_rep_assignments",
        "fct_rep_months",
    }
    assert run.keys() == fresh.keys()
    assert [table for table in run if run[table] != fresh[table]] == []
