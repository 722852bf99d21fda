"""What a rep is told: at most two sentences, quoted, kind, and never a reminder without its reason."""

import pytest

from pipelines.coaching import feed

ROW = {
    "behaviour_id": "asks_budget",
    "behaviour": "Asks about budget",
    "state": "resurfaced",
    "reason": "Shown again: met 1 of 3 opportunities since.",
    "nudge_count": 2,
    "rep_rate": 0.25,
    "top_performers_rate": 0.9,
    "call_id": "gong:1",
    "title": "Demo",
    "call_date": "2026-06-24",
    "quote": "that is a lot of money",
    "start_seconds": 75.0,
}
TRY = {"asks_budget": "Ask early and plainly."}


@pytest.mark.parametrize(
    ("change", "headline", "first"),
    [
        (
            {},
            "Again: Asks about budget",
            "In “Demo” the moment came at 1:15, when “that is a lot of money” was said, and passed.",
        ),
        ({"nudge_count": 1}, "To try: Asks about budget", "In “Demo” the moment came at 1:15"),
        (
            {"quote": None},
            "Again: Asks about budget",
            "In “Demo” there was room for it; you met 1 of 3 opportunities since.",
        ),
        (
            {"call_date": None, "reason": "Shown again: met 2 of 2 opportunities since."},
            "Going well: Asks about budget",
            "Met 2 of 2 opportunities since.",
        ),
        ({"state": "confirmed", "reason": "Kept up."}, "It stuck: Asks about budget", "Kept up."),
        ({"state": "provisional", "reason": "Met 7 of 7."}, "Changing: Asks about budget", "Met 7 of 7."),
    ],
)
def test_a_correction_is_told_as_it_stands(change: dict[str, object], headline: str, first: str) -> None:
    told = feed.correction(ROW | change, TRY)
    assert told.headline == headline
    assert told.sentences[0].startswith(first)
    assert len(told.sentences) <= 2


def test_what_to_try_is_the_rubrics() -> None:
    assert feed.correction(ROW, TRY).sentences[1] == "One thing to try: Ask early and plainly."


def test_top_performers_are_named_only_where_both_rates_are_known() -> None:
    assert feed.beside_top_performers(ROW) == "You show it in 25% of chances, our top performers in 90%."
    assert feed.beside_top_performers(ROW | {"top_performers_rate": None}) is None
    assert feed.beside_top_performers(ROW | {"rep_rate": None}) is None
