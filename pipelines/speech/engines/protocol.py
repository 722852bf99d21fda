"""What an engine is: the one protocol and the records that pass through it."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

SEED = (
    20260630  # both engines sample when they retry a hard stretch: seeded, so that the same sound gives the same words
)


# Readings an engine weighs side by side; None: it takes the likeliest word each time.
BEAM_SIZES: dict[str, int | None] = {"faster-whisper": 5, "openai-whisper": None}


@dataclass(frozen=True)
class RecognitionOptions:
    """How to recognise, the same for every engine."""

    language: str | None = None  # None: found from the sound, where the model can
    hints: tuple[str, ...] = ()  # names the model is told to expect


@dataclass(frozen=True)
class Word:
    """A word as the engine gave it: ``text`` begins with a space where a new written word begins."""

    start_seconds: float
    end_seconds: float
    text: str
    probability: float


@dataclass(frozen=True)
class Segment:
    """Words the engine decoded together, with its own measures of doubt."""

    words: tuple[Word, ...]
    mean_log_probability: float
    no_speech_probability: float
    compression_ratio: float


@dataclass(frozen=True)
class Recognition:
    segments: tuple[Segment, ...]
    language: str
    language_probability: float


class Engine(Protocol):
    """A loaded recogniser. ``model_id`` names the weights (name and content hash), so that results can be cached."""

    name: str
    model: str
    model_id: str
    is_multilingual: bool

    def recognise(self, samples: NDArray[np.float32], options: RecognitionOptions) -> Recognition:
        """Words of one channel of 16 kHz speech (silence already removed), times from the start of ``samples``."""
        ...
