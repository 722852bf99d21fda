"""This week and the rep's feed: what each role sees of them, and that clicks reach the store, once and only one's own."""

import pytest
from streamlit.testing.v1 import AppTest

from dashboards import outcomes
from dashboards.data import open_marts
from dashboards.reviews import open_store
from pipelines.settings import REPOSITORY, Settings
from tests.fixtures import published_org as org

PAGES = REPOSITORY / "dashboards" / "app_pages"
EVERY_ROLE = {
    # address: managers whose queue is seen, reps whose corrections are seen
    "r1@acme.test": (set(), {"hr:r1"}),
    "r2@acme.test": (set(), set()),
    "m1@acme.test": ({"hr:m1"}, {"hr:r1"}),
    "m2@acme.test": ({"hr:m2"}, {"hr:r4"}),
    "l1@acme.test": ({"hr:m1", "hr:m2"}, {"hr:r1", "hr:r4"}),
    "stranger@acme.test": (set(), set()),
}


def open_page(name: str) -> AppTest:
    return AppTest.from_file(str(PAGES / f"{name}.py"), default_timeout=60).run()


def everything_written(app: AppTest) -> str:
    blocks = [*app.markdown, *app.caption, *app.text, *app.info, *app.subheader]
    tables = [frame.value.to_csv() for frame in app.dataframe]
    return "\n".join([*(str(block.value) for block in blocks), *tables, *(box.label for box in app.expander)])


@pytest.mark.parametrize("email", EVERY_ROLE)
def test_every_role_sees_the_queues_and_corrections_that_are_theirs(small_org: Settings, email: str) -> None:
    managers, reps = EVERY_ROLE[email]
    marts = open_marts(small_org, email)
    assert set(marts.frame("select manager_id from fct_manager_queue")["manager_id"]) == managers
    assert set(marts.frame("select rep_id from fct_corrections")["rep_id"]) == reps
    assert set(marts.frame("select rep_id from fct_deal_risks")["rep_id"]) == reps


@pytest.mark.parametrize("email", EVERY_ROLE)
@pytest.mark.parametrize("page", ["this_week", "rep"])
def test_no_page_of_the_loop_names_anybody_else(
    small_org: Settings, monkeypatch: pytest.MonkeyPatch, email: str, page: str
) -> None:
    monkeypatch.setenv("SIDELINE_VIEWER_EMAIL", email)
    app = open_page(page)
    assert not app.exception
    managers, reps = EVERY_ROLE[email]
    written = everything_written(app)
    for manager, rep in (("hr:m1", "hr:r1"), ("hr:m2", "hr:r4")):
        if rep not in reps:
            assert rep not in written
        if manager not in managers:
            assert f"About {rep}." not in written


def test_a_rep_sees_a_correction_first_and_the_manager_three_days_later(settings: Settings) -> None:
    org.publish_rows(settings.data_dir, org.small_org())
    sql = "select behaviour_id, sequence_number from fct_corrections where rep_id = 'hr:r1' order by all"
    fresh = ("asks_budget", 1)
    assert fresh in open_marts(settings, "r1@acme.test").frame(sql).rows()
    assert fresh not in open_marts(settings, "m1@acme.test").frame(sql).rows()
    assert ("sets_next_step", 2) in open_marts(settings, "m1@acme.test").frame(sql).rows()


def test_a_queue_is_not_seen_by_the_rep_it_is_about_nor_by_the_manager_they_go_to(settings: Settings) -> None:
    rows = org.small_org()
    rows["dim_reps"][0] |= {"manager_id": "hr:m2"}
    org.publish_rows(settings.data_dir, rows)
    sql = "select count(*) from fct_manager_queue where rep_id = 'hr:r1'"
    assert open_marts(settings, "r1@acme.test").frame(sql).item() == 0
    assert open_marts(settings, "m2@acme.test").frame(sql).item() == 0
    assert open_marts(settings, "m1@acme.test").frame(sql).item() == 2


def test_an_outcome_with_its_reason_is_stored_and_shown_again(
    small_org: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIDELINE_VIEWER_EMAIL", "m1@acme.test")
    app = open_page("this_week")
    app.segmented_control(key="outcome hr:m1-1").set_value("Wrong").run()
    app.text_input(key="reason hr:m1-1").input("He does this well in person").run()
    assert not app.exception
    stored = open_store(small_org.app_store).queue_outcomes()
    assert stored["outcome"].to_list() == ["wrong", "wrong"]
    assert set(stored["recorded_by"]) == {"m1@acme.test"}
    assert outcomes.outcomes(small_org) == {"hr:m1-1": ("wrong", "He does this well in person")}
    assert any(box.label.endswith("Wrong") for box in open_page("this_week").expander)


@pytest.mark.parametrize("email", ["r1@acme.test", "m2@acme.test", "stranger@acme.test"])
def test_nobody_says_what_became_of_an_item_that_is_not_theirs(small_org: Settings, email: str) -> None:
    with pytest.raises(PermissionError):
        outcomes.save_outcome(small_org, open_marts(small_org, email), "hr:m1-1", "done")
    assert open_store(small_org.app_store).queue_outcomes().is_empty()


def test_only_the_rep_acknowledges_a_correction_and_the_button_then_goes(
    small_org: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for email in ("m1@acme.test", "l1@acme.test", "r2@acme.test"):
        with pytest.raises(PermissionError):
            outcomes.acknowledge_correction(small_org, open_marts(small_org, email), "hr:r1#sets_next_step#1", 2)
    monkeypatch.setenv("SIDELINE_VIEWER_EMAIL", "r1@acme.test")
    app = open_page("rep")
    buttons = [button for button in app.button if button.key and button.key.startswith("seen ")]
    assert len(buttons) == 2
    app = buttons[0].click().run()
    assert len([button for button in app.button if button.key and button.key.startswith("seen ")]) == 1
    stored = open_store(small_org.app_store).correction_acknowledgements()
    assert stored["employee_email"].to_list() == ["r1@acme.test"]


def test_the_feed_is_kind_first_quotes_and_says_what_to_try(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = org.small_org()
    for score in rows["fct_behaviour_scores"]:
        score |= {"call_date": org.LAST_MONDAY}
    org.publish_rows(settings.data_dir, rows)
    monkeypatch.setenv("SIDELINE_VIEWER_EMAIL", "r1@acme.test")
    app = open_page("rep")
    headlines = [block.value for block in app.markdown if block.value.startswith("**")]
    assert headlines[0] == "**Done well: Asks about budget**"
    texts = [block.value for block in app.text]
    assert "“What budget is <b>set</b> aside?”" in texts[0]
    assert any("One thing to try: " in text for text in texts[1:])
    assert any("You show it in 25% of chances, our top performers in 90%." in block.value for block in app.caption)


def test_a_rep_can_stop_the_monday_message(small_org: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIDELINE_VIEWER_EMAIL", "r1@acme.test")
    app = open_page("rep")
    app.toggle(key="monday message").set_value(False).run()
    assert open_store(small_org.app_store).unsubscribed() == {"r1@acme.test"}
    open_page("rep").toggle(key="monday message").set_value(True).run()
    assert open_store(small_org.app_store).unsubscribed() == frozenset()


@pytest.mark.parametrize(
    ("email", "page", "address"),
    [
        ("m1@acme.test", "this_week", "To m1@acme.test"),
        ("r1@acme.test", "rep", "To r1@acme.test"),
        ("l1@acme.test", "rep", "To r1@acme.test"),
        ("m1@acme.test", "rep", None),  # the manager sees a correction three days later, so not the rep's message
    ],
)
def test_the_monday_message_is_shown_to_whom_it_goes(
    small_org: Settings, monkeypatch: pytest.MonkeyPatch, email: str, page: str, address: str | None
) -> None:
    monkeypatch.setenv("SIDELINE_VIEWER_EMAIL", email)
    app = open_page(page)
    assert not app.exception
    to = [caption.value for caption in app.caption if caption.value.startswith("To ")]
    assert [one.split(" · ")[0] for one in to] == ([address] if address else [])
