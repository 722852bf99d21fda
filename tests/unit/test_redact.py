"""Masking of personal data: what is found, what is left alone, and that words keep their places."""

from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.redact import find_spans, is_luhn_valid, mask_series, mask_text, mask_words

FOUND = [
    ("Mail jane.doe+x@acme.co.uk, please.", "Mail [EMAIL], please."),
    ("it's jane at acme dot com.", "it's [EMAIL]."),
    ("write to jane dot doe at acme dot co dot uk", "write to [EMAIL]"),
    ("my email is jane doe at gmail dot com thanks", "my email is [EMAIL] thanks"),
    ("that's j a n e at acme dot io", "that's [EMAIL]"),
    ("jane at acme.com", "[EMAIL]"),
    ("call me at 415-555-0123.", "call me at [PHONE]."),
    ("(415) 555-0123 ext. 12", "[PHONE]"),
    ("+44 20 7946 0958 is the office", "[PHONE] is the office"),
    ("06 12 34 56 78", "[PHONE]"),
    ("four one five, five five five, oh one two three", "[PHONE]"),
    ("415, 555, 0123", "[PHONE]"),
    ("4-1-5-5-5-5-0-1-2-3", "[PHONE]"),
    ("my cell is four fifteen, five fifty five, twelve thirty four", "my cell is [PHONE]"),
    ("eight hundred five five five oh one nine nine", "[PHONE]"),
    ("double four one, five five five, triple zero nine", "[PHONE]"),
    ("the card is 4111 1111 1111 1111, yes", "the card is [CARD], yes"),
    ("four one one one, one one one one, one one one one, one one one one", "[CARD]"),
    ("SSN 536-90-4399", "SSN [NATIONAL_ID]"),
    ("my social is five three six nine oh four three nine nine", "my social is [NATIONAL_ID]"),
    ("national insurance AB 12 34 56 C", "national insurance [NATIONAL_ID]"),
    ("DNI 12345678Z", "DNI [NATIONAL_ID]"),
    ("Steuer-ID 86095742719", "Steuer-ID [NATIONAL_ID]"),
    ("SIN 046 454 286", "SIN [NATIONAL_ID]"),
]
LEFT = [
    "we closed 1,250,000 in 2024, 2025, 2026",
    "on 2026-06-30 and 06/30/2026 at 10:30",
    "two hundred fifty thousand dollars",
    "twenty twenty four and twenty twenty five, twenty twenty six",
    "The price is $45,000 for 120 seats. Then we add 30 more.",
    "look at acme dot com for the pricing",
    "We work at acme.com now",
    "number one, two and three are done",
    "between 10 and 12 percent of 4000 orders, 300 of them on Sunday",
    "ratio 0.123456789",
    "We meet at nine. The company is fine.",
]


@pytest.mark.parametrize(("text", "masked"), FOUND)
def test_personal_data_is_masked_by_type(text: str, masked: str) -> None:
    assert mask_text(text) == masked


@pytest.mark.parametrize("text", LEFT)
def test_money_dates_and_counts_are_left_alone(text: str) -> None:
    assert mask_text(text) == text


@pytest.mark.parametrize(("text", "masked"), FOUND)
def test_masking_twice_changes_nothing_more(text: str, masked: str) -> None:
    assert mask_text(masked) == masked


def test_a_column_is_masked_like_its_texts_and_keeps_its_nulls() -> None:
    texts = [text for text, _ in FOUND] + LEFT
    column = pl.Series("text", [*texts, None, *texts])
    assert mask_series(column).to_list() == [*map(mask_text, texts), None, *map(mask_text, texts)]
    assert mask_series(column).name == "text"


def test_card_numbers_need_a_valid_check_digit() -> None:
    assert is_luhn_valid("4111111111111111")
    assert not is_luhn_valid("4111111111111112")
    assert "[CARD]" not in mask_text("order 4111 1111 1111 1112")


@pytest.mark.parametrize(("text", "masked"), FOUND)
def test_masked_words_joined_are_the_masked_text(text: str, masked: str) -> None:
    words = mask_words(text.split())
    assert len(words) == len(text.split())
    assert " ".join(word for word in words if word) == masked


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from([word for text, _ in FOUND for word in text.split()] + ["and", "the", "deal", "is", "12", "k"])
    )
)
def test_every_word_keeps_its_place(words: list[str]) -> None:
    masked = mask_words(words)
    assert len(masked) == len(words)
    assert " ".join(word for word in masked if word) == mask_text(" ".join(words))


@settings(deadline=None)
@given(st.text(max_size=200))
def test_spans_lie_in_the_text_in_order_and_apart(text: str) -> None:
    spans = find_spans(text)
    assert all(0 <= span.start < span.end <= len(text) for span in spans)
    assert all(a.end <= b.start for a, b in pairwise(spans))


@settings(deadline=None)
@given(st.text(alphabet="0123456789 -.,@atdoc", max_size=80))
def test_the_quick_test_of_a_column_misses_nothing(text: str) -> None:
    assert mask_series(pl.Series([text]))[0] == mask_text(text)
