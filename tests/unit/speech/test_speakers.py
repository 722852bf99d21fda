"""Mixed channels: people are told apart by their voices, word by word, and doubt is said."""

from collections.abc import Sequence
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from pipelines.speech.speakers import (
    CHANGE_COST,
    NO_VOICES,
    Voices,
    _likeliest_path,
    _mel_spectrogram,
    separate,
)
from pipelines.speech.transcript import Word

STEP = 0.4  # seconds between windows of 0.8


def conversation(
    turns: list[tuple[int, float]], likeness: float = 0.7, noise: float = 0.03, seed: int = 0
) -> tuple[list[Word], Voices, list[int]]:
    """Words, voices and the true speaker of each word, for turns of (speaker, seconds).

    ``likeness``: cosine between the voices of any two people.
    """
    rng = np.random.default_rng(seed)
    people = max(speaker for speaker, _ in turns) + 1
    gram = np.full((people, people), likeness) + (1 - likeness) * np.eye(people)
    prints = np.zeros((people, 256))
    prints[:, :people] = np.linalg.cholesky(gram)
    words, truth, bounds, embeddings, at = [], [], [], [], 0.0
    for speaker, seconds in turns:
        for start in np.arange(at, at + seconds - 0.79, STEP):
            bounds.append((start, start + 0.8))
            embeddings.append(prints[speaker] + noise * rng.standard_normal(256))
        for start in np.arange(at, at + seconds - 0.29, 0.3):
            words.append(Word(start, start + 0.25, "word", 0.9))
            truth.append(speaker)
        at += seconds + 0.4
    matrix = np.array(embeddings, dtype=np.float32)
    return words, Voices(np.array(bounds), matrix / np.linalg.norm(matrix, axis=1, keepdims=True)), truth


@pytest.mark.parametrize("told", [None, 2])
def test_two_voices_are_told_apart_word_by_word(told: int | None) -> None:
    words, heard, truth = conversation([(0, 6), (1, 5), (0, 4), (1, 9), (0, 8)])
    separation = separate(words, heard, told)
    assert separation.labels == [f"speaker_{who}" for who in truth]
    assert separation.is_sure


def test_three_and_four_voices_are_counted_without_being_told() -> None:
    for people in (3, 4):
        words, heard, truth = conversation([(who, 8) for who in [*range(people)] * 2])
        assert separate(words, heard, None).labels == [f"speaker_{who}" for who in truth]


@pytest.mark.parametrize("told", [None, 1, 2])
def test_one_voice_stays_one_speaker_even_when_two_people_were_invited(told: int | None) -> None:
    words, heard, _ = conversation([(0, 30), (0, 30)])
    assert set(separate(words, heard, told).labels) == {"speaker_0"}


def test_voices_that_are_hard_to_tell_apart_are_separated_with_doubt() -> None:
    words, heard, truth = conversation([(0, 10), (1, 10)] * 3, likeness=0.905, noise=0.001)
    separation = separate(words, heard, 2)
    assert set(separation.labels) == {"speaker_0", "speaker_1"}
    assert not separation.is_sure
    assert len(truth) == len(separation.labels)


def test_a_change_of_speaker_is_moved_to_the_end_of_the_sentence() -> None:
    words, heard, _ = conversation([(0, 6), (1, 6)])
    ends_late = [w if i != 20 else Word(w.start_seconds, w.end_seconds, "done.", 0.9) for i, w in enumerate(words)]
    labels = separate(ends_late, heard, 2).labels
    change = next(i for i in range(1, len(labels)) if labels[i] != labels[i - 1])
    assert change in (20, 21)


@given(
    evidence=arrays(np.float64, st.tuples(st.integers(1, 6), st.integers(2, 3)), elements=st.floats(-1, 1, width=16)),
    cost=st.floats(0, 1, width=16),
)
def test_no_other_path_through_the_words_has_more_evidence_left_after_paying_for_changes(
    evidence: NDArray[np.float64], cost: float
) -> None:
    costs = np.full(len(evidence), cost)

    def worth(path: Sequence[int]) -> float:
        changes = sum(a != b for a, b in pairwise(path))
        return float(evidence[range(len(path)), path].sum()) - cost * changes

    best = max(worth(path) for path in product(range(evidence.shape[1]), repeat=len(evidence)))
    # Sums of sixteen-bit numbers in different orders.
    assert worth(_likeliest_path(evidence, costs)) == pytest.approx(best, abs=1e-9)


def test_a_single_doubtful_word_inside_a_turn_stays_with_the_turn() -> None:
    evidence = np.array([[0.1, -0.1]] * 5)
    evidence[2] = [-0.02, 0.02]
    assert _likeliest_path(evidence, np.full(5, CHANGE_COST)) == [0] * 5
    evidence[2] = [-0.2, 0.2]  # somebody else's "yes"
    assert _likeliest_path(evidence, np.full(5, CHANGE_COST)) == [0, 0, 1, 0, 0]


def test_without_voices_there_is_one_speaker() -> None:
    assert separate([Word(0, 1, "yes", 0.9)], NO_VOICES, 2).labels == ["speaker_0"]
    assert separate([], NO_VOICES, None).labels == []


@pytest.mark.slow
def test_the_spectrogram_is_the_one_the_encoder_was_trained_on() -> None:
    import librosa

    samples = np.random.default_rng(0).standard_normal(16_000).astype(np.float32)
    theirs = librosa.feature.melspectrogram(y=samples, sr=16_000, n_fft=400, hop_length=160, n_mels=40).T
    # Single precision of values up to about 30.
    np.testing.assert_allclose(_mel_spectrogram(samples), theirs, atol=1e-4)
