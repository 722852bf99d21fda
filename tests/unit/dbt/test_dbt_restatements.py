"""A build over an older warehouse equals one from nothing, row for row, whatever was edited in between and however far back."""

import datetime as dt
import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from dbt_build import PROJECT, Build, run_dbt
from dbt_tiny_lake import complete_load, land
from dbt_tiny_org import AS_OF

from pipelines.lake import Lake

pytestmark = pytest.mark.deep

MODELS = ("--exclude", "resource_type:unit_test", "resource_type:test")
PROVENANCE = ("_source_file", "_source_row", "_dlt_load_id")
OF_CALLS = ("transcripts__calls", "signals__calls", "scores__behaviours", "moments__calls")
NOTES = {"builds", "models_built", "objects_changed", "files_staged", "views_made"}  # of the builds, not of the data
YESTERDAY = AS_OF - dt.timedelta(days=1)
CALLS_ON = dt.date(2026, 6, 9)  # the tiny company's one day with scored calls, held again on others
HELD_AGAIN = [CALLS_ON - dt.timedelta(days=days) for days in (7, 28, 63, 96)]
Rows = list[dict[str, Any]]
HISTORIES = int(os.environ.get("SIDELINE_TEST_HISTORIES", "1"))  # half a minute each


class Restated:
    """A lake on which history is rewritten: what a source exports again, what speech and scoring make again."""

    def __init__(self, lake: Lake, seed: int) -> None:
        self.lake, self.draw, self.loads = lake, random.Random(seed), 0
        self.withheld: dict[str, pl.DataFrame] = {}

    def export_again(self, table: str, edit: Callable[[Rows], object]) -> None:
        """The newest file of a raw table, landed again with ``edit`` done to its rows."""
        frame = self.lake.scan_raw(table).collect()
        file = self.draw.choice(sorted(frame["_source_file"].unique()) or [f"{table}.jsonl"])
        rows = frame.filter(pl.col("_source_file") == file).sort("_source_row").drop(PROVENANCE).to_dicts()
        edit(rows)
        self.loads += 1
        load_id = f"18000000{self.loads:02}.1"
        complete_load(self.lake, load_id)
        land(self.lake, table, rows, file, load_id)

    def edit_one(self, table: str, **changed: Any) -> None:
        self.export_again(table, lambda rows: self.draw.choice(rows).update(changed))

    def make_again(self, table: str, date: dt.date, rows: pl.DataFrame) -> None:
        self.lake.write(table, date, rows)

    def hold_calls_again(self) -> None:
        for table in OF_CALLS:
            rows = self.lake.scan(table, [CALLS_ON]).collect()
            for date in HELD_AGAIN:
                of_day = rows.with_columns(
                    pl.lit(date).alias("date"),
                    (pl.col("^(call|moment)_id$").str.replace("gong:", f"gong:{date}:")),
                    *([pl.col("started_at") + (date - CALLS_ON)] if "started_at" in rows.columns else []),
                )
                self.make_again(table, date, of_day)

    def withhold(self, date: dt.date) -> None:
        for table in OF_CALLS:
            self.withheld[table] = self.lake.scan(table, [date]).collect()
            self.lake.delete(table, date)

    # The edits, each one that has happened to somebody.

    def deal_edited_200_days_back(self) -> None:
        closed = AS_OF - dt.timedelta(days=200)
        self.edit_one("raw_hubspot__deals", amount="12345", closedate=f"{closed}T00:00:00Z")

    def deal_deleted(self) -> None:
        self.edit_one("raw_hubspot__deals", archived="true")

    def deal_closes_tomorrow(self) -> None:
        self.edit_one("raw_hubspot__deals", dealstage="closedwon", closedate=f"{AS_OF}T08:00:00Z")

    def export_loses_a_row(self) -> None:
        table = self.draw.choice(
            [
                "raw_hubspot__deals",
                "raw_hubspot__deal_associations",
                "raw_salesforce__opportunity_splits",
                "raw_gong__calls",
                "raw_calendar__events",
            ]
        )
        self.export_again(table, lambda rows: rows.pop(self.draw.randrange(len(rows))))

    def deal_has_another_customer(self) -> None:
        def edit(rows: Rows) -> None:
            of_companies = [row for row in rows if (row["to_object_type"] or "").startswith("compan")]
            if of_companies:
                self.draw.choice(of_companies)["to_object_id"] = self.draw.choice(of_companies)["to_object_id"]

        self.export_again("raw_hubspot__deal_associations", edit)

    def customer_is_renamed(self) -> None:
        self.edit_one("raw_hubspot__companies", name=f"Renamed {self.loads}")

    def contact_changes_employer(self) -> None:
        def edit(rows: Rows) -> None:
            rows[:] = [{"id": "p1", "email": "p1@acme.example", "associatedcompanyid": f"c{self.draw.choice('12')}"}]

        self.export_again("raw_hubspot__contacts", edit)

    def call_is_moved_to_another_day(self) -> None:
        self.edit_one("raw_gong__calls", started="2026-06-11T09:00:00Z")

    def meeting_is_cancelled(self) -> None:
        self.edit_one("raw_calendar__events", status="cancelled")

    def meeting_is_moved(self) -> None:
        self.edit_one("raw_calendar__events", starts_at="2026-06-10T14:00:00Z", ends_at="2026-06-10T14:45:00Z")

    def quota_is_raised(self) -> None:
        self.edit_one("raw_quota__quotas", quota_amount="77777")

    def session_is_heard_otherwise(self) -> None:
        date = self.draw.choice(self.lake.dates("sessions__one_on_ones"))
        rows = self.lake.scan("sessions__one_on_ones", [date]).collect()
        self.make_again("sessions__one_on_ones", date, rows.with_columns(pl.col("coaching_minutes") + 20))

    def deal_history_grows(self) -> None:
        def edit(rows: Rows) -> None:
            rows.append(self.draw.choice(rows) | {"changed_at": "2026-03-03T10:00:00Z", "value": "2026-08-08"})

        self.export_again("raw_hubspot__deal_property_history", edit)

    def opportunity_edited(self) -> None:
        amount, account = self.draw.choice(["4321", "8765"]), self.draw.choice(["a1", "a2"])
        self.edit_one("raw_salesforce__opportunities", amount=amount, account_id=account, close_date="2026-03-20")

    def opportunity_history_grows(self) -> None:
        def edit(rows: Rows) -> None:
            new = {"id": f"new{self.loads}", "opportunity_id": self.draw.choice(["s1", "s2"])}
            rows.append(self.draw.choice(rows) | new | {"created_date": "2026-01-20T10:00:00.000+0000"})

        self.export_again("raw_salesforce__opportunity_field_history", edit)

    def split_is_shifted(self) -> None:
        self.edit_one("raw_salesforce__opportunity_splits", opportunity_id="s3", split_percentage="30")

    def contact_role_is_removed(self) -> None:
        self.edit_one("raw_salesforce__opportunity_contact_roles", is_deleted="true")

    def account_of_the_other_crm_is_renamed(self) -> None:
        self.edit_one("raw_salesforce__accounts", name=f"Renamed {self.loads}")

    def manager_changed_backdated(self) -> None:
        self.edit_one("raw_hr__assignments", manager_employee_id=self.draw.choice("MOX"))

    def seat_begins_later(self) -> None:
        self.edit_one("raw_hr__assignments", valid_from="2026-06-10")

    def address_belongs_to_somebody_else(self) -> None:
        self.edit_one("raw_hr__employees", email="nobody@tiny.example")

    def call_deleted(self) -> None:
        date = self.draw.choice(self.lake.dates("transcripts__calls"))
        calls = self.lake.scan("transcripts__calls", [date]).collect()
        gone = self.draw.choice(calls["call_id"].to_list())
        self.make_again("transcripts__calls", date, calls.filter(pl.col("call_id") != gone))

    def day_disappears(self) -> None:
        self.lake.delete("scores__behaviours", self.draw.choice(self.lake.dates("scores__behaviours")))

    def review_added(self) -> None:
        def edit(rows: Rows) -> None:
            verdict = self.draw.choice(["met", "not_met", "agree", "not_applicable"])
            new = {"review_id": f"new{self.loads}", "verdict": verdict, "reviewed_at": "2026-06-25T10:00:00Z"}
            calls = (
                self.lake.scan("scores__behaviours").select("call_id").unique().collect()["call_id"].sort().to_list()
            )
            rows.append(self.draw.choice(rows) | new | {"call_id": self.draw.choice(calls)})

        self.export_again("raw_app__reviews", edit)

    def day_scored_again(self) -> None:
        date = self.draw.choice(self.lake.dates("scores__behaviours"))
        rows = self.lake.scan("scores__behaviours", [date]).collect()
        self.make_again("scores__behaviours", date, rows.with_columns(is_met=~pl.col("is_met")))

    def day_scored_by_the_next_rubric(self) -> None:
        date = self.draw.choice(self.lake.dates("scores__behaviours"))
        rows = self.lake.scan("scores__behaviours", [date]).collect()
        next_version = rows.with_columns(pl.col("rubric_version") + 1)
        self.make_again("scores__behaviours", date, pl.concat([rows, next_version]))

    def behaviour_weighs_more(self) -> None:
        date = self.lake.dates("rubrics__behaviours")[-1]
        rows = self.lake.scan("rubrics__behaviours", [date]).collect()
        self.make_again("rubrics__behaviours", date, rows.with_columns(weight=pl.col("weight") + 1))

    def transcripts_a_week_late(self) -> None:
        for table, rows in self.withheld.items():
            for date, of_date in rows.group_by("date"):
                self.make_again(table, date[0], of_date)


EDITS = [
    Restated.deal_edited_200_days_back,
    Restated.deal_deleted,
    Restated.deal_closes_tomorrow,
    Restated.export_loses_a_row,
    Restated.deal_has_another_customer,
    Restated.customer_is_renamed,
    Restated.contact_changes_employer,
    Restated.call_is_moved_to_another_day,
    Restated.meeting_is_cancelled,
    Restated.meeting_is_moved,
    Restated.quota_is_raised,
    Restated.session_is_heard_otherwise,
    Restated.deal_history_grows,
    Restated.opportunity_edited,
    Restated.opportunity_history_grows,
    Restated.split_is_shifted,
    Restated.contact_role_is_removed,
    Restated.account_of_the_other_crm_is_renamed,
    Restated.manager_changed_backdated,
    Restated.seat_begins_later,
    Restated.address_belongs_to_somebody_else,
    Restated.call_deleted,
    Restated.day_disappears,
    Restated.review_added,
    Restated.day_scored_again,
    Restated.day_scored_by_the_next_rubric,
    Restated.behaviour_weighs_more,
    Restated.transcripts_a_week_late,
]


def contents(warehouse: Path) -> dict[str, list[tuple[Any, ...]]]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        tables = connection.execute(
            "select schema_name, table_name from duckdb_tables() where schema_name != 'seeds'"
        ).fetchall()
        return {
            table: sorted(connection.execute(f'from {schema}."{table}"').fetchall(), key=repr)
            for schema, table in tables
            if table not in NOTES
        }


def kill_in(folder: Path, model: str) -> None:
    """Begin a build and kill its process once it has begun ``model``: others before it are done, this one is under way."""
    arguments = ["build", "--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT), "--threads", "1"]
    arguments += ["--target-path", str(folder / "target"), "--log-path", str(folder / "logs"), *MODELS]
    environment = {"SIDELINE_LAKE": str(folder / "lake"), "SIDELINE_WAREHOUSE": str(folder / "warehouse.duckdb")}
    build = subprocess.Popen(
        [str(Path(sys.executable).parent / "dbt"), *arguments, "--vars", f"{{as_of: '{AS_OF}'}}"],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | environment,
    )
    assert build.stdout is not None
    begun = any(f"START sql incremental model main.{model}" in line for line in build.stdout)
    build.send_signal(signal.SIGKILL)
    build.communicate()
    assert begun


@pytest.mark.parametrize("seed", range(1, 1 + HISTORIES))
def test_builds_after_edits_equal_one_from_nothing(tiny: Build, tmp_path: Path, seed: int) -> None:
    folder = tmp_path / "line"
    shutil.copytree(tiny.warehouse.parent / "lake", folder / "lake")
    history = Restated(Lake(str(folder / "lake")), seed)
    history.hold_calls_again()
    history.withhold(history.draw.choice(HELD_AGAIN))
    run_dbt(folder, "build", YESTERDAY, *MODELS)

    edits = history.draw.sample(EDITS, len(EDITS))
    for edit in edits[: len(edits) // 2]:
        edit(history)
    run_dbt(folder, "build", AS_OF, *MODELS)
    for edit in edits[len(edits) // 2 :]:
        edit(history)
    kill_in(folder, history.draw.choice(["fct_calls", "fct_behaviour_scores"]))
    run = contents(run_dbt(folder, "build", AS_OF, *MODELS).warehouse)

    shutil.copytree(folder / "lake", tmp_path / "fresh" / "lake")
    fresh = contents(run_dbt(tmp_path / "fresh", "build", AS_OF, *MODELS).warehouse)
    assert run.keys() == fresh.keys()
    assert [table for table in run if run[table] != fresh[table]] == []


def test_a_day_of_which_nothing_has_changed_is_not_built_again(tiny: Build, tmp_path: Path) -> None:
    shutil.copytree(tiny.warehouse.parent, tmp_path / "line")
    history = Restated(Lake(str(tmp_path / "line" / "lake")), seed=1)
    with duckdb.connect(str(tmp_path / "line" / "warehouse.duckdb")) as warehouse:
        warehouse.execute("update fct_calls set title = 'left alone'")
    history.make_again(
        "moments__calls",
        CALLS_ON,
        history.lake.scan("moments__calls", [CALLS_ON]).collect().with_columns(why=pl.lit("changed")),
    )
    build = run_dbt(tmp_path / "line", "build", AS_OF, *MODELS)
    assert set(build.rows("select distinct call_date from fct_calls where title != 'left alone'")) == {(CALLS_ON,)}
    assert build.value("select why from fct_moments") == "changed"


def test_a_model_built_by_another_version_of_the_project_is_built_from_nothing(tiny: Build, tmp_path: Path) -> None:
    shutil.copytree(tiny.warehouse.parent, tmp_path / "line")
    with duckdb.connect(str(tmp_path / "line" / "warehouse.duckdb")) as warehouse:
        warehouse.execute("update fct_calls set title = 'stale'; alter table fct_calls add column dropped integer")
        versions = warehouse.execute("select distinct project_version from intermediate.models_built").fetchall()
        warehouse.execute(
            "update intermediate.models_built set project_version = 'older' where model_name = 'fct_calls'"
        )
    assert [len(version) for (version,) in versions] == [32]
    build = run_dbt(tmp_path / "line", "build", AS_OF, *MODELS)
    assert build.value("select count(*) from fct_calls where title = 'stale'") == 0
    assert not build.rows("select 1 from duckdb_columns() where column_name = 'dropped'")
