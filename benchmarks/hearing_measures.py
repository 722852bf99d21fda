"""Measures of a transcript against what is known: words, who speaks when, who is who. Pure functions."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import jiwer
from pyannote.core import Annotation, Segment, Timeline
from pyannote.metrics.diarization import DiarizationErrorRate
from whisper.normalizers import EnglishTextNormalizer

from benchmarks.hearing_sets import Line

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
    """Errors under the best one-to-one naming of the found speakers (pyannote.metrics), without a collar, with overlaps."""
    end = max(line.end_seconds for line in [*reference, *found])
    measured = DiarizationErrorRate()(
        _annotation(reference), _annotation(found), uem=Timeline([Segment(0, end)]), detailed=True
    )
    return Diarization(*(measured[name] for name in ("total", "missed detection", "false alarm", "confusion")))


def _annotation(lines: Sequence[Line]) -> Annotation:
    who = Annotation()
    for track, line in enumerate(lines):
        who[Segment(line.start_seconds, line.end_seconds), track] = line.speaker
    return who.support()  # a speaker whose lines overlap speaks once


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
