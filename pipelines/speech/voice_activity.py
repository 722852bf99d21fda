"""Where there is speech (silero, shipped with faster-whisper), and cutting silence out and putting times back.

Silence is removed before recognition because Whisper invents words in it. No words and no speakers here.
"""

from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from faster_whisper.vad import get_vad_model
from numpy.typing import NDArray

from pipelines.speech.audio import SAMPLE_RATE, Samples
from pipelines.speech.models import check_voice_activity_weights

FRAME = 512  # samples per decision of the model
SPEECH, NO_SPEECH = 0.5, 0.35  # speech begins above the first and ends below the second
# Regions given to the recogniser: wide, as faster-whisper's own filter takes them.
JOIN_SECONDS, PAD_SECONDS = 2.0, 0.4
# Regions that are speech for measures and speakers: tight.
TIGHT_JOIN_SECONDS, TIGHT_PAD_SECONDS, TIGHT_MIN_SECONDS = 0.3, 0.03, 0.1


@dataclass(frozen=True)
class Region:
    """Speech from ``start`` to ``end`` samples."""

    start: int
    end: int

    @property
    def seconds(self) -> float:
        return (self.end - self.start) / SAMPLE_RATE


def speech_probability(samples: Samples) -> NDArray[np.float32]:
    """Probability of speech for each frame of 32 ms of one channel."""
    check_voice_activity_weights()
    padded = np.pad(samples, (0, FRAME - len(samples) % FRAME))
    return np.asarray(get_vad_model()(padded)).reshape(-1)


def wide_regions(probability: NDArray[np.float32], sample_count: int) -> list[Region]:
    """Speech with its surroundings: pauses shorter than two seconds belong to it."""
    return _padded(_regions(probability, JOIN_SECONDS, 0.0, sample_count), PAD_SECONDS, sample_count)


def tight_regions(probability: NDArray[np.float32], sample_count: int) -> list[Region]:
    """Speech alone: pauses of a third of a second end it."""
    found = _regions(probability, TIGHT_JOIN_SECONDS, TIGHT_MIN_SECONDS, sample_count)
    return _padded(found, TIGHT_PAD_SECONDS, sample_count)


def _regions(
    probability: NDArray[np.float32], join_seconds: float, min_seconds: float, sample_count: int
) -> list[Region]:
    found: list[Region] = []
    start: int | None = None
    quiet: int | None = None
    for index, value in enumerate(probability):
        position = index * FRAME
        if value >= SPEECH:
            quiet = None
            start = position if start is None else start
        elif value < NO_SPEECH and start is not None:
            quiet = position if quiet is None else quiet
            if position - quiet >= join_seconds * SAMPLE_RATE:
                found.append(Region(start, quiet))
                start = quiet = None
    if start is not None:
        found.append(Region(start, sample_count))
    return [region for region in found if region.seconds > min_seconds]


def _padded(regions: list[Region], pad_seconds: float, sample_count: int) -> list[Region]:
    """Each region wider by ``pad_seconds`` on both sides, but by no more than half of the silence beside it."""
    pad = int(pad_seconds * SAMPLE_RATE)
    edges = [(0, regions[0].start)] if regions else []
    edges += [(a.end, b.start) for a, b in pairwise(regions)]
    starts = [
        max(silence[1] - min(pad, (silence[1] - silence[0]) // (2 if i else 1)), 0) for i, silence in enumerate(edges)
    ]
    ends = [silence[0] + min(pad, (silence[1] - silence[0]) // 2) for silence in edges[1:]]
    ends += [min(regions[-1].end + pad, sample_count)] if regions else []
    return [Region(start, end) for start, end in zip(starts, ends, strict=True)]


def joined_speech(samples: Samples, regions: list[Region]) -> Samples:
    """The regions of one channel, one after the other."""
    return np.concatenate([samples[region.start : region.end] for region in regions]) if regions else samples[:0]


@dataclass(frozen=True)
class SpeechClock:
    """Turns times of joined speech back into times of the recording."""

    regions: list[Region]

    def original(self, start_seconds: float, end_seconds: float) -> tuple[float, float]:
        """Times in the recording of something that lies in one region (its middle decides), kept inside that region."""
        ends = np.cumsum([region.end - region.start for region in self.regions])
        middle = (start_seconds + end_seconds) / 2 * SAMPLE_RATE
        index = min(bisect_right(ends.tolist(), middle), len(self.regions) - 1)
        region = self.regions[index]
        shift = region.start - (int(ends[index]) - (region.end - region.start))
        bounds = (region.start / SAMPLE_RATE, region.end / SAMPLE_RATE)
        start, end = (float(np.clip(t + shift / SAMPLE_RATE, *bounds)) for t in (start_seconds, end_seconds))
        return start, end
