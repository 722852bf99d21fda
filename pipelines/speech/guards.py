"""Do not believe everything a recogniser says: loops, words in silence, words stretched over a pause, wrong language.

Pure functions from recognised segments to words, with a reason for all that is left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pipelines.speech.audio import SAMPLE_RATE
from pipelines.speech.engines.protocol import Segment
from pipelines.speech.transcript import Dropped, Word
from pipelines.speech.voice_activity import FRAME, NO_SPEECH

MAX_COMPRESSION = 2.4  # zlib ratio of text, Whisper's own limit for "it loops"
MIN_LOG_PROBABILITY = -1.0  # and for "it guesses"
MAX_NO_SPEECH = 0.6
MIN_SPEECH_SHARE = 0.1  # of the time of a segment's words, by the voice-activity model
SURE_PROBABILITY = 0.6  # mean of the words: a recogniser this sure is believed against the voice-activity model
LONGEST_PHRASE = 10  # words of a phrase that may loop
MAX_REPEATS = {1: 5, 2: 4}  # "no no no no no" is speech; the sixth is a loop. Longer phrases: three times
MAX_WORD_SECONDS = 1.5
SUSPECT_WORD_SECONDS = 0.7
LONGEST_SHIFT_SECONDS = 1.0
STOCK_PHRASES = frozenset(
    {
        "thanks for watching",
        "thank you for watching",
        "please subscribe",
        "please like and subscribe",
        "subtitles by the amaraorg community",
    }
)
# A model that hears a language it does not know guesses words it half knows.
MIN_MEAN_PROBABILITY = 0.45
MIN_WORDS_TO_JUDGE = 15


@dataclass(frozen=True)
class Heard:
    """Words that are believed, with what was left out and why."""

    words: tuple[Word, ...]
    dropped: tuple[Dropped, ...]


def believed(segments: Sequence[Segment], speech: NDArray[np.float32]) -> Heard:
    """Words of the segments of one channel that pass every guard.

    Args:
        segments: with times of the recording.
        speech: probability of speech per frame of the recording (``voice_activity.speech_probability``).
    """
    words: list[Word] = []
    dropped: list[Dropped] = []
    for segment in segments:
        if not segment.words:
            continue
        own = [Word(w.start_seconds, w.end_seconds, w.text, w.probability) for w in segment.words]
        if reason := _why_not(segment, own, speech):
            dropped.append(Dropped(own[0].start_seconds, own[-1].end_seconds, reason))
        else:
            words += [_onto_speech(_within_speech(word, speech), speech) for word in own]
    kept = _without_loops(words)
    return Heard(tuple(kept.words), (*dropped, *kept.dropped))


def _why_not(segment: Segment, words: list[Word], speech: NDArray[np.float32]) -> str | None:
    text = "".join(word.text for word in words)
    if segment.compression_ratio > MAX_COMPRESSION and segment.mean_log_probability < MIN_LOG_PROBABILITY:
        return "repeats itself and is unsure"
    if segment.no_speech_probability > MAX_NO_SPEECH and segment.mean_log_probability < MIN_LOG_PROBABILITY:
        return "no speech, says the recogniser"
    frames = np.concatenate([_frames(word.start_seconds, word.end_seconds, speech) for word in words])
    is_silent = len(frames) > 0 and float((frames >= NO_SPEECH).mean()) < MIN_SPEECH_SHARE
    if is_silent and float(np.mean([word.probability for word in words])) < SURE_PROBABILITY:
        return "no speech there, says the voice detector"
    if "".join(c for c in text.lower() if c.isalpha() or c == " ").strip() in STOCK_PHRASES:
        return "a stock phrase the model learned from subtitles"
    return None


def _frames(start_seconds: float, end_seconds: float, speech: NDArray[np.float32]) -> NDArray[np.float32]:
    first = int(start_seconds * SAMPLE_RATE / FRAME)
    return speech[first : max(int(end_seconds * SAMPLE_RATE / FRAME), first) + 1]


def _within_speech(word: Word, speech: NDArray[np.float32]) -> Word:
    """A long word cut back to where its longest stretch of speech is, and to at most ``MAX_WORD_SECONDS``."""
    if word.end_seconds - word.start_seconds <= SUSPECT_WORD_SECONDS:
        return word
    first = int(word.start_seconds * SAMPLE_RATE / FRAME)
    run_start, run_end = _longest_run(_frames(word.start_seconds, word.end_seconds, speech) >= NO_SPEECH)
    start, end = word.start_seconds, word.end_seconds
    if run_end > run_start:
        start = max(start, (first + run_start) * FRAME / SAMPLE_RATE)
        end = min(end, (first + run_end) * FRAME / SAMPLE_RATE)
    # Whisper stretches a word towards the pause before it more often than after it: its end is the surer side.
    return replace(word, start_seconds=max(start, end - MAX_WORD_SECONDS), end_seconds=max(end, start))


def _onto_speech(word: Word, speech: NDArray[np.float32]) -> Word:
    """A believed word that stands in silence, moved to the nearest speech if some is near: the time is wrong, not the word."""
    first, last = (int(seconds * SAMPLE_RATE / FRAME) for seconds in (word.start_seconds, word.end_seconds))
    reach = int(LONGEST_SHIFT_SECONDS * SAMPLE_RATE / FRAME)
    begin = max(first - reach, 0)
    spoken = np.flatnonzero(speech[begin : last + reach + 1] >= NO_SPEECH) + begin
    if not len(spoken) or ((spoken >= first) & (spoken <= last)).any():
        return word
    nearest = int(spoken[np.argmin(np.where(spoken < first, first - spoken, spoken - last))])
    if nearest < first:
        shift = (nearest + 1) * FRAME / SAMPLE_RATE - word.end_seconds
    else:
        shift = nearest * FRAME / SAMPLE_RATE - word.start_seconds
    start = max(word.start_seconds + shift, 0.0)
    return replace(word, start_seconds=start, end_seconds=start + word.end_seconds - word.start_seconds)


def _longest_run(is_speech: NDArray[np.bool_]) -> tuple[int, int]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], is_speech.astype(np.int8), [0]])))
    runs = list(zip(edges[::2], edges[1::2], strict=True))
    return max(((int(a), int(b)) for a, b in runs), key=lambda run: run[1] - run[0], default=(0, 0))


def _without_loops(words: list[Word]) -> Heard:
    """Words with phrases that repeat too often cut down to one."""
    plain = ["".join(c for c in word.text.lower() if c.isalnum()) for word in words]
    kept: list[Word] = []
    dropped: list[Dropped] = []
    position = 0
    while position < len(words):
        size, count = _loop_at(plain, position)
        kept += words[position : position + max(size, 1)]
        if count > 1:
            cut = words[position + size : position + size * count]
            dropped.append(Dropped(cut[0].start_seconds, cut[-1].end_seconds, f"a phrase repeated {count} times"))
        position += max(size * count, 1)
    return Heard(tuple(kept), tuple(dropped))


def _loop_at(plain: list[str], position: int) -> tuple[int, int]:
    """Size of the phrase that loops from ``position`` on and how often it stands there; (1, 1) for none."""
    for size in range(1, LONGEST_PHRASE + 1):
        phrase = plain[position : position + size]
        count = 1
        while plain[position + count * size : position + (count + 1) * size] == phrase and any(phrase):
            count += 1
        if count > MAX_REPEATS.get(size, 3):
            return size, count
    return 1, 1


def is_language_doubtful(probabilities: Sequence[float]) -> bool:
    """Whether words of a one-language model look like guesses at another language."""
    return len(probabilities) >= MIN_WORDS_TO_JUDGE and float(np.mean(probabilities)) < MIN_MEAN_PROBABILITY
