"""Words become utterances: in order, inside the file, each word inside its utterance, text joined from words."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.speech.transcript import (
    GAP_SECONDS,
    Dropped,
    Transcript,
    Utterance,
    Word,
    cut_utterances,
    from_json,
    in_order,
    masked,
    tidy_words,
)

DURATION = 60.0
TEXTS = [" call", " me", " at", " four", " one", " five,", " zero", "-555", " jane@acme.com", ".", " thanks.", "  ", ""]
raw_words = st.lists(
    st.builds(
        Word,
        st.floats(-1, DURATION + 5, allow_nan=False),
        st.floats(-1, DURATION + 5, allow_nan=False),
        st.sampled_from(TEXTS),
        st.floats(0, 1),
    ),
    max_size=60,
)


def spoken(words: list[Word], changes: list[int]) -> tuple[Utterance, ...]:
    """Utterances of one channel in which the speaker changes at the given words."""
    speakers = [f"speaker_{sum(change <= i for change in changes) % 2}" for i in range(len(words))]
    return in_order(cut_utterances(words, speakers, 0))


@settings(deadline=None)
@given(raw_words, st.lists(st.integers(0, 60), max_size=6))
def test_utterances_are_in_order_inside_the_file_and_hold_their_words(raw: list[Word], changes: list[int]) -> None:
    words = tidy_words(raw, DURATION)
    utterances = spoken(words, changes)
    assert sum(len(u.words) for u in utterances) == len(words)
    assert [u.start_seconds for u in utterances] == sorted(u.start_seconds for u in utterances)
    for u in utterances:
        assert 0 <= u.start_seconds <= u.end_seconds <= DURATION
        assert all(u.start_seconds <= w.start_seconds <= w.end_seconds <= u.end_seconds for w in u.words)
        assert u.text == " ".join(w.text for w in u.words)
        assert all(w.text and not any(c.isspace() for c in w.text) for w in u.words)


@settings(deadline=None)
@given(raw_words, st.lists(st.integers(0, 60), max_size=6))
def test_masking_never_changes_times_speakers_or_the_number_of_words(raw: list[Word], changes: list[int]) -> None:
    before = spoken(tidy_words(raw, DURATION), changes)
    after = masked(before)

    def places(utterances: tuple[Utterance, ...]) -> list[object]:
        return [(u.channel, u.speaker, [(w.start_seconds, w.end_seconds) for w in u.words]) for u in utterances]

    assert places(after) == places(before)
    assert all(u.text for u in after)
    assert all(u.text == " ".join(w.text for w in u.words if w.text) for u in after)
    assert masked(after) == after


def said(text: str, start: float = 0.0, speaker: str = "speaker_0") -> Utterance:
    words = tuple(Word(start + 0.3 * i, start + 0.3 * i + 0.25, word, 0.9) for i, word in enumerate(text.split()))
    return Utterance(0, speaker, words)


def test_a_number_dictated_over_turns_of_the_other_side_is_masked() -> None:
    turns = [
        said("it's four one five", 0.0),
        said("okay", 3.0, "speaker_1"),
        said("five five five", 4.0),
        said("yes", 6.0, "speaker_1"),
        said("oh one two three, thanks", 7.0),
    ]
    # Punctuation after the find stays with its first word.
    assert [u.text for u in masked(turns)] == ["it's [PHONE],", "okay", "[PHONE]", "yes", "[PHONE] thanks"]


def test_pieces_without_a_space_belong_to_the_word_before() -> None:
    raw = [Word(0, 0.5, " 415", 0.8), Word(0.5, 0.9, "-555", 0.6), Word(1.0, 1.2, " please", 0.9)]
    words = tidy_words(raw, 10)
    assert [(w.text, w.start_seconds, w.end_seconds) for w in words] == [("415-555", 0, 0.9), ("please", 1.0, 1.2)]
    assert words[0].probability == 0.7


def test_an_utterance_ends_at_a_pause_and_where_the_speaker_changes() -> None:
    words = [Word(i, i + 0.5, "yes", 1.0) for i in (0.0, 0.6, 1.1 + GAP_SECONDS + 0.1, 2.6)]
    cut = cut_utterances(words, ["a", "a", "a", "b"], 0)
    assert [len(u.words) for u in cut] == [2, 1, 1]


def test_long_speech_is_cut_at_the_end_of_a_sentence() -> None:
    words = [Word(i, i + 1.0, "word." if i in (10, 24) else "word", 1.0) for i in range(30)]
    cut = cut_utterances(words, ["a"] * 30, 0)
    assert [len(u.words) for u in cut] == [25, 5]


def test_a_transcript_survives_being_written_down() -> None:
    transcript = Transcript(
        audio_sha256="0" * 64,
        duration_seconds=9.0,
        channel_count=2,
        is_separation_sure=True,
        language="en",
        engine="faster-whisper",
        model="tiny.en",
        status="transcribed",
        mean_word_probability=0.9,
        speech_ratio=0.5,
        dropped=(Dropped(1.0, 2.0, "a phrase repeated 9 times"),),
        utterances=(said("hello there"), said("hi", 2.0, "speaker_1")),
    )
    assert from_json(json.loads(json.dumps(transcript.to_json()))) == transcript
