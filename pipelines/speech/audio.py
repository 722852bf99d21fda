"""Sound in: any file PyAV decodes becomes 16 kHz windows in bounded memory, or one error a person understands.

Also decides which channels are separate speakers. Nothing here knows about words, speakers' names or where files live.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from av.audio.resampler import AudioResampler
from numpy.typing import NDArray

SAMPLE_RATE = 16_000
WINDOW_SECONDS = 600.0
CUT_SEARCH_SECONDS = 30.0  # a window ends at the quietest moment of its last half minute, so that no word is cut
MAX_HOURS = 12
BLOCK_SECONDS = 10
FRAMES_PER_SECOND = 10  # of the loudness envelope that channels are compared by
SILENT_PEAK = 8  # of 32768: dither, not a microphone
DUPLICATE_CORRELATION = 0.9
SAME_ENVELOPE_CORRELATION = 0.8
LONGEST_FILLED_GAP_SECONDS = 60.0
STREAMED_WAV_SIZE = 0x7FFFFF00  # recorders that do not know the length yet write this or more, or 0
# Containers that state their length reliably: much less sound than stated means that the file was cut off.
STATES_LENGTH = ("wav", "flac", "mov,mp4", "aiff", "w64")

Samples = NDArray[np.float32]


class AudioError(Exception):
    """A file that cannot be heard; the message says why in words for the person who owns it."""


@dataclass(frozen=True)
class AudioFacts:
    """What one pass over the file found. ``speaker_channels`` has more than one entry only for separate speakers."""

    duration_seconds: float
    channel_count: int
    speaker_channels: tuple[int, ...]

    @property
    def is_mixed(self) -> bool:
        return len(self.speaker_channels) == 1


@dataclass(frozen=True)
class Sound:
    """A file that has been decoded once. ``held``: all of it (samples x channels), where that is no more than a window."""

    path: Path
    facts: AudioFacts
    held: NDArray[np.int16] | None


@dataclass(frozen=True)
class Window:
    """A stretch of sound: one row of ``samples`` (-1 to 1, 16 kHz) per speaker channel."""

    start_seconds: float
    samples: Samples


def sha256_of(path: Path) -> str:
    """Content hash of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def inspect(path: Path) -> Sound:
    """Decode ``path`` once and say how long it is and which channels hold separate speakers.

    Raises:
        AudioError: nothing can be decoded, or much less than the file announces.
    """
    likeness, count = _Likeness(), 0
    held: list[NDArray[np.int16]] = []
    for block in _blocks(path):
        count += len(block)
        if count > MAX_HOURS * 3600 * SAMPLE_RATE:
            raise AudioError(f"longer than {MAX_HOURS} hours: not one call")
        likeness.add(block)
        held.append(block)
        if count > WINDOW_SECONDS * SAMPLE_RATE:
            held.clear()
    facts = AudioFacts(count / SAMPLE_RATE, likeness.channel_count, likeness.speaker_channels())
    return Sound(path, facts, np.concatenate(held) if count <= WINDOW_SECONDS * SAMPLE_RATE else None)


def windows(sound: Sound, window_seconds: float = WINDOW_SECONDS) -> Iterator[Window]:
    """The sound in windows of at most ``window_seconds``, never holding more than about one of them."""
    size, search = int(window_seconds * SAMPLE_RATE), int(CUT_SEARCH_SECONDS * SAMPLE_RATE)
    pending: list[NDArray[np.int16]] = []
    count, position = 0, 0
    for block in [sound.held] if sound.held is not None else _blocks(sound.path):
        pending.append(block)
        count += len(block)
        while count > size:
            joined = np.concatenate(pending)
            cut = _quietest(joined[:size], min(search, size // 2))
            yield Window(position / SAMPLE_RATE, _speakers_only(joined[:cut], sound.facts))
            pending, count, position = [joined[cut:]], len(joined) - cut, position + cut
    if count:
        yield Window(position / SAMPLE_RATE, _speakers_only(np.concatenate(pending), sound.facts))


def _speakers_only(samples: NDArray[np.int16], facts: AudioFacts) -> Samples:
    chosen = samples[:, list(facts.speaker_channels)].T
    return np.ascontiguousarray(chosen, dtype=np.float32) / np.float32(32768)


def _quietest(samples: NDArray[np.int16], search: int) -> int:
    """Where to cut: the middle of the quietest half second among the last ``search`` samples."""
    tail = np.abs(samples[-search:].astype(np.float32)).max(axis=1)
    step, width = SAMPLE_RATE // 20, SAMPLE_RATE // 2
    starts = range(0, max(len(tail) - width, 1), step)
    loudness = [float(tail[start : start + width].mean()) for start in starts]
    return len(samples) - len(tail) + starts[int(np.argmin(loudness))] + min(width, len(tail)) // 2


# --- which channels are speakers --------------------------------------------------------------------------------------


class _Likeness:
    """What tells whether channels carry the same voices, gathered block by block."""

    def __init__(self) -> None:
        self._grams: list[NDArray[np.float64]] = []
        self._envelopes: list[NDArray[np.float64]] = []
        self._peaks: list[NDArray[np.int16]] = []
        self._rest: NDArray[np.int16] | None = None

    @property
    def channel_count(self) -> int:
        return len(self._peaks[0])

    def add(self, block: NDArray[np.int16]) -> None:
        self._peaks.append(np.maximum(block.max(axis=0), -np.maximum(block.min(axis=0), -32767)))
        if block.shape[1] == 1:  # nothing to compare with
            return
        samples = block.astype(np.float32)
        self._grams.append((samples.T @ samples).astype(np.float64))
        joined = block if self._rest is None else np.concatenate([self._rest, block])
        size = SAMPLE_RATE // FRAMES_PER_SECOND
        whole = len(joined) // size * size
        self._envelopes.append(_envelope(joined[:whole], size))
        self._rest = joined[whole:]

    def speaker_channels(self) -> tuple[int, ...]:
        """Channels that carry voices of their own: silent ones and copies of another are left out.

        Two channels carry the same voices when their waves agree (copies, inverted copies, joint stereo), or their
        loudness rises and falls together (one room heard by two microphones).
        """
        if self.channel_count == 1:
            return (0,)
        gram, envelope = np.sum(self._grams, axis=0), np.concatenate(self._envelopes)
        peaks = np.max(self._peaks, axis=0)
        heard = sorted((i for i in range(len(peaks)) if peaks[i] > SILENT_PEAK), key=lambda i: -gram[i, i])
        kept: list[int] = []
        for i in heard:
            if not any(_is_same(gram, envelope, i, j) for j in kept):
                kept.append(i)
        return tuple(sorted(kept)) or (0,)


def _envelope(samples: NDArray[np.int16], size: int) -> NDArray[np.float64]:
    """Loudness of each channel in decibels, one row per frame."""
    frames = samples.reshape(-1, size, samples.shape[1]).astype(np.float32)
    return 20 * np.log10(np.sqrt(np.einsum("fsc,fsc->fc", frames, frames) / size, dtype=np.float64) + 1.0)


def _is_same(gram: NDArray[np.float64], envelope: NDArray[np.float64], i: int, j: int) -> bool:
    wave = abs(gram[i, j]) / max(np.sqrt(gram[i, i] * gram[j, j]), 1.0)
    if wave >= DUPLICATE_CORRELATION:
        return True
    a, b = envelope[:, i], envelope[:, j]
    if len(a) < 3 or a.std() < 1e-6 or b.std() < 1e-6:
        return False
    return bool(np.corrcoef(a, b)[0, 1] >= SAME_ENVELOPE_CORRELATION)


# --- decoding ---------------------------------------------------------------------------------------------------------


def _blocks(path: Path) -> Iterator[NDArray[np.int16]]:
    """Decoded sound as blocks of shape (samples, channels) at 16 kHz; every failure becomes an ``AudioError``."""
    if not path.is_file():
        raise AudioError("no such file")
    if path.stat().st_size == 0:
        raise AudioError("the file is empty (0 bytes)")
    try:
        container = av.open(str(path), mode="r", metadata_errors="ignore")
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise AudioError(_why_unreadable(path)) from error
    with container:
        if not container.streams.audio:
            raise AudioError(_why_unreadable(path) if _is_text(path) else "there is no sound in it (no audio stream)")
        try:
            yield from _checked(container, _stated_by_wav_header(path))
        except (av.error.FFmpegError, OSError, ValueError, MemoryError) as error:
            raise AudioError(f"the sound is damaged and cannot be decoded ({type(error).__name__})") from error


def _checked(container: "av.container.InputContainer", stated_by_header: float | None) -> Iterator[NDArray[np.int16]]:
    stream = container.streams.audio[0]
    stated = float(stream.duration * stream.time_base) if stream.duration and stream.time_base else None
    stated = stated_by_header or stated
    count = 0
    for block in _grouped(_resampled(container, stream)):
        count += len(block)
        yield block
    if count == 0:
        raise AudioError("no sound could be decoded from it: cut off or damaged")
    seconds = count / SAMPLE_RATE
    if stated and container.format.name.startswith(STATES_LENGTH) and seconds < 0.9 * stated and stated - seconds > 1:
        raise AudioError(f"cut off: it announces {stated:.0f} s of sound and holds {seconds:.0f} s")


def _grouped(blocks: Iterator[NDArray[np.int16]]) -> Iterator[NDArray[np.int16]]:
    """The same sound in blocks of ten seconds: packets of 20 ms cost more to handle than to decode."""
    held: list[NDArray[np.int16]] = []
    count = 0
    for block in blocks:
        held.append(block)
        count += len(block)
        if count >= BLOCK_SECONDS * SAMPLE_RATE:
            yield np.concatenate(held)
            held, count = [], 0
    if count:
        yield np.concatenate(held)


def _resampled(
    container: "av.container.InputContainer", stream: "av.audio.stream.AudioStream"
) -> Iterator[NDArray[np.int16]]:
    # Interleaved samples: planar ones crash PyAV's resampler from eight channels on.
    resampler, channels, expected = None, 0, None
    for frame in _valid_frames(container, stream):
        if resampler is None:
            channels = frame.layout.nb_channels
            resampler = AudioResampler(format="s16", layout=frame.layout, rate=SAMPLE_RATE)
        yield from _missing(frame, expected, channels)
        expected = frame.time + frame.samples / frame.sample_rate if frame.time is not None else None
        frame.pts = None
        for part in resampler.resample(frame):
            yield np.asarray(part.to_ndarray(), dtype=np.int16).reshape(-1, channels)
    if resampler is not None:
        for part in resampler.resample(None):
            yield np.asarray(part.to_ndarray(), dtype=np.int16).reshape(-1, channels)


def _missing(frame: "av.AudioFrame", expected: float | None, channels: int) -> Iterator[NDArray[np.int16]]:
    """Silence where the recorder sent none, so that times stay those of the player."""
    gap = frame.time - expected if frame.time is not None and expected is not None else 0.0
    if 0.1 < gap < LONGEST_FILLED_GAP_SECONDS:
        yield np.zeros((int(gap * SAMPLE_RATE), channels), dtype=np.int16)


def _valid_frames(
    container: "av.container.InputContainer", stream: "av.audio.stream.AudioStream"
) -> Iterator["av.AudioFrame"]:
    frames = container.decode(stream)
    while True:
        try:
            yield next(frames)
        except StopIteration:
            return
        except av.error.InvalidDataError:  # one bad packet; the rest may be good
            continue


def _stated_by_wav_header(path: Path) -> float | None:
    """Seconds that a WAV header announces (FFmpeg tells what the file has instead); None for others and for streams."""
    with path.open("rb") as file:
        head = file.read(1 << 16)
    if head[:4] != b"RIFF" or head[8:12] != b"WAVE":
        return None
    position, bytes_per_second = 12, 0
    while position + 8 <= len(head):
        name, size = head[position : position + 4], int.from_bytes(head[position + 4 : position + 8], "little")
        if name == b"fmt ":
            bytes_per_second = int.from_bytes(head[position + 16 : position + 20], "little")
        elif name == b"data":
            is_known = 0 < size < STREAMED_WAV_SIZE and bytes_per_second > 0
            return size / bytes_per_second if is_known else None
        position += 8 + size + size % 2
    return None


def _why_unreadable(path: Path) -> str:
    if _is_text(path):
        return f"it holds text, not sound, whatever the ending {path.suffix or '(none)'} says"
    return "not a sound format we know: its header is missing or damaged"


def _is_text(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(2048)
    try:
        text = head.decode("utf-8", errors="strict" if len(head) < 2048 else "ignore")
    except UnicodeDecodeError:
        return False
    return bool(text) and all(char.isprintable() or char.isspace() for char in text)
