"""A user's own sheets land where the CRM's and HR's exports would."""

from pathlib import Path

import pytest

from pipelines.ingest.exports import SourceConfigError
from pipelines.ingest.own_files import stage_own_files
from pipelines.ingest.source import LandReport, land
from pipelines.lake import Lake
from pipelines.settings import Settings

REPS = (
    "email,name,hire_date,manager\nAnn@X.com,Ann Lee,2025-01-06,boss@x.com\nbob@x.com,Bob Ray,2025-02-03,BOSS@x.com\n"
)
DEALS = (
    "deal_id,owner,amount,stage,close_date\n"
    '1,ann@x.com,"1,000",Closed Won,2026-03-31\n'
    "2,Bob Ray,500,Proposal,2026-08-01\n"
    "3,ANN@x.com,70,Closed - Lost,2026-05-01\n"
)
QUOTAS = "Rep E-mail;period_start;period_end;Quota\nANN@x.com;2026-01-01;2026-03-31;250,000\n"
CONFIG = '[columns.quotas]\nemployee_id = "Rep E-mail"\nquota_amount = "Quota"\n'


@pytest.fixture
def own(tmp_path: Path) -> Path:
    folder = tmp_path / "own"
    folder.mkdir()
    files = {"my deals.csv": DEALS, "people.csv": REPS, "targets.csv": QUOTAS, "sideline.toml": CONFIG}
    for name, content in files.items():
        (folder / name).write_text(content)
    return folder


def run(settings: Settings, own: Path) -> LandReport:
    assert settings.source_dir is not None
    stage_own_files(
        settings.source_dir, deals=own / "my deals.csv", reps=own / "people.csv", quotas=own / "targets.csv"
    )
    return land(settings)


def test_own_sheets_land_as_people_deals_and_quotas(settings: Settings, lake: Lake, own: Path) -> None:
    assert run(settings, own).is_clean
    people = lake.scan_raw("raw_hr__employees").collect().select("employee_id", "role").rows()
    assert people == [("ann@x.com", "rep"), ("bob@x.com", "rep"), ("boss@x.com", "manager")]
    assignments = lake.scan_raw("raw_hr__assignments").collect()
    assert assignments["manager_employee_id"].to_list() == ["boss@x.com", "boss@x.com"]
    assert lake.scan_raw("raw_quota__quotas").collect()["employee_id"].to_list() == ["ann@x.com"]
    owners = lake.scan_raw("raw_hubspot__owners").collect().select("id", "email").rows()
    assert owners == [("ann@x.com", "ann@x.com"), ("bob ray", None)]


def test_stages_are_closed_or_won_by_their_own_words(settings: Settings, lake: Lake, own: Path) -> None:
    run(settings, own)
    stages = lake.scan_raw("raw_hubspot__pipeline_stages").collect().select("stage_id", "is_closed", "is_won").rows()
    assert stages == [
        ("Closed Won", "true", "true"),
        ("Proposal", "false", "false"),
        ("Closed - Lost", "true", "false"),
    ]


def test_a_header_of_ones_own_is_named_with_the_line_that_maps_it(settings: Settings, own: Path) -> None:
    (own / "my deals.csv").write_text(DEALS.replace("owner", "Owner Email"))
    (bad,) = run(settings, own).bad_files
    assert bad.reason == (
        "column `owner` not found; did you mean `Owner Email`? map it in sideline.toml: "
        '[columns.deals] owner = "Owner Email"'
    )


def test_headers_of_a_crm_exported_by_hand_are_known(settings: Settings, lake: Lake, own: Path) -> None:
    (own / "my deals.csv").write_text(
        "Record ID,Owner,Amount,Deal Stage,Close Date,Create Date\n7,ann@x.com,10,Proposal,2026-05-01,2026-04-01\n"
    )
    (own / "people.csv").write_text("Full Name,E-Mail,Start Date\nAnn,ann@x.com,2025-01-06\n")
    assert run(settings, own).bad_files == ()
    assert lake.scan_raw("raw_hubspot__deals").collect()["id"].to_list() == ["7"]
    assert lake.scan_raw("raw_hr__employees").collect()["email"].to_list() == ["ann@x.com"]


def test_employee_ids_are_used_where_a_sheet_has_them(settings: Settings, lake: Lake, own: Path) -> None:
    (own / "people.csv").write_text(
        "employee_id,email,name,hire_date,manager,role\nE1,ann@x.com,Ann,2025-01-06,boss@x.com,\n"
        "E9,boss@x.com,Boss,2020-01-06,,manager\n"
    )
    run(settings, own)
    rows = lake.scan_raw("raw_hr__assignments").collect().select("employee_id", "manager_employee_id").rows()
    assert rows == [("E1", "E9"), ("E9", None)]


def test_a_file_under_another_name_replaces_the_one_before(settings: Settings, lake: Lake, own: Path) -> None:
    run(settings, own)
    (own / "my deals.csv").write_text(DEALS.replace("1,ann", "9,ann"))
    run(settings, own)
    assert sorted(lake.scan_raw("raw_hubspot__deals").collect()["id"]) == ["2", "3", "9"]


def test_what_is_not_given_any_more_leaves_the_folder(tmp_path: Path, own: Path) -> None:
    (own / "boss@x.com.ics").write_text("BEGIN:VCALENDAR\nEND:VCALENDAR\n")
    folder = stage_own_files(tmp_path / "staged", deals=own / "my deals.csv", calendar=own)
    assert (folder / "calendars" / "boss@x.com.ics").exists()
    stage_own_files(folder, reps=own / "people.csv")
    assert sorted(path.name for path in folder.rglob("*") if path.is_file()) == ["reps.csv", "sideline.toml"]


def test_a_file_that_is_not_there_is_a_configuration_error(tmp_path: Path) -> None:
    with pytest.raises(SourceConfigError, match="no such file"):
        stage_own_files(tmp_path / "staged", deals=tmp_path / "missing.csv")


def test_a_misspelt_file_is_told(settings: Settings, own: Path) -> None:
    run(settings, own)
    assert settings.source_dir is not None
    (settings.source_dir / "quota.csv").write_text(QUOTAS)
    assert [item.name for item in land(settings).ignored] == ["quota.csv"]
