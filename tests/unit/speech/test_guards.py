"""What a recogniser says is not always what was said: loops, words in silence, stretched words, other languages."""

import numpy as np
import pytest
from numpy.typing import NDArray

from pipelines.speech.engines.protocol import Segment, Word
from pipelines.speech.guards import MAX_WORD_SECONDS, believed, is_language_doubtful

FRAME_SECONDS = 512 / 16_000


def segment(
    text: str, start: float = 0.0, probability: float = 0.9, log_probability: float = -0.3, compression: float = 1.3
) -> Segment:
    words = tuple(
        Word(start + 0.3 * i, start + 0.3 * i + 0.28, f" {w}", probability) for i, w in enumerate(text.split())
    )
    return Segment(words, log_probability, 0.1, compression)


def speech(seconds: float = 30.0, silent: tuple[float, float] = (0.0, 0.0)) -> NDArray[np.float32]:
    """Speech everywhere but in one stretch."""
    probability = np.ones(int(seconds / FRAME_SECONDS), dtype=np.float32)
    probability[int(silent[0] / FRAME_SECONDS) : int(silent[1] / FRAME_SECONDS)] = 0.0
    return probability


def text_of(heard: "object") -> str:
    return "".join(word.text for word in heard.words).strip()  # type: ignore[attr-defined]


def test_ordinary_speech_passes_unchanged() -> None:
    heard = believed([segment("What would it mean for your team? No, no, no, it is fine.")], speech())
    assert text_of(heard) == "What would it mean for your team? No, no, no, it is fine."
    assert heard.dropped == ()


def test_a_phrase_that_loops_is_kept_once_and_the_rest_is_reported() -> None:
    heard = believed([segment("so " + "thank you very much. " * 6 + "bye")], speech())
    assert text_of(heard) == "so thank you very much. bye"
    assert "repeated 6 times" in heard.dropped[0].reason


def test_a_loop_across_segments_is_found() -> None:
    heard = believed([segment("I'm sorry.", start=2.0 * i) for i in range(8)], speech())
    assert text_of(heard) == "I'm sorry."


def test_a_segment_that_repeats_itself_and_is_unsure_is_dropped() -> None:
    heard = believed([segment("a b c d", log_probability=-1.3, compression=3.0), segment("yes", start=5.0)], speech())
    assert text_of(heard) == "yes"
    assert [d.reason for d in heard.dropped] == ["repeats itself and is unsure"]


def test_unsure_words_where_nobody_speaks_are_dropped_and_sure_ones_kept() -> None:
    silence = speech(silent=(0.0, 10.0))
    assert believed([segment("Thank you.", probability=0.4)], silence).words == ()
    assert text_of(believed([segment("Thank you.", probability=0.95)], silence)) == "Thank you."


def test_words_on_both_sides_of_a_long_silence_are_kept() -> None:
    words = (Word(1.0, 1.4, " Anything", 0.5), Word(28.0, 28.4, " else?", 0.5))
    heard = believed([Segment(words, -0.5, 0.1, 1.0)], speech(silent=(2.0, 27.0)))
    assert text_of(heard) == "Anything else?"


def test_stock_phrases_of_subtitles_are_dropped() -> None:
    assert believed([segment("Thanks for watching!")], speech()).words == ()


def test_a_word_stretched_over_a_pause_is_cut_back_to_its_speech() -> None:
    stretched = Segment((Word(2.0, 8.0, " so", 0.9),), -0.2, 0.1, 1.0)
    (word,) = believed([stretched], speech(silent=(2.0, 7.5))).words
    assert word.start_seconds >= 7.4
    assert word.end_seconds <= 8.0


def test_no_word_is_longer_than_the_cap() -> None:
    (word,) = believed([Segment((Word(2.0, 8.0, " so", 0.9),), -0.2, 0.1, 1.0)], speech()).words
    assert word.end_seconds - word.start_seconds <= MAX_WORD_SECONDS


@pytest.mark.parametrize(
    ("silent", "start"), [((1.8, 2.7), 2.7), ((2.1, 4.5), 1.85), ((0.0, 30.0), 2.2), ((0.5, 4.5), 2.2)]
)
def test_a_word_in_silence_is_moved_to_the_nearest_speech_if_some_is_near(
    silent: tuple[float, float], start: float
) -> None:
    in_silence = Segment((Word(2.2, 2.45, " right", 0.9),), -0.2, 0.1, 1.0)
    (word,) = believed([in_silence], speech(silent=silent)).words
    assert word.start_seconds == pytest.approx(start, abs=2 * FRAME_SECONDS)
    assert word.end_seconds - word.start_seconds == pytest.approx(0.25)


def test_guesses_at_an_unknown_language_are_told_from_speech_that_is_hard_to_hear() -> None:
    assert is_language_doubtful([0.3] * 40)
    assert not is_language_doubtful([0.3] * 5)
    assert not is_language_doubtful([0.7] * 40)
