"""Reading utterances: names of a call's own people are masked, quotes are verbatim."""

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.scoring.reading import company_names, normalised, person_names, quote
from pipelines.scoring.text import mark_texts, units
from tests.unit.scoring.conversations import spoken


def test_two_calls_that_differ_only_in_names_and_numbers_read_the_same() -> None:
    said = pl.concat(
        [
            spoken([("rep", "thanks priya so northwind has 40 users")], "gong:1"),
            spoken([("rep", "thanks oleg so brightside has 120 users")], "gong:2"),
        ]
    )
    people = {
        "gong:1": [{"name": "Priya Nair", "email": "priya@northwind.com"}],
        "gong:2": [{"name": "Oleg Sidorov", "email": "o.sidorov@brightside.io"}],
    }
    assert normalised(said, people)["marked"].n_unique() == 1


def test_a_name_masks_only_its_own_call() -> None:
    said = pl.concat([spoken([("rep", "ask priya")], "gong:1"), spoken([("rep", "ask priya")], "gong:2")])
    found = normalised(said, {"gong:1": [{"name": "Priya", "email": None}]})["marked"].to_list()
    assert found == ["ask alex", "ask priya"]


def test_names_that_are_everyday_words_stay() -> None:
    assert person_names([{"name": "Will Banks"}, {"name": "Mark Nowak"}]) == {"Nowak"}
    assert company_names([{"email": "a@gmail.com"}, {"email": "b@acmeworks.co.uk"}, {"email": None}]) == {"acmeworks"}


def test_a_quote_is_the_sentence_that_showed_it() -> None:
    raw = "Thanks for that. What budget did you have in mind? We can look at it later, there is no rush at all today."
    marked = mark_texts([raw])[0]
    place = next(place for place, (text, _) in enumerate(units(marked)) if text.startswith("what budget"))
    assert quote(raw, marked, place) == "What budget did you have in mind?"


@settings(max_examples=80, deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=400))
def test_a_quote_always_stands_in_the_text(raw: str) -> None:
    marked = mark_texts([raw])[0]
    for place in range(len(units(marked))):
        assert quote(raw, marked, place) in raw
