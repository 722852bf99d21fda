"""One recording in, one transcript out: the function that a worker runs, here or on another machine.

It knows a path and options, nothing of calls, people or the lake. Results are cached by content, engine, weights and
options, masked where masking is on, so that a second run recognises nothing.
"""

import hashlib
import json
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from pipelines.speech.audio import SAMPLE_RATE, AudioFacts, Samples, Window, inspect, windows
from pipelines.speech.engines import BEAM_SIZES, Engine, RecognitionOptions, Segment, load_engine
from pipelines.speech.guards import believed, is_language_doubtful
from pipelines.speech.models import resolve
from pipelines.speech.speakers import Separation, Voices, joined, separate, voices
from pipelines.speech.transcript import (
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
from pipelines.speech.voice_activity import (
    FRAME,
    NO_SPEECH,
    SpeechClock,
    joined_speech,
    speech_probability,
    tight_regions,
    wide_regions,
)

Timed = TypeVar("Timed", Word, Dropped)

PLAIN = RecognitionOptions()
VERSION = 3  # of everything between sound and words; a change here makes cached transcripts stale


@dataclass(frozen=True)
class Job:
    """A recording to recognise. ``speaker_count``: people known to take part (mixed channels only); None: find out."""

    path: Path
    audio_sha256: str
    engine: str
    model: str
    cache_dir: Path
    options: RecognitionOptions = PLAIN
    speaker_count: int | None = None
    is_masked: bool = True
    threads: int = 1

    @property
    def cache_path(self) -> Path:
        """Where the transcript lies once it has been made; all transcripts of a recording share a folder."""
        options = asdict(self.options) | {
            "engine": self.engine,
            "beam_size": BEAM_SIZES.get(self.engine),
            "model": resolve(self.model).model_id,
            "speaker_count": self.speaker_count,
            "is_masked": self.is_masked,
            "version": VERSION,
        }
        key = hashlib.sha256(json.dumps(options, sort_keys=True).encode()).hexdigest()[:24]
        return transcript_folder(self.cache_dir, self.audio_sha256) / f"{key}.json"


def transcript_folder(cache_dir: Path, audio_sha256: str) -> Path:
    """Everything cached of one recording: what has to go when its retention ends."""
    return cache_dir / "transcripts" / audio_sha256


def cached(job: Job) -> Transcript | None:
    """The transcript if it has been made before; a file that cannot be read counts as none."""
    try:
        return from_json(json.loads(job.cache_path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def recognise(job: Job) -> Transcript:
    """Transcript of a recording, from the cache or by listening.

    Raises:
        AudioError: the file cannot be heard.
        ModelError: the model is missing or not the expected one.
    """
    known = cached(job)
    if known is not None:
        return known
    transcript = listen(job)
    job.cache_path.parent.mkdir(parents=True, exist_ok=True)
    staged = job.cache_path.with_suffix(f".{uuid.uuid4().hex}.tmp")
    staged.write_text(json.dumps(transcript.to_json(), ensure_ascii=False), encoding="utf-8")
    staged.replace(job.cache_path)
    return transcript


def listen(job: Job) -> Transcript:
    """Transcript of a recording, without looking into the cache."""
    sound = inspect(job.path)
    engine = load_engine(job.engine, job.model, job.cache_dir, job.threads)
    heard = _Heard()
    for window in windows(sound):
        heard = _with_window(heard, window, sound.facts, engine, job)
    return _transcript(heard, sound.facts, engine, job)


@dataclass(frozen=True)
class _Heard:
    """What the windows so far gave. ``words`` by channel."""

    words: tuple[tuple[Word, ...], ...] = ()
    dropped: tuple[Dropped, ...] = ()
    voices: tuple[Voices, ...] = ()
    speech_seconds: float = 0.0
    language: str | None = None


def _with_window(heard: _Heard, window: Window, facts: AudioFacts, engine: Engine, job: Job) -> _Heard:
    words = list(heard.words or ((),) * len(facts.speaker_channels))
    dropped, parts, language = list(heard.dropped), list(heard.voices), heard.language
    is_speech = np.zeros(window.samples.shape[1] // FRAME + 1, dtype=bool)
    for row, samples in enumerate(window.samples):
        speech = speech_probability(samples)
        is_speech |= speech[: len(is_speech)] >= NO_SPEECH
        options = replace(job.options, language=job.options.language or language)
        segments, language = _segments(samples, speech, engine, options)
        kept = believed(segments, speech)
        words[row] += tuple(_later(kept.words, window.start_seconds))
        dropped += _later(kept.dropped, window.start_seconds)
        if facts.is_mixed and job.speaker_count != 1:
            parts.append(voices(samples, tight_regions(speech, len(samples)), window.start_seconds, job.threads))
    seconds = heard.speech_seconds + float(is_speech.sum()) * FRAME / SAMPLE_RATE
    return _Heard(tuple(words), tuple(dropped), tuple(parts), seconds, language)


def _segments(
    samples: Samples, speech: NDArray[np.float32], engine: Engine, options: RecognitionOptions
) -> tuple[list[Segment], str | None]:
    """Recognised segments of one channel with times of the window, and the language."""
    regions = wide_regions(speech, len(samples))
    if not regions:
        return [], options.language
    recognition = engine.recognise(joined_speech(samples, regions), options)
    clock = SpeechClock(regions)
    restored = []
    for segment in recognition.segments:
        times = [clock.original(word.start_seconds, word.end_seconds) for word in segment.words]
        words = [
            replace(word, start_seconds=start, end_seconds=end)
            for word, (start, end) in zip(segment.words, times, strict=True)
        ]
        restored.append(replace(segment, words=tuple(words)))
    return restored, recognition.language


def _later(items: Iterable[Timed], seconds: float) -> Iterator[Timed]:
    for item in items:
        yield replace(item, start_seconds=item.start_seconds + seconds, end_seconds=item.end_seconds + seconds)


def _transcript(heard: _Heard, facts: AudioFacts, engine: Engine, job: Job) -> Transcript:
    utterances: list[Utterance] = []
    separation = Separation([], True)
    for row, raw in enumerate(heard.words):
        words = tidy_words(raw, facts.duration_seconds)
        separation = Separation([f"speaker_{row}"] * len(words), True)
        if facts.is_mixed:
            separation = separate(words, joined(heard.voices), job.speaker_count)
        utterances += cut_utterances(words, separation.labels, row)
    ordered = in_order(utterances)
    probabilities = [word.probability for utterance in ordered for word in utterance.words]
    language, status = heard.language, "transcribed" if ordered else "no_speech"
    if _is_unsupported(engine, job.options, probabilities):
        language, status, ordered = None, "unsupported_language", ()
    return Transcript(
        audio_sha256=job.audio_sha256,
        duration_seconds=round(facts.duration_seconds, 3),
        channel_count=len(facts.speaker_channels),
        is_separation_sure=separation.is_sure,
        language=language if probabilities else None,
        engine=engine.name,
        model=engine.model,
        status=status,
        mean_word_probability=round(float(np.mean(probabilities)), 4) if probabilities else None,
        speech_ratio=round(min(heard.speech_seconds / facts.duration_seconds, 1.0), 4)
        if facts.duration_seconds
        else 0.0,
        dropped=tuple(_inside(heard.dropped, facts.duration_seconds)),
        utterances=masked(ordered) if job.is_masked else ordered,
    )


def _is_unsupported(engine: Engine, options: RecognitionOptions, probabilities: list[float]) -> bool:
    if engine.is_multilingual:
        return False
    return options.language not in (None, "en") or is_language_doubtful(probabilities)


def _inside(dropped: Iterable[Dropped], duration_seconds: float) -> Iterator[Dropped]:
    for item in dropped:
        start, end = (round(min(t, duration_seconds), 3) for t in (item.start_seconds, item.end_seconds))
        yield Dropped(start, max(end, start), item.reason)
