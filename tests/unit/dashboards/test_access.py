"""Who sees which rows: every role on every mart, through the same door the pages use."""

import duckdb
import pytest

from dashboards.access import LOCAL, MANAGER_TABLES, Viewer, identify, row_filter
from dashboards.data import Marts, open_marts
from pipelines.settings import Settings
from tests.fixtures import published_org as org

PEOPLE_MARTS = sorted(
    mart for mart, columns in org.mart_columns().items() if "rep_id" in columns and mart not in MANAGER_TABLES
)
TEAM_MARTS = (
    "fct_manager_weeks",
    "fct_coverage",
    "fct_perception",
    "fct_gap_cost",
    "dim_managers",
    "fct_manager_queue",
)


def seen(marts: Marts, mart: str, column: str) -> set[str]:
    return set(marts.frame(f"select distinct {column} from {mart}").to_series().drop_nulls())


@pytest.mark.parametrize(
    ("email", "role"),
    [
        ("r1@acme.test", "rep"),
        ("  R1@Acme.test ", "rep"),
        ("m1@acme.test", "manager"),
        ("l1@acme.test", "leader"),
        ("enablement@acme.test", "leader"),
        ("stranger@acme.test", "nobody"),
        ("", "nobody"),
    ],
)
def test_an_address_has_the_role_hr_gives_it(small_org: Settings, email: str, role: str) -> None:
    settings = small_org.model_copy(update={"leader_emails": ("Enablement@acme.test",)})
    assert open_marts(settings, email).viewer.role == role


def test_without_login_and_viewer_everything_is_shown_and_said_so(small_org: Settings) -> None:
    viewer = open_marts(small_org, None).viewer
    assert viewer == LOCAL
    assert "every row is shown" in viewer.description


def test_a_manager_to_whom_nobody_reports_yet_is_no_leader(settings: Settings) -> None:
    rows = org.small_org()
    rows["dim_managers"].append(
        {"manager_id": "hr:new", "email": "new@acme.test", "level": "leader", "is_active": True}
    )
    org.publish_rows(settings.data_dir, rows)
    assert open_marts(settings, "new@acme.test").viewer.role == "manager"


@pytest.mark.parametrize("mart", PEOPLE_MARTS)
def test_a_rep_sees_own_rows_only(small_org: Settings, mart: str) -> None:
    everybody = seen(open_marts(small_org, None), mart, "rep_id")
    assert seen(open_marts(small_org, "r1@acme.test"), mart, "rep_id") == everybody & {"hr:r1"}


@pytest.mark.parametrize("mart", PEOPLE_MARTS)
def test_a_manager_sees_the_current_team_only(small_org: Settings, mart: str) -> None:
    everybody = seen(open_marts(small_org, None), mart, "rep_id")
    assert seen(open_marts(small_org, "m1@acme.test"), mart, "rep_id") == everybody & {"hr:r1", "hr:r2", "hr:r3"}


def test_a_manager_no_longer_sees_a_rep_who_left_the_team_or_the_company(settings: Settings) -> None:
    rows = org.small_org()
    rows["dim_reps"][0]["manager_id"] = "hr:m2"
    rows["dim_reps"][1]["is_active"] = False
    org.publish_rows(settings.data_dir, rows)
    marts = open_marts(settings, "m1@acme.test")
    assert seen(marts, "fct_calls", "rep_id") == {"hr:r3"}
    assert seen(marts, "fct_coaching_sessions", "rep_id") == {"hr:r3"}


@pytest.mark.parametrize("mart", TEAM_MARTS)
def test_marts_of_teams_show_a_manager_one_team_and_a_rep_none(small_org: Settings, mart: str) -> None:
    column = "manager_id" if "manager_id" in org.mart_columns()[mart] else "team_id"
    own = {"manager_id": {"hr:m1"}, "team_id": {"team-1"}}[column]
    assert seen(open_marts(small_org, "m1@acme.test"), mart, column) == own
    assert seen(open_marts(small_org, "r1@acme.test"), mart, column) == set()
    assert seen(open_marts(small_org, "l1@acme.test"), mart, column) > own


def test_rows_known_by_their_session_only_follow_the_session(small_org: Settings) -> None:
    marts = open_marts(small_org, "r1@acme.test")
    assert seen(marts, "fct_coaching_minutes_by_kind", "session_id") == {"folder:s-r1"}


@pytest.mark.parametrize(
    "mart", ["fct_cadence_attainment", "fct_ramp_survival", "fct_data_quality", "fct_estimates", "fct_manager_effects"]
)
@pytest.mark.parametrize("email", ["r1@acme.test", "m1@acme.test", "stranger@acme.test"])
def test_company_wide_marts_are_for_leaders(small_org: Settings, mart: str, email: str) -> None:
    assert open_marts(small_org, email).frame(f"select * from {mart}").is_empty()
    assert not open_marts(small_org, "l1@acme.test").frame(f"select * from {mart}").is_empty()


def test_a_stranger_sees_no_row_of_any_mart_about_people(small_org: Settings) -> None:
    marts = open_marts(small_org, "stranger@acme.test")
    assert all(marts.frame(f"select * from {mart}").is_empty() for mart in (*PEOPLE_MARTS, *TEAM_MARTS))


def test_a_mart_that_no_rule_names_is_hidden_from_everyone_but_leaders() -> None:
    for role in ("rep", "manager", "nobody"):
        assert row_filter("fct_new", ["amount"], Viewer(role, "x", "hr:r1", "hr:m1")) == "false"
    assert row_filter("fct_new", ["amount"], LOCAL) == "true"


def test_manager_effects_are_hidden_from_managers_even_their_own() -> None:
    assert row_filter("fct_manager_effects", ["manager_id"], Viewer("manager", "x", None, "hr:m1")) == "false"


def test_a_quote_in_an_id_cannot_widen_a_filter() -> None:
    viewer = Viewer("rep", "x", rep_id="hr:' or true --")
    assert "hr:'' or true --" in row_filter("fct_calls", ["rep_id"], viewer)


def test_people_are_found_before_their_marts_exist() -> None:
    with duckdb.connect(":memory:") as connection:
        connection.execute("attach ':memory:' as published")
        assert identify(connection, "r1@acme.test", ()).role == "nobody"
