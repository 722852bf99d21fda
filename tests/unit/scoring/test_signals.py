"""Signals as METRICS.md defines them, on the smallest calls that can tell a right rule from a wrong one."""

import random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.scoring.signals import measure
from tests.unit.scoring.conversations import Line, call, utterances

LONG = "this is a sentence with quite a few words in it"


def value_of(lines: list[Line], signal: str, **of_call: float) -> tuple[float | None, str | None]:
    rows = measure(utterances(lines), call(**of_call)).filter(pl.col("signal") == signal)
    return rows["value"].item(), rows["null_reason"].item()


def test_talk_ratio_leaves_silence_out_and_the_total_variant_does_not() -> None:
    lines = [("rep", 0, 90, LONG), ("customer", 110, 170, LONG)]
    assert value_of(lines, "talk_ratio", duration=200)[0] == pytest.approx(0.6)
    assert value_of(lines, "talk_ratio_total", duration=200)[0] == pytest.approx(0.45)


def test_talk_ratio_keeps_numerator_and_denominator_beside_it() -> None:
    rows = measure(utterances([("rep", 0, 90, LONG), ("customer", 110, 170, LONG)]), call())
    row = rows.filter(pl.col("signal") == "talk_ratio").row(0, named=True)
    assert (row["numerator"], row["denominator"]) == (90, 150)


def test_talk_ratio_is_null_under_two_minutes_of_speech() -> None:
    assert value_of([("rep", 0, 60, LONG), ("customer", 60, 119, LONG)], "talk_ratio") == (
        None,
        "speech_below_120_seconds",
    )


def test_talk_ratio_is_null_when_role_is_unsure() -> None:
    lines = [("rep", 0, 90, LONG), ("customer", 90, 180, LONG)]
    rows = measure(utterances(lines, confidence=0.79), call())
    row = rows.filter(pl.col("signal") == "talk_ratio").row(0, named=True)
    assert (row["value"], row["null_reason"]) == (None, "role_confidence_below_0.8")


def test_every_role_dependent_signal_is_null_with_a_reason_when_nobody_has_a_role() -> None:
    rows = measure(utterances([("unknown", 0, 90, LONG), ("unknown", 90, 300, LONG)]), call())
    free_of_roles = {"switches_per_minute", "price_mention_minute", "next_step_minute"}
    dependent = rows.filter(~pl.col("signal").is_in(free_of_roles))
    assert dependent["value"].null_count() == len(dependent)
    assert dependent["null_reason"].null_count() == 0


@pytest.mark.parametrize(
    ("between", "expected"),
    [
        (("customer", 30, 31, "mm-hmm"), 60.0),  # a back-channel does not end it
        (("customer", 30, 31, "Right, yeah."), 60.0),
        (("customer", 30, 31, "Why is that?"), 30.0),  # three words that take the floor do
        (("customer", 30, 31, "but what does it cost us"), 30.0),
    ],
)
def test_a_monologue_ends_only_when_the_customer_takes_the_floor(between: Line, expected: float) -> None:
    lines = [("rep", 0, 30, LONG), between, ("rep", 31, 60, LONG)]
    assert value_of(lines, "longest_monologue_seconds")[0] == pytest.approx(expected)


def test_a_pause_of_three_seconds_ends_a_monologue() -> None:
    assert value_of([("rep", 0, 10, LONG), ("rep", 12.9, 20, LONG)], "longest_monologue_seconds")[0] == 20
    assert value_of([("rep", 0, 10, LONG), ("rep", 13, 20, LONG)], "longest_monologue_seconds")[0] == 10


def test_longest_customer_story_is_null_when_the_customer_says_nothing() -> None:
    assert value_of([("rep", 0, 10, LONG)], "longest_customer_story_seconds") == (None, "no_customer_speech")


def test_switches_are_counted_after_merging_back_channels() -> None:
    lines = [
        ("rep", 0, 60, LONG),
        ("customer", 60, 61, "okay"),
        ("rep", 61, 90, LONG),
        ("customer", 90, 120, LONG),
        ("rep", 120, 150, LONG),
    ]
    # Two switches in 2.5 speech minutes.
    assert value_of(lines, "switches_per_minute")[0] == pytest.approx(2 / 2.5)


def test_patience_is_the_median_signed_gap_and_null_under_five_switches() -> None:
    gaps = [1.0, 2.0, -0.5, 0.5, 3.0]
    lines: list[Line] = []
    now = 0.0
    for gap in gaps:
        lines += [("customer", now, now + 5, LONG), ("rep", now + 5 + gap, now + 12, LONG)]
        now += 13
    assert value_of(lines, "patience_seconds")[0] == pytest.approx(1.0)
    assert value_of(lines[:8], "patience_seconds") == (None, "fewer_than_5_switches")


def test_interruptions_need_two_channels() -> None:
    lines = [("customer", 0, 10, LONG), ("rep", 8, 14, LONG)]
    assert value_of(lines, "interruptions_per_hour", duration=3600)[0] == 1
    assert value_of(lines, "interruptions_per_hour", duration=3600, channels=1) == (None, "one_channel")


@pytest.mark.parametrize(
    "rep",
    [
        ("rep", 9.8, 14, LONG),  # less than 0.3 s early
        ("rep", 5, 9, LONG),  # does not outlast the customer
        ("rep", 8, 14, "right"),  # a back-channel
    ],
)
def test_what_is_no_interruption(rep: Line) -> None:
    assert value_of([("customer", 0, 10, LONG), rep], "interruptions_per_hour", duration=3600)[0] == 0


def test_questions_are_counted_for_the_rep_only_with_and_without_marks() -> None:
    lines = [
        ("rep", 0, 5, "What do you use today? And who looks after it?"),
        ("customer", 5, 9, "Why do you ask?"),
        ("rep", 9, 12, "do you have a date in mind"),
        ("rep", 12, 15, "We have offices in Leeds."),
    ]
    assert value_of(lines, "question_count")[0] == 3
    assert value_of(lines, "questions_per_hour", duration=1800)[0] == 6
    assert value_of(lines, "open_question_share")[0] == pytest.approx(0.5)


def test_pace_counts_rep_words_over_rep_time_and_fillers_per_hundred() -> None:
    lines = [("rep", 0, 30, "um so you know " + "word " * 46), ("customer", 30, 90, LONG)]
    assert value_of(lines, "words_per_minute")[0] == pytest.approx(100)
    assert value_of(lines, "filler_rate")[0] == pytest.approx(4)


def test_placement_counts_only_the_first_third() -> None:
    lines = [("customer", 0, 20, LONG), ("rep", 20, 40, LONG), ("customer", 60, 90, LONG)]
    assert value_of(lines, "customer_speech_share_first_third", duration=90)[0] == pytest.approx(2 / 3)


def test_price_and_next_step_minutes_are_null_where_not_present() -> None:
    lines = [("rep", 0, 60, LONG), ("customer", 120, 130, "it is 40 dollars, let's talk on Friday")]
    assert value_of(lines, "price_mention_minute")[0] == pytest.approx(2)
    assert value_of(lines, "next_step_minute")[0] == pytest.approx(2)
    assert value_of(lines[:1], "price_mention_minute") == (None, "not_present")


def test_a_call_without_utterances_gets_every_signal_with_a_reason() -> None:
    rows = measure(utterances([]), call())
    assert set(rows["value"]) == {None}
    assert set(rows["null_reason"]) == {"no_utterances"}


lines_of_anything = st.lists(
    st.tuples(
        st.sampled_from(["rep", "customer", "unknown"]),
        st.floats(0, 4000),
        st.floats(0, 4000),
        st.text(max_size=30),
    ),
    max_size=25,
)


@settings(max_examples=60, deadline=None)
@given(lines_of_anything)
def test_shares_stay_between_zero_and_one_and_counts_are_not_negative(lines: list[Line]) -> None:
    rows = measure(utterances(lines), call())
    assert rows.select((pl.col("value").is_null() != pl.col("null_reason").is_null()).any()).item() is False
    shares = rows.filter(pl.col("signal").str.contains("ratio|share"))["value"].drop_nulls()
    assert shares.is_between(0, 1).all()
    signed = {"patience_seconds"}
    assert (rows.filter(~pl.col("signal").is_in(signed))["value"].drop_nulls() >= 0).all()


def test_a_call_measures_the_same_alone_and_among_others_in_any_order() -> None:
    said = [("rep", 0, 70, LONG), ("customer", 70, 150, "what does it cost"), ("rep", 150, 160, "40 dollars, okay?")]
    own = utterances(said, "gong:b")
    others = [utterances([("customer", 0, 5, LONG), ("rep", 4, 90, LONG)], f"gong:{name}") for name in "ac"]
    together = pl.concat([others[1], own, others[0]])
    shuffled = together[random.Random(1).sample(range(len(together)), len(together))]
    calls = pl.concat([call(f"gong:{name}") for name in "cab"])
    found = measure(shuffled, calls).filter(pl.col("call_id") == "gong:b")
    assert found.equals(measure(own, call("gong:b")))
