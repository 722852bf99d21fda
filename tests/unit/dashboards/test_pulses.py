"""The page Pulse: who is asked, for which quarter, once; and what is said reaches the store without a name."""

import datetime as dt

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from dashboards import pulses
from dashboards.access import LOCAL, Viewer
from dashboards.reviews import open_store
from pipelines.settings import REPOSITORY, Settings

QUARTERS = pl.DataFrame(
    {"quarter_start": [dt.date(2026, 4, 1), dt.date(2026, 1, 1)], "label": ["FY2026 Q2", "FY2026 Q1"]}
)
PAGE = REPOSITORY / "dashboards" / "app_pages" / "pulse.py"


def open_page() -> AppTest:
    return AppTest.from_file(str(PAGE), default_timeout=60).run()


@pytest.mark.parametrize(
    ("today", "name"), [("2026-04-01", "FY2026 Q1"), ("2026-04-14", "FY2026 Q1"), ("2026-04-15", "FY2026 Q2")]
)
def test_a_quarter_is_asked_about_until_its_answers_are_released(today: str, name: str) -> None:
    assert pulses.quarter_asked_about(QUARTERS, dt.date.fromisoformat(today)) == (
        QUARTERS.filter(pl.col("label") == name)["quarter_start"][0],
        name,
    )


def test_nothing_is_asked_where_no_quarter_is_open() -> None:
    assert pulses.quarter_asked_about(QUARTERS, dt.date(2026, 9, 1)) is None
    assert pulses.quarter_asked_about(QUARTERS.clear(), dt.date(2026, 4, 1)) is None


@pytest.mark.parametrize(
    ("viewer", "kind"),
    [
        (LOCAL, None),
        (Viewer("leader", "ceo@acme.test"), None),
        (Viewer("manager", "m1@acme.test", rep_id="hr:r9", manager_id="hr:m1"), "leader"),
        (Viewer("rep", "r1@acme.test", rep_id="hr:r1"), "rep"),
    ],
)
def test_who_is_asked(settings: Settings, viewer: Viewer, kind: str | None) -> None:
    assert pulses.respondent_kind(viewer) == kind
    if kind is None:
        with pytest.raises(PermissionError):
            pulses.save(settings, viewer, "t1", dt.date(2026, 4, 1), {"coaching_quality": 3})


def test_a_rep_answers_on_the_page_once_and_unnamed(small_org: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIDELINE_VIEWER_EMAIL", "r1@acme.test")
    app = open_page()
    assert any("without your name" in caption.value for caption in app.caption)
    app.button[0].click().run()
    assert "both questions" in app.warning[0].value
    app.segmented_control[0].set_value(4)
    app.number_input[0].set_value(25)
    app.button[0].click().run()
    assert "You have answered" in app.success[0].value
    with open_store(small_org.app_store).session() as session:
        dump = "\n".join(session.connection().connection.iterdump())  # type: ignore[attr-defined]
    answers = [line for line in dump.splitlines() if line.startswith('INSERT INTO "pulses"')]
    assert len(answers) == 2
    assert not any("acme.test" in line for line in answers)
    assert "You have answered" in open_page().success[0].value


def test_a_manager_answers_for_the_team_and_sees_what_came_back(
    small_org: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIDELINE_VIEWER_EMAIL", "m1@acme.test")
    app = open_page()
    app.segmented_control[0].set_value(5)
    app.number_input[0].set_value(40)
    app.button[0].click().run()
    assert not app.exception
    kinds = open_store(small_org.app_store).pulse_aggregates(dt.date(2027, 1, 1))["respondent_kind"]
    assert set(kinds) == {"leader"}
    assert "What came back" in [heading.value for heading in app.subheader]
