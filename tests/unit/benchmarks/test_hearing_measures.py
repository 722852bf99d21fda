"""The measures of the hearing benchmark say what they should on the smallest cases that can be checked by hand."""

import pytest

from benchmarks.hearing_measures import diarization, true_speaker, word_errors, words_outside
from benchmarks.hearing_sets import Line, sample_recordings


def test_words_are_compared_after_whisper_s_normaliser() -> None:
    assert word_errors(["It's twenty-five dollars, mister."], ["it is $25 Mr"]) == (0, 4)
    assert word_errors(["the red fox ran", ""], ["the fox fox ran off", "never counted"]) == (2, 4)


def test_diarization_counts_missed_invented_and_confused_seconds_under_the_best_naming() -> None:
    known = [Line(0, 4, 0, "ana"), Line(4, 10, 0, "bob")]
    found = [Line(0, 5, 0, "x"), Line(5, 9, 0, "y"), Line(10, 12, 0, "y")]
    errors = diarization(known, found)
    assert (errors.speech, errors.missed, errors.invented, errors.confused) == pytest.approx((10, 1, 2, 1))
    assert errors.rate == pytest.approx(0.4)
    assert errors.confusion == pytest.approx(0.1)
    assert diarization(known, [Line(0, 4, 0, "b"), Line(4, 10, 0, "a")]).rate == 0


def test_overlapping_speech_is_counted_for_each_speaker() -> None:
    errors = diarization([Line(0, 4, 0, "ana"), Line(2, 4, 0, "bob")], [Line(0, 4, 0, "x")])
    assert (errors.speech, errors.missed, errors.confused) == pytest.approx((6, 2, 0))


def test_a_word_outside_its_own_channel_s_turns_is_counted_even_where_the_other_side_speaks() -> None:
    known = [Line(0, 4, 0, "ana"), Line(5, 9, 1, "bob")]
    said = [
        Line(1, 1.5, 0, "s", "yes"),
        Line(6, 6.5, 0, "s", "no"),
        Line(6, 6.5, 1, "t", "no"),
        Line(20, 21, 1, "t", "x"),
    ]
    assert words_outside(known, said) == 2
    assert true_speaker(known, [Line(3, 8, 1, "t")]) == "bob"


def test_the_sample_recordings_know_their_words_speakers_and_roles() -> None:
    samples = sample_recordings()
    assert len(samples) == 16
    assert all(one.texts and one.lines and set(one.roles) == {line.speaker for line in one.lines} for one in samples)
    assert {one.is_split for one in samples} == {True, False}
