"""Great Expectations suites: each has rows that it passes and rows that it fails, with an example to look at."""

import datetime as dt

import polars as pl
import pytest

from pipelines.contracts import PROVENANCE, RAW_TABLES
from pipelines.ingest.checks import run_suites, validate
from pipelines.ingest.expectations import Suite, suites
from pipelines.ingest.source import land
from pipelines.lake import Lake
from pipelines.settings import Settings

AS_OF = dt.date(2026, 6, 30)
GOOD: dict[str, dict[str, object]] = {
    "raw_hubspot__deals": {
        "id": "1",
        "amount": "12,500.50",
        "closedate": "2026-06-30T00:00:00Z",
        "deal_currency_code": "USD",
        "archived": "false",
    },
    "raw_quota__quotas": {
        "employee_id": "E1",
        "quota_amount": "250000",
        "period_start": "2026-04-01",
        "period_end": "2026-06-30",
        "quota_kind": "full",
        "is_overlay": "false",
    },
    "raw_hr__employees": {
        "employee_id": "E1",
        "email": "a@b.co",
        "hire_date": "2025-01-06",
        "leave_date": "2026-01-06",
    },
    "raw_hr__assignments": {"employee_id": "E1", "valid_from": "2025-01-06", "valid_to": "2025-03-31"},
    "raw_gong__calls": {
        "id": "1",
        "started": "2026-06-01T10:00:00-04:00",
        "duration_seconds": 1800.0,
        "scope": "External",
        "parties": '[{"id":"1"}]',
    },
    "raw_folder__recordings": {
        "call_id": "folder:1",
        "audio_sha256": "a",
        "started_at_rule": "sidecar",
        "call_kind": "external",
    },
}
# One broken row per rule; an empty value is null.
BAD: list[tuple[str, str, dict[str, object]]] = [
    ("raw_hubspot__deals", "every deal has an id", {"id": None}),
    ("raw_hubspot__deals", "an amount is a number and not negative", {"id": "2", "amount": "-5"}),
    ("raw_hubspot__deals", "a close date is a date", {"id": "3", "closedate": "next quarter"}),
    ("raw_hubspot__deals", "a currency is a code of three letters", {"id": "4", "deal_currency_code": "$"}),
    ("raw_hubspot__deals", "archived is true or false", {"id": "5", "archived": "maybe"}),
    ("raw_hubspot__deals", "a deal is exported once", {"id": "1"}),
    ("raw_quota__quotas", "a quota is a number and not negative", {"employee_id": "E2", "quota_amount": "tbd"}),
    ("raw_quota__quotas", "every quota has an amount", {"employee_id": "E3", "quota_amount": None}),
    ("raw_quota__quotas", "a period's start is a date (YYYY-MM-DD)", {"period_start": "01/04/2026"}),
    ("raw_quota__quotas", "a period ends on or after its start", {"employee_id": "E4", "period_end": "2026-01-01"}),
    ("raw_quota__quotas", "a person has one quota of a kind in a period", {}),
    ("raw_hr__employees", "an e-mail address looks like one", {"employee_id": "E2", "email": "nobody"}),
    ("raw_hr__employees", "nobody leaves before being hired", {"employee_id": "E3", "leave_date": "2024-01-01"}),
    (
        "raw_hr__assignments",
        "an assignment ends on or after its start",
        {"employee_id": "E2", "valid_to": "2024-01-01"},
    ),
    ("raw_gong__calls", "a call lasts between nothing and eight hours", {"id": "2", "duration_seconds": 90_000.0}),
    ("raw_gong__calls", "a call names at least one participant", {"id": "3", "parties": "[]"}),
    ("raw_gong__calls", "a call's start is a time", {"id": "4", "started": "Monday"}),
    ("raw_folder__recordings", "the same audio is one call", {"call_id": "folder:2"}),
    (
        "raw_folder__recordings",
        "a recording says when it was made",
        {"call_id": "folder:3", "started_at_rule": "as_of"},
    ),
]


def frame(table: str, rows: list[dict[str, object]]) -> pl.DataFrame:
    columns = {column: kind for column, kind in RAW_TABLES[table].items() if column not in PROVENANCE}
    return pl.DataFrame([dict.fromkeys(columns) | row for row in rows], schema=columns)


@pytest.fixture(scope="module")
def chosen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Suite]:
    lake = Lake(str(tmp_path_factory.mktemp("lake")))
    lake.create_tables()
    return {suite.table: suite for suite in suites(lake)}


@pytest.fixture(scope="module")
def good(chosen: dict[str, Suite]) -> pl.DataFrame:
    return validate([(suite, frame(table, [GOOD[table]])) for table, suite in chosen.items()], AS_OF)


@pytest.fixture(scope="module")
def bad(chosen: dict[str, Suite]) -> pl.DataFrame:
    broken = {
        table: [GOOD[table], *(GOOD[table] | change for name, _, change in BAD if name == table)] for table in chosen
    }
    return validate([(suite, frame(table, broken[table])) for table, suite in chosen.items()], AS_OF)


def test_good_rows_pass_every_suite(good: pl.DataFrame, chosen: dict[str, Suite]) -> None:
    assert good.filter(~pl.col("is_success")).is_empty()
    assert good.height == sum(len(suite.expectations) for suite in chosen.values())


@pytest.mark.parametrize(("table", "meaning", "change"), BAD)
def test_a_broken_row_fails_its_rule_and_is_counted(
    bad: pl.DataFrame, table: str, meaning: str, change: dict[str, object]
) -> None:
    (row,) = bad.filter((pl.col("table_name") == table) & (pl.col("meaning") == meaning)).to_dicts()
    assert not row["is_success"]
    assert row["unexpected_count"] >= 1


def test_a_failed_rule_shows_an_example(bad: pl.DataFrame) -> None:
    (row,) = bad.filter(pl.col("meaning") == "a quota is a number and not negative").to_dicts()
    assert (row["suite"], row["column_name"], row["example"]) == ("quotas", "quota_amount", "tbd")


def test_each_suite_has_a_failing_example(bad: pl.DataFrame) -> None:
    assert set(bad.filter(~pl.col("is_success"))["suite"]) == {"deals", "quotas", "people", "calls"}


def test_results_are_kept_and_not_computed_again_for_the_same_data(settings: Settings, lake: Lake) -> None:
    folder = settings.source_dir
    assert folder is not None
    (folder / "hr").mkdir(parents=True)
    (folder / "hr" / "employees.csv").write_text("employee_id,email,full_name,hire_date\nE1,a@b.co,Ann,2025-01-06\n")
    (folder / "quotas.csv").write_text(
        "employee_id,period_start,period_end,quota_amount\nE1,2026-04-01,2026-06-30,5\nE9,2026-04-01,2026-06-30,5\n"
    )
    land(settings)
    first = run_suites(settings)
    (unknown,) = first.filter(pl.col("meaning") == "a quota's person is on the HR sheet").to_dicts()
    assert (unknown["is_success"], unknown["example"], unknown["row_count"]) == (False, "E9", 2)
    kept = lake.path("checks__expectations", settings.as_of)
    assert pl.read_parquet(kept).equals(first)
    lake.write("checks__expectations", settings.as_of, first.head(1), inputs=lake.inputs("checks__expectations")[AS_OF])
    assert run_suites(settings).height == 1, "read, not run"
