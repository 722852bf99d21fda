"""`sideline doctor`: names what is missing, and says how old and how complete each source is; looks, changes nothing."""

import datetime as dt
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.doctor import Finding, completeness, set_up, sources
from pipelines.ingest.source import land
from pipelines.settings import Settings
from tests.fixtures.published_org import publish_rows, small_org

AS_OF = dt.date(2026, 6, 30)


def settings(data: Path, **given: object) -> Settings:
    return Settings(data_dir=data, as_of=AS_OF, _env_file=None, **given)  # type: ignore[arg-type]


def found(settings: Settings, subject: str) -> Finding:
    return next(finding for finding in [*set_up(settings), *completeness(settings)] if subject in finding.subject)


def test_a_missing_model_and_a_missing_source_are_named(tmp_path: Path) -> None:
    here = settings(tmp_path, asr_model=str(tmp_path / "no-such-model"), source_dir=tmp_path / "gone")
    assert found(here, "recogniser").verdict == "missing"
    assert found(here, "sources") == Finding("missing", "sources", f"no such folder: {tmp_path / 'gone'}")
    assert found(settings(tmp_path), "sources").verdict == "missing"


def test_bundled_weights_and_rubrics_are_checked(tmp_path: Path) -> None:
    here = settings(tmp_path)
    assert {
        found(here, name).verdict for name in ("recogniser", "speaker models", "text models", "sales_call.v5.yaml")
    } == {"ok"}
    broken = tmp_path / "broken.yaml"
    broken.write_text("id: x\n")
    assert found(settings(tmp_path, sales_rubric=broken), "broken.yaml").verdict == "missing"


def test_completeness_counts_what_the_marts_know(tmp_path: Path) -> None:
    assert found(settings(tmp_path), "published marts").verdict == "note"
    publish_rows(tmp_path, small_org())
    heard = found(settings(tmp_path), "1:1s heard")
    assert " of " in heard.detail


def test_an_empty_data_folder_has_no_rows_anywhere_and_stays_empty(tmp_path: Path) -> None:
    here = settings(tmp_path / "data")
    table = sources(here)
    assert table["rows"].sum() == 0
    assert table["without_it"].str.len_chars().min() > 0
    assert not (tmp_path / "data").exists()


def test_a_landed_source_tells_its_age(tmp_path: Path) -> None:
    exports = tmp_path / "exports"
    exports.mkdir()
    (exports / "quotas.csv").write_text(
        "employee_id,period_start,period_end,quota_amount,currency\ne1,2026-06-01,2026-06-30,1000,USD\n"
    )
    here = settings(tmp_path / "data", source_dir=exports)
    land(here)
    table = sources(here)
    quotas = table.filter(table["source"] == "quotas").row(0, named=True)
    assert (quotas["rows"], quotas["age_days"]) == (1, 29)


def test_the_command_prints_both_tables_and_ends_with_one_where_something_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIDELINE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("SIDELINE_AS_OF", AS_OF.isoformat())
    monkeypatch.setenv("COLUMNS", "200")
    told = CliRunner().invoke(app, ["doctor"])
    assert told.exit_code == 1
    assert "SIDELINE_SOURCE_DIR is not set" in told.output
    assert "Sources, as of 2026-06-30" in told.output
    assert f"{sys.version_info.major}.{sys.version_info.minor}" in told.output
