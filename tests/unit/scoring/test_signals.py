"""Signals on the smallest conversations that can fail."""

import datetime as dt

import polars as pl
import pytest

from pipelines.scoring.signals import measure

Line = tuple[str, float, float, str]  # role, start, end, text


def measured(lines: list[Line], confidence: float = 1.0, channels: int = 2) -> dict[str, dict[str, object]]:
    utterances = pl.DataFrame(
        [
            {
                "date": dt.date(2026, 6, 1),
                "call_id": "t:1",
                "utterance_index": index,
                "start_seconds": start,
                "end_seconds": end,
                "channel": 0 if role == "rep" else 1,
                "speaker": role,
                "role": role,
                "role_confidence": confidence,
                "text": text,
            }
            for index, (role, start, end, text) in enumerate(lines)
        ]
    )
    calls = pl.DataFrame(
        {
            "call_id": ["t:1"],
            "call_kind": ["external"],
            "duration_seconds": [max(line[2] for line in lines)],
            "channel_count": [channels],
            "role_confidence": [confidence],
            "utterance_count": [len(lines)],
        }
    )
    return {row["signal"]: row for row in measure(utterances, calls).iter_rows(named=True)}


TWO_MINUTES: list[Line] = [
    ("rep", 0, 60, "we have a product that does many things"),
    ("customer", 61, 121, "and we have a problem with orders"),
    ("rep", 122, 152, "we can look at that in a minute"),
]


def test_talk_ratio_leaves_silence_out() -> None:
    ratio = measured(TWO_MINUTES)["talk_ratio"]
    assert ratio["value"] == pytest.approx(90 / 150)
    assert (ratio["numerator"], ratio["denominator"]) == (pytest.approx(90), pytest.approx(150))


def test_talk_ratio_total_is_of_the_whole_call() -> None:
    assert measured(TWO_MINUTES)["talk_ratio_total"]["value"] == pytest.approx(90 / 152)


def test_talk_ratio_is_null_when_role_is_unsure() -> None:
    ratio = measured(TWO_MINUTES, confidence=0.79)["talk_ratio"]
    assert ratio["value"] is None
    assert ratio["null_reason"]


def test_talk_ratio_is_null_below_two_minutes_of_speech() -> None:
    assert measured([("rep", 0, 50, "hello there"), ("customer", 51, 119, "hi")])["talk_ratio"]["value"] is None


def test_a_back_channel_does_not_end_a_monologue() -> None:
    lines: list[Line] = [
        ("rep", 0, 60, "so the first thing that I wanted to show you is this"),
        ("customer", 60.2, 60.8, "mm-hmm"),
        ("rep", 61, 130, "and the second one is that"),
        ("customer", 131, 140, "we would need that for the whole warehouse team"),
    ]
    assert measured(lines)["longest_monologue_seconds"]["value"] == pytest.approx(130, abs=1.5)


def test_interruptions_are_unknown_on_one_channel() -> None:
    assert measured(TWO_MINUTES, channels=1)["interruptions_per_hour"]["value"] is None


@pytest.mark.parametrize(
    "text",
    ["what happens when an order is late?", "what happens when an order is late", "how do you plan that today"],
)
def test_questions_are_found_with_and_without_punctuation(text: str) -> None:
    assert measured([*TWO_MINUTES, ("rep", 153, 156, text)])["question_count"]["value"] == 1


@pytest.mark.parametrize("text", ["that is what we do", "I will send you the summary", "we ship on friday"])
def test_statements_are_not_questions(text: str) -> None:
    assert measured([*TWO_MINUTES, ("rep", 153, 156, text)])["question_count"]["value"] == 0


def test_every_signal_is_there_even_for_silence() -> None:
    signals = measured([("customer", 0, 1, "hello")])
    assert {"talk_ratio", "patience_seconds", "words_per_minute", "next_step_minute"} <= set(signals)
    assert all(row["value"] is not None or row["null_reason"] for row in signals.values())
