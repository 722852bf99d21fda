"""What people say on the page reaches the app store, signed and once."""

import polars as pl
import pytest

from dashboards import reviews
from dashboards.access import LOCAL, Viewer
from pipelines.settings import Settings

MANAGER = Viewer("manager", "m1@acme.test", manager_id="hr:m1")
REP = Viewer("rep", "r1@acme.test", rep_id="hr:r1")
SCORE = {"call_id": "folder:r1", "rubric_id": "sales_call", "rubric_version": 1}


def test_the_newest_verdict_of_the_viewer_counts_and_is_dated_within_the_as_of_day(settings: Settings) -> None:
    reviews.save_reviews(settings, MANAGER, **SCORE, verdicts={"asks_budget": "agree"})
    reviews.save_reviews(settings, LOCAL, **SCORE, verdicts={"asks_budget": "agree"})
    reviews.save_reviews(settings, MANAGER, **SCORE, verdicts={"asks_budget": "not_applicable"})
    assert reviews.own_verdicts(settings, MANAGER, "folder:r1") == {
        ("sales_call", "1", "asks_budget"): "not_applicable"
    }
    stored = reviews.open_store(settings.app_store).reviews()
    assert stored.height == 3
    assert set(stored["reviewer_email"]) == {"m1@acme.test", "local"}
    assert stored["reviewed_at"].str.starts_with("2026-06-30T").all()


def test_a_rep_cannot_review_but_can_acknowledge(settings: Settings) -> None:
    with pytest.raises(PermissionError):
        reviews.save_reviews(settings, REP, **SCORE, verdicts={"asks_budget": "agree"})
    reviews.acknowledge(settings, REP, "folder:r1")
    store = reviews.open_store(settings.app_store)
    assert store.reviews().is_empty()
    assert store.acknowledgements()["employee_email"].to_list() == ["r1@acme.test"]


@pytest.mark.parametrize("other", ["customer", "manager"])
def test_swapped_roles_are_stored_for_both_sides_and_unknown_speakers_left_alone(
    settings: Settings, other: str
) -> None:
    utterances = pl.DataFrame({"speaker": ["s0", "s1", "s2", "s0"], "role": ["rep", other, "unknown", "rep"]})
    assert reviews.swap_roles(settings, MANAGER, "folder:r1", utterances) == 2
    corrections = reviews.open_store(settings.app_store).role_corrections()
    assert dict(corrections.select("speaker", "role").iter_rows()) == {"s0": other, "s1": "rep"}
