"""Landing: what is new lands whole and once, whatever happens in between."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from pytest_socket import disable_socket, enable_socket

from pipelines.contracts import RAW_TABLES
from pipelines.ingest import raw_lake
from pipelines.ingest.exports import Batch, SourceConfigError
from pipelines.ingest.source import CONNECTORS, land
from pipelines.lake import Lake
from pipelines.settings import Settings
from tests.unit.ingest.conftest import QUOTAS, deal, json_lines

Write = Callable[[str, str | bytes], Path]


def ids(lake: Lake, table: str = "raw_hubspot__deals", column: str = "id") -> list[str]:
    return sorted(lake.scan_raw(table).collect()[column])


def test_a_source_that_is_not_there_lands_nothing(settings: Settings) -> None:
    report = land(settings)
    assert (report.rows, report.load_id, report.is_clean) == ({}, None, True)


def test_landed_tables_have_exactly_the_columns_of_the_contract(settings: Settings, lake: Lake, write: Write) -> None:
    write("hubspot/deals.jsonl", json_lines([deal(1)]))
    land(settings)
    for table in ("raw_hubspot__deals", "raw_hubspot__deal_property_history", "raw_ingest__files"):
        files = [path for path in Path(lake.path(table)).glob("*.parquet") if path.name != "_schema.parquet"]
        assert pl.read_parquet_schema(files[0]) == RAW_TABLES[table], table


def test_an_unchanged_file_lands_nothing_and_a_changed_one_lands_whole(
    settings: Settings, lake: Lake, write: Write
) -> None:
    write("hubspot/deals.jsonl", json_lines([deal(1), deal(2)]))
    assert land(settings).rows["raw_hubspot__deals"] == 2
    second = land(settings)
    assert (second.rows, second.load_id, second.unchanged) == ({}, None, ("hubspot/deals.jsonl",))
    write("hubspot/deals.jsonl", json_lines([deal(1), deal(2, amount="5"), deal(3)]))
    assert land(settings).rows["raw_hubspot__deals"] == 3
    assert lake.scan("raw_hubspot__deals").collect().height == 5
    assert ids(lake) == ["1", "2", "3"]


def test_a_line_deleted_in_a_newer_export_disappears(settings: Settings, lake: Lake, write: Write) -> None:
    write("hubspot/deals.jsonl", json_lines([deal(1), deal(2)]))
    land(settings)
    write("hubspot/deals.jsonl", json_lines([deal(2)]))
    land(settings)
    assert ids(lake) == ["2"]
    assert ids(lake, "raw_hubspot__deal_associations", "deal_id") == ["2"]


def test_rows_disappear_even_when_a_newer_export_has_none(settings: Settings, lake: Lake, write: Write) -> None:
    write("quotas.csv", QUOTAS + "E1,2026-04-01,2026-06-30,100,USD,full,false\n")
    land(settings)
    write("quotas.csv", QUOTAS)
    land(settings)
    assert ids(lake, "raw_quota__quotas", "employee_id") == []


def test_a_file_that_is_no_longer_there_keeps_its_last_rows(settings: Settings, lake: Lake, write: Write) -> None:
    path = write("hubspot/deals.jsonl", json_lines([deal(1)]))
    land(settings)
    path.unlink()
    land(settings)
    assert ids(lake) == ["1"]


def test_a_load_that_died_before_it_was_complete_counts_for_nothing_and_is_repeated(
    settings: Settings, lake: Lake, write: Write
) -> None:
    write("hubspot/deals.jsonl", json_lines([deal(1)]))
    land(settings)
    for path in Path(lake.root, "_dlt_loads").glob("sideline*.jsonl"):
        path.unlink()  # dlt writes this last: without it the load died
    assert ids(lake) == []
    assert land(settings).rows["raw_hubspot__deals"] == 1
    assert ids(lake) == ["1"]
    assert lake.scan("raw_hubspot__deals").collect().height == 1, "the dead load's file is gone"


def test_a_run_that_fails_before_the_load_leaves_nothing_behind(settings: Settings, lake: Lake, write: Write) -> None:
    def fail() -> None:
        raise OSError("disk full")

    batch = ("x", Batch("raw_hubspot__deals", pl.DataFrame({"id": ["9"], "_source_row": [0]})))
    with pytest.raises(OSError, match="disk full"):
        raw_lake.load(lake, settings.data_dir / "dlt", iter([batch]), before_load=fail)
    write("hubspot/deals.jsonl", json_lines([deal(1)]))
    land(settings)
    assert ids(lake) == ["1"]


def test_losing_the_lake_lands_everything_again(settings: Settings, lake: Lake, write: Write) -> None:
    write("hubspot/deals.jsonl", json_lines([deal(1)]))
    land(settings)
    Path(lake.root).rename(settings.data_dir / "lost")
    land(settings)
    assert ids(lake) == ["1"]


def test_landing_calls_nobody(settings: Settings, write: Write) -> None:
    write("hubspot/deals.jsonl", json_lines([deal(1)]))
    disable_socket()
    try:
        assert land(settings).rows
    finally:
        enable_socket()


def test_a_folder_whose_name_dlt_would_change_still_receives_the_load(
    tmp_path: Path, settings: Settings, write: Write
) -> None:
    write("hubspot/deals.jsonl", json_lines([deal(1)]))
    elsewhere = settings.model_copy(update={"lake_url": str(tmp_path / "My Lake-2")})
    land(elsewhere)
    assert ids(Lake(elsewhere.lake)) == ["1"]


def test_a_mended_file_leaves_the_quarantine_of_the_day(settings: Settings, lake: Lake, write: Write) -> None:
    write("quotas.csv", "")
    write("hubspot/deals.jsonl", json_lines([deal(1)]) + "{cut")
    report = land(settings)
    assert [file.name for file in report.bad_files] == ["quotas.csv"]
    assert lake.scan("quarantine__rows").collect()["source_row"].to_list() == [1]
    assert (settings.quarantine_dir / "ingest" / "quotas.csv.reason.txt").read_text() == "the file is empty (0 bytes)\n"
    first = lake.scan("quarantine__rows").collect()
    land(settings)
    assert lake.scan("quarantine__rows").collect().equals(first), "an unchanged file keeps its rows there"
    write("quotas.csv", QUOTAS)
    write("hubspot/deals.jsonl", json_lines([deal(1)]))
    assert land(settings).is_clean
    assert lake.scan("quarantine__rows").collect().is_empty()
    assert lake.scan("quarantine__files").collect().is_empty()


def test_the_same_bad_input_gives_the_same_quarantine_rows(settings: Settings, lake: Lake, write: Write) -> None:
    write("quotas.csv", QUOTAS + "E1,2026\nE1,2026\n")
    land(settings)
    before = lake.scan("quarantine__rows").collect()
    for path in Path(lake.root, "_dlt_loads").glob("sideline*.jsonl"):
        path.unlink()
    land(settings)
    assert lake.scan("quarantine__rows").collect().equals(before)
    assert before["row_id"].n_unique() == 2, "two equal bad rows are two rows"


def test_files_speech_put_into_quarantine_stay(settings: Settings, lake: Lake) -> None:
    day = settings.as_of
    row = {"date": day, "file_name": "a.wav", "sha256": "0", "byte_count": 1, "stage": "speech", "reason": "text"}
    lake.write("quarantine__files", day, pl.DataFrame([row]))
    land(settings)
    assert lake.scan("quarantine__files").collect()["stage"].to_list() == ["speech"]


def test_a_broken_sideline_toml_is_a_configuration_error(settings: Settings, write: Write) -> None:
    write("sideline.toml", "[columns.quotas\n")
    with pytest.raises(SourceConfigError, match=r"sideline\.toml"):
        land(settings)


def test_a_mapping_that_changes_lands_the_file_again(settings: Settings, lake: Lake, write: Write) -> None:
    write("quotas.csv", "employee_id,period_start,period_end,Quota\nE1,2026-04-01,2026-06-30,100\n")
    (bad,) = land(settings).bad_files
    assert bad.reason == (
        "column `quota_amount` not found; did you mean `Quota`? map it in sideline.toml: "
        '[columns.quotas] quota_amount = "Quota"'
    )
    write("sideline.toml", '[columns.quotas]\nquota_amount = "Quota"\n')
    assert land(settings).is_clean
    assert lake.scan_raw("raw_quota__quotas").collect()["quota_amount"].to_list() == ["100"]


def test_every_connector_lands_in_tables_of_the_contract() -> None:
    tables = [table for connector in CONNECTORS for table in connector.TABLES]
    raw = set(RAW_TABLES) - {"raw_ingest__files"}
    assert set(tables) == raw


def test_calendars_land_again_when_the_month_turns_and_not_before(settings: Settings, write: Write) -> None:
    write(
        "calendars/m@x.com.ics",
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nDTSTART:20260601T100000Z\nDTEND:20260601T103000Z\n"
        "END:VEVENT\nEND:VCALENDAR\n",
    )
    land(settings)
    next_day = settings.model_copy(update={"as_of": dt.date(2026, 7, 1)})
    assert land(next_day).rows == {}
    later = settings.model_copy(update={"as_of": dt.date(2026, 7, 31)})
    assert land(later).rows == {"raw_calendar__events": 1}
