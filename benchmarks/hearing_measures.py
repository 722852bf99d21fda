"""Measures of a transcript against what is known: words, who speaks when, who is who. Pure functions."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import jiwer
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from whisper.normalizers import EnglishTextNormalizer

from benchmarks.hearing_sets import Line

FRAME_SECONDS = 0.01
COLLAR_SECONDS = 0.25  # around every turn: people who write times down differ by as much


@lru_cache
def _normaliser() -> EnglishTextNormalizer:
    return EnglishTextNormalizer()


def word_errors(references: Sequence[str], hypotheses: Sequence[str]) -> tuple[int, int]:
    """Words wrong, and words spoken, after Whisper's own normaliser (jiwer's alignment)."""
    clean = _normaliser()
    pairs = [(clean(r), clean(h)) for r, h in zip(references, hypotheses, strict=True)]
    pairs = [(r, h) for r, h in pairs if r]
    found = jiwer.process_words([r for r, _ in pairs], [h for _, h in pairs])
    wrong = found.substitutions + found.deletions + found.insertions
    return wrong, found.hits + found.substitutions + found.deletions


@dataclass(frozen=True)
class Diarization:
    """Seconds of speech, and of it missed, invented and given to the wrong speaker (NIST's diarization error)."""

    speech: float
    missed: float
    invented: float
    confused: float

    @property
    def rate(self) -> float:
        return (self.missed + self.invented + self.confused) / self.speech

    @property
    def confusion(self) -> float:
        return self.confused / self.speech


def diarization(reference: Sequence[Line], found: Sequence[Line]) -> Diarization:
    """Errors under the best one-to-one naming of the found speakers, in frames of 10 ms, without a collar, with overlaps.

    Source: NIST RT-09 evaluation plan, section 6.1 (as in pyannote.metrics' DiarizationErrorRate).
    """
    end = max(line.end_seconds for line in [*reference, *found])
    ours, theirs = _activity(found, end), _activity(reference, end)
    shared = theirs.astype(np.int64) @ ours.T.astype(np.int64)
    right = shared[linear_sum_assignment(shared, maximize=True)].sum()
    said, heard = theirs.sum(axis=0), ours.sum(axis=0)
    both = np.minimum(said, heard).sum()
    counts = (said.sum(), np.maximum(said - heard, 0).sum(), np.maximum(heard - said, 0).sum(), both - right)
    return Diarization(*(float(count) * FRAME_SECONDS for count in counts))


def _activity(lines: Sequence[Line], end_seconds: float) -> NDArray[np.bool_]:
    """Who speaks in which frame (speakers x frames)."""
    speakers = list(dict.fromkeys(line.speaker for line in lines))
    active = np.zeros((len(speakers), round(end_seconds / FRAME_SECONDS) + 1), dtype=bool)
    for line in lines:
        first, last = (round(t / FRAME_SECONDS) for t in (line.start_seconds, line.end_seconds))
        active[speakers.index(line.speaker), first:last] = True
    return active


def words_outside(reference: Sequence[Line], words: Sequence[Line]) -> int:
    """Words that touch no turn of their own channel (turns wider by the collar)."""
    return sum(
        not any(
            line.channel == word.channel
            and line.start_seconds - COLLAR_SECONDS < word.end_seconds
            and word.start_seconds < line.end_seconds + COLLAR_SECONDS
            for line in reference
        )
        for word in words
    )


def true_speaker(reference: Sequence[Line], turns: Sequence[Line]) -> str:
    """The known speaker who speaks during most of ``turns``."""
    seconds: dict[str, float] = {}
    for line in reference:
        for turn in turns:
            both = min(line.end_seconds, turn.end_seconds) - max(line.start_seconds, turn.start_seconds)
            seconds[line.speaker] = seconds.get(line.speaker, 0.0) + max(both, 0.0)
    return max(seconds, key=lambda speaker: seconds[speaker])
