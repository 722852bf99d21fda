"""Every page, for every viewer, on full, tiny, empty and no marts; every number rebuilt by the SQL in its help."""

import io
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from dashboards.figure import Figure, format_value
from dashboards.figures import (
    call_review,
    coaching_and_quota,
    coaching_worth,
    cost_of_the_gap,
    data_health,
    other_evidence,
    overview,
    pulse,
    ramp,
    rep,
    shared,
    team,
    this_week,
)
from dashboards.reviews import open_store
from dashboards.survival import kaplan_meier
from dashboards.words import in_words
from pipelines.publish import current_path
from pipelines.settings import REPOSITORY, Settings
from tests.fixtures import published_org as org

APP = REPOSITORY / "dashboards" / "app.py"
PAGES = sorted(path.stem for path in (APP.parent / "app_pages").glob("*.py"))
MODULES = (
    call_review,
    coaching_and_quota,
    coaching_worth,
    cost_of_the_gap,
    data_health,
    other_evidence,
    overview,
    pulse,
    ramp,
    rep,
    shared,
    team,
    this_week,
)
FIGURES = [value for module in MODULES for value in vars(module).values() if isinstance(value, Figure)]
SQL = re.compile(r"```sql\n(.*)\n```", re.DOTALL)
# Shown as text and as fitted curves; their own tests are below and in test_survival.py.
WRITTEN_BY_HAND = {"What to try", "Scores", "Moments", "Still ramping by months in seat", "The verdict"}
SHOWN_TO = {"leader": None, "manager": "m1@acme.test", "rep": "r1@acme.test", "nobody": "stranger@acme.test"}


def open_page(page: str) -> AppTest:
    """One page on its own: the router costs as much again and is tested once."""
    return AppTest.from_file(str(APP.parent / "app_pages" / f"{page}.py"), default_timeout=60).run()


def failures(app: AppTest) -> list[str]:
    return [error.value for error in app.exception]


def test_the_router_leads_to_every_page(small_org: Settings) -> None:
    app = AppTest.from_file(str(APP), default_timeout=60).run()
    assert app.title[0].value == "Overview"
    titles = {app.switch_page(f"app_pages/{page}.py").run().title[0].value for page in PAGES}
    assert len(titles) == len(PAGES)


@pytest.mark.parametrize("viewer", SHOWN_TO)
@pytest.mark.parametrize("page", PAGES)
def test_a_page_opens_for_every_kind_of_viewer(
    small_org: Settings, monkeypatch: pytest.MonkeyPatch, page: str, viewer: str
) -> None:
    if email := SHOWN_TO[viewer]:
        monkeypatch.setenv("SIDELINE_VIEWER_EMAIL", email)
    app = open_page(page)
    assert not failures(app)
    assert "For coaching, not for employment decisions" in " ".join(caption.value for caption in app.caption)
    if viewer == "nobody":
        assert "nothing to show" in app.warning[0].value
        assert not app.metric
        assert not app.dataframe


@pytest.mark.parametrize("page", PAGES)
def test_a_page_without_any_marts_says_what_to_run(settings: Settings, page: str) -> None:
    app = open_page(page)
    assert not failures(app)
    assert "make demo" in app.info[0].value


@pytest.mark.parametrize("page", PAGES)
def test_a_page_on_empty_marts_shows_dashes_and_reasons(settings: Settings, page: str) -> None:
    org.publish_rows(settings.data_dir, {})
    app = open_page(page)
    assert not failures(app)
    assert {metric.value for metric in app.metric} <= {"–", "0"}
    assert app.info or app.metric


@pytest.mark.parametrize("page", PAGES)
def test_a_page_on_one_rep_with_calls_and_nothing_else_opens(settings: Settings, page: str) -> None:
    rows = org.small_org()
    org.publish_rows(settings.data_dir, {mart: rows[mart][:1] for mart in ("dim_reps", "fct_calls", "fct_rep_weeks")})
    assert not failures(open_page(page))


@pytest.mark.parametrize("page", ["overview", "coaching_and_quota", "team", "rep"])
def test_unheard_one_on_ones_are_said_to_leave_true_cadence_unknown(settings: Settings, page: str) -> None:
    rows = org.small_org()
    for session in rows["fct_coaching_sessions"]:
        session |= {"is_heard": False, "is_recorded": False, "coaching_minutes": None, "week_start": org.LAST_MONDAY}
    org.publish_rows(settings.data_dir, rows)
    shown = " ".join(info.value for info in open_page(page).info)
    assert "true cadence unknown, calendar cadence shown" in shown


@pytest.mark.parametrize("page", PAGES)
def test_every_number_on_a_page_is_rebuilt_by_the_sql_in_its_help(small_org: Settings, page: str) -> None:
    app = open_page(page)
    explained, rebuilt = rebuild_page(app, current_path(small_org.serve_dir))
    assert rebuilt
    assert explained - rebuilt <= WRITTEN_BY_HAND


@pytest.mark.parametrize("page", PAGES)
def test_every_number_on_the_demo_is_rebuilt_by_the_sql_in_its_help(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, page: str
) -> None:
    """On the marts of a real run, with nothing written there: reviews go to a store of this test."""
    demo = os.environ.get("DEMO_DATA_DIR")
    if not demo:
        pytest.skip("DEMO_DATA_DIR names no data folder of a demo run")
    monkeypatch.setenv("SIDELINE_DATA_DIR", demo)
    monkeypatch.setenv("SIDELINE_APP_STORE_URL", f"sqlite:///{tmp_path / 'app.db'}")
    app = open_page(page)
    assert not failures(app)
    explained, rebuilt = rebuild_page(app, current_path(Path(demo) / "serve"))
    assert explained - rebuilt <= WRITTEN_BY_HAND | {"What the time went to", "Quarantine"}


def test_curves_of_the_demo_are_those_of_the_mart() -> None:
    demo = os.environ.get("DEMO_DATA_DIR")
    if not demo:
        pytest.skip("DEMO_DATA_DIR names no data folder of a demo run")
    with duckdb.connect(str(current_path(Path(demo) / "serve")), read_only=True) as connection:
        curves = kaplan_meier(connection.execute(ramp.EPISODES.runnable_sql()).pl(), "segment")
        mart = connection.execute("select * from fct_ramp_survival where segment <> 'all'").pl()
    both = curves.join(mart, left_on=["group_name", "month"], right_on=["segment", "month_number"])
    assert both.height > 20
    assert both["at_risk_count"].to_list() == both["at_risk_count_right"].to_list()
    assert both["share"].to_list() == pytest.approx(both["share_still_ramping"].to_list())


def rebuild_page(app: AppTest, published: Path | None) -> tuple[set[str], set[str]]:
    """Run the SQL of each help text on the bare published file: titles with SQL, and those whose rows are the same."""
    explained, rebuilt = set(), set()
    elements = list(walk(app.main))
    for position, element in enumerate(elements):
        found = SQL.search(getattr(element.proto, "help", "") or "")
        if not found:
            continue
        with duckdb.connect(str(published), read_only=True) as connection:
            expected = connection.execute(found.group(1)).pl()
        if element.type == "metric":
            compare_metric(element, expected)
            explained.add(element.label)
            rebuilt.add(element.label)
        elif element.type == "subheader":
            explained.add(element.value)
            shown = next(filter(None, map(shown_rows, elements[position + 1 : position + 3])), None)
            told_empty = expected.is_empty() and elements[position + 1].type == "info"
            if told_empty or (shown is not None and compare_rows(shown, in_words(expected))):
                rebuilt.add(element.value)
    return explained, rebuilt


def walk(block: Any) -> Iterator[Any]:
    for child in block.children.values():
        if hasattr(child, "children"):
            yield from walk(child)
        else:
            yield child


def compare_metric(element: Any, expected: pl.DataFrame) -> None:
    figure = next(f for f in FIGURES if f.title == element.label and element.proto.help.startswith(f.meaning))
    value = expected["value"][0] if expected.height else None
    assert element.value == format_value(value, figure.format), element.label
    if "detail" in expected.columns and expected.height:
        assert element.delta == (expected["detail"][0] or ""), element.label


def shown_rows(element: Any) -> list[pl.DataFrame] | None:
    """Rows behind a table or chart; None for other elements."""
    if element.type == "dataframe":
        return [pl.from_pandas(element.value)]
    if element.type == "vega_lite_chart":
        return [pl.read_ipc_stream(io.BytesIO(dataset.data.data)) for dataset in element.proto.datasets]
    return None


def compare_rows(shown: list[pl.DataFrame], expected: pl.DataFrame) -> bool:
    """Whether one of the shown frames has the columns of the SQL; if so its rows must be the SQL's."""
    for frame in shown:
        columns = [name for name in expected.columns if name in frame.columns]
        if len(columns) >= 2:
            assert frame.height == expected.height
            for name in columns:
                left, right = frame[name].to_list(), expected[name].to_list()
                assert same(left, right), f"{name}: {left[:5]} is shown, {right[:5]} is computed"
            return True
    return False


def same(left: list[Any], right: list[Any]) -> bool:
    return all(
        (a is None and b is None)
        or (isinstance(a, float) and isinstance(b, int | float) and abs(a - b) <= 0.0051)  # shares show whole percents
        or str(a)[:10] == str(b)[:10]
        for a, b in zip(left, right, strict=True)
    )


def test_scores_and_moments_are_written_as_their_sql_gives_them(small_org: Settings) -> None:
    app = open_page("call_review")
    written = [element.value for element in walk(app.main) if element.type in ("markdown", "caption")]
    assert ":green-badge[Met] **Asks about budget**" in written
    assert ":orange-badge[Not met] **Sets a next step**" in written
    assert "“What budget is <b>set</b> aside?”" in written
    assert "**Budget** · rep  \n:gray[“What budget is set aside?”]" in written


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, "Weekly coaching and quota: +7.0 points (95 % interval −1.0 points to +15.0 points)"),
        (
            {"estimate": None, "verdict": "withhold", "caveat": "Only 3 managers."},
            "we cannot tell yet.** Only 3 managers.",
        ),
    ],
)
def test_the_verdict_on_coaching_is_told_in_words_and_a_withheld_one_has_no_number(
    settings: Settings, change: dict[str, object], said: str
) -> None:
    rows = org.small_org()
    rows["fct_estimates"][0] |= change
    org.publish_rows(settings.data_dir, rows)
    app = open_page("coaching_worth")
    boxes = [element.value for element in [*app.info, *app.warning, *app.success]]
    assert any(said in box for box in boxes)
    effect = next(metric for metric in app.metric if metric.label == "Effect of weekly coaching")
    assert effect.value == ("–" if change else "+7.0 points")


def test_what_if_follows_the_sliders_and_keeps_parts_apart(small_org: Settings) -> None:
    app = open_page("cost_of_the_gap")
    effect = next(slider for slider in app.slider if "points of attainment" in slider.label)
    effect.set_value(10.0).run()
    assert not failures(app)
    costs = next(frame for frame in map(shown_rows, walk(app.main)) if frame and "cost" in frame[0].columns)[0]
    by_part = dict(zip(costs["component"], costs["cost"], strict=True))
    # Two teams with 1,000,000 of quota behind missing coaching: x 10 points x margin .7.
    assert by_part["Coaching missing"] == pytest.approx(140_000)


def test_the_spread_of_managers_is_shown_without_their_names(small_org: Settings) -> None:
    app = open_page("coaching_worth")
    shown = [frame for frames in map(shown_rows, walk(app.main)) if frames for frame in frames]
    spread = next(frame for frame in shown if "manager_count" in frame.columns)
    assert set(spread.columns) == {"points_from", "manager_count"}


def test_the_curves_shown_are_those_of_the_episodes_in_the_help(small_org: Settings) -> None:
    app = open_page("ramp")
    shown = next(filter(None, (shown_rows(element) for element in walk(app.main) if element.type == "vega_lite_chart")))
    with duckdb.connect(str(current_path(small_org.serve_dir)), read_only=True) as connection:
        episodes = connection.execute(ramp.EPISODES.runnable_sql()).pl()
    expected = in_words(kaplan_meier(episodes, "segment"))
    assert any(compare_rows([frame], expected) for frame in shown)


def test_every_sql_runs_on_the_contracts_alone(settings: Settings) -> None:
    path = org.publish_rows(settings.data_dir, {})
    values = {
        "rep_id": "hr:r1",
        "manager_id": "hr:m1",
        "call_id": "folder:r1",
        "topic": "ramp",
        "rule": "x",
        "window_name": "last_quarter",
        "call_type": None,
        "only_audio": False,
        "only_open": False,
        "with_one_on_ones": True,
        "segment": "programme=p",
        "effect": 0.05,
        "margin": 0.7,
        "cost_of_a_leaver": 1000.0,
    }
    with duckdb.connect(str(path), read_only=True) as connection:
        for figure in FIGURES:
            connection.execute(figure.runnable_sql(**values)).fetchall()


def test_agreeing_with_a_score_is_stored_and_shown_again(small_org: Settings) -> None:
    app = open_page("call_review")
    review = next(group for group in app.segmented_control if "asks_budget" in str(group.key))
    review.set_value("Disagree").run()
    assert not failures(app)
    again = open_page("call_review")
    assert next(group for group in again.segmented_control if "asks_budget" in str(group.key)).value == "Disagree"


def test_a_moment_moves_the_player_and_marks_the_words(small_org: Settings) -> None:
    app = open_page("call_review")
    assert next(walk_audio(app)).proto.start_time == 0
    next(button for button in app.button if button.key and button.key.startswith("jump")).click().run()
    assert not failures(app)
    assert next(walk_audio(app)).proto.start_time == 42
    assert any("turn here" in element.proto.body for element in walk(app.main) if element.type == "html")


def walk_audio(app: AppTest) -> Iterator[Any]:
    return (element for element in walk(app.main) if element.type == "audio")


def test_a_call_of_somebody_else_is_not_opened_by_its_address(
    small_org: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIDELINE_VIEWER_EMAIL", "r1@acme.test")
    app = AppTest.from_file(str(APP.parent / "app_pages" / "call_review.py"), default_timeout=60)
    app.query_params["call_id"] = "folder:r2"
    app.run()
    assert "not yours to see" in app.warning[0].value


def test_a_blind_answer_is_asked_before_any_score_is_shown(small_org: Settings) -> None:
    app = AppTest.from_file(str(APP.parent / "app_pages" / "call_review.py"), default_timeout=60)
    # Opened and not seen: a page that was on the screen with its scores asks about another call.
    app.session_state["asked blind"] = {"call_id": "folder:r1", "sampled_by": "random"}
    app.run()
    assert not failures(app)
    assert not app.tabs and not [one for one in walk(app.main) if "badge" in str(getattr(one, "value", ""))]
    budget = next(group for group in app.segmented_control if group.label == "Asks about budget")
    budget.set_value("Not met")
    next(button for button in app.button if button.label.startswith("Save")).click().run()
    assert not failures(app)
    stored = open_store(small_org.app_store).reviews()
    assert stored.select("behaviour_id", "verdict", "is_blind", "sampled_by").rows() == [
        ("asks_budget", "not_met", "true", "random")
    ]
    assert len(app.tabs) == 3


def test_a_call_whose_scores_were_shown_is_not_drawn(small_org: Settings) -> None:
    app = open_page("call_review")
    seen = set(app.session_state["scores seen"])
    assert seen
    next(button for button in app.button if button.label == "Answer a call blind").click().run()
    assert not failures(app)
    asked = app.session_state["asked blind"]["call_id"] if "asked blind" in app.session_state else None
    assert asked not in seen
