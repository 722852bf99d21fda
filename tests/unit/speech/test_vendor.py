"""A vendor's sentences become utterances with roles, in order, masked, none lost."""

import datetime as dt

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.speech import vendor
from tests.unit.speech.raw_lake import Rows, sentences

DATE = dt.date(2026, 5, 4)
PARTIES = pl.DataFrame(
    [
        ("gong:9", "s1", "rep", 1.0, "party"),
        ("gong:9", "s2", "customer", 0.95, "email_domain"),
    ],
    schema=["call_id", "speaker_id", "role", "role_confidence", "role_rule"],
    orient="row",
)
NO_CORRECTIONS = pl.DataFrame(schema={"call_id": pl.String, "speaker": pl.String, "role": pl.String})
SCHEMA = {
    "call_id": pl.String,
    "speaker_id": pl.String,
    "start_seconds": pl.Float64,
    "end_seconds": pl.Float64,
    "text": pl.String,
    "sentence_index": pl.Int64,
}


def utterances(rows: Rows, corrections: pl.DataFrame = NO_CORRECTIONS, is_masked: bool = True) -> pl.DataFrame:
    readable = vendor.readable(pl.DataFrame(rows, schema=SCHEMA)).with_columns(date=pl.lit(DATE))
    return vendor.utterances(readable, PARTIES, corrections, is_masked)


def test_sentences_of_a_speaker_without_a_pause_are_one_utterance() -> None:
    found = utterances(
        sentences(
            "9", ("s1", 0, 2, "Hi."), ("s1", 2.4, 4, "How are you?"), ("s2", 4.1, 5, "Good."), ("s1", 7, 8, "So.")
        )
    )
    assert found["text"].to_list() == ["Hi. How are you?", "Good.", "So."]
    assert found["end_seconds"].to_list() == [4, 5, 8]
    assert found["role"].to_list() == ["rep", "customer", "rep"]


def test_a_pause_and_a_long_monologue_are_cut_between_sentences() -> None:
    rows = sentences("9", *[("s1", 5.0 * i, 5.0 * i + 4.9, f"Line {i}.") for i in range(10)], ("s1", 60, 61, "Later."))
    found = utterances(rows)
    assert found["text"].to_list() == [
        "Line 0. Line 1. Line 2. Line 3.",
        "Line 4. Line 5. Line 6. Line 7.",
        "Line 8. Line 9.",
        "Later.",
    ]


def test_a_number_dictated_over_sentences_is_masked() -> None:
    rows = sentences(
        "9", ("s2", 0, 1, "It's four one five."), ("s2", 1.2, 2, "Five five five."), ("s2", 2.2, 3, "Oh one two three.")
    )
    assert utterances(rows)["text"].to_list() == ["It's [PHONE]."]
    assert utterances(rows, is_masked=False)["text"].to_list() == [
        "It's four one five. Five five five. Oh one two three."
    ]


def test_a_speaker_who_is_no_party_is_unknown_and_not_sure() -> None:
    found = utterances(sentences("9", ("s7", 0, 1, "Hello."), ("s1", 2, 3, "Hi.")))
    assert found["role"].to_list() == ["unknown", "rep"]
    assert found["role_confidence"].to_list() == [0.0, 1.0]


def test_a_correction_overrides_the_party() -> None:
    corrections = pl.DataFrame([("gong:9", "s2", "rep")], schema=NO_CORRECTIONS.schema, orient="row")
    row = utterances(sentences("9", ("s2", 0, 1, "Hello.")), corrections).row(0, named=True)
    assert (row["role"], row["role_confidence"], row["role_rule"]) == ("rep", 1.0, "correction")


def test_how_sure_a_call_is_comes_from_the_speakers_that_matter() -> None:
    rows = sentences("9", ("s1", 0, 60, "Long."), ("s2", 61, 120, "Long too."), ("s7", 121, 122, "Bye."))
    assert vendor.summaries(utterances(rows)).row(0, named=True) == {
        "call_id": "gong:9",
        "utterance_count": 3,
        "role_confidence": 0.95,
        "role_rule": "email_domain",
    }


said = st.tuples(
    st.sampled_from(["s1", "s2", "s7"]),
    st.floats(0, 300).map(lambda t: round(t, 2)),
    st.floats(-1, 20).map(lambda t: round(t, 2)),
    st.sampled_from(["Yes.", "What would it take?", " ok ", "We lose two days."]),
).map(lambda s: (s[0], s[1], round(s[1] + s[2], 2), s[3]))


@settings(deadline=None)
@given(st.lists(said, max_size=40))
def test_no_sentence_is_lost_and_utterances_are_in_order(lines: list[tuple[str, float, float, str]]) -> None:
    found = utterances(sentences("9", *lines))
    words = " ".join(text for *_, text in lines).split()
    assert sorted(" ".join(found["text"]).split()) == sorted(words)
    assert found["start_seconds"].is_sorted()
    assert (found["end_seconds"] >= found["start_seconds"]).all()
    assert found["utterance_index"].to_list() == list(range(found.height))
