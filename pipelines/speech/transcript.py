"""The records of a transcript and how words become utterances. Pure: no models, no files.

A ``Transcript`` is what was heard, before anyone is named: roles depend on who took part and on people's corrections,
so they are worked out later (``roles.py``) and are no part of it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from pipelines.redact import CARD, EMAIL, NATIONAL_ID, PHONE, mask_words

GAP_SECONDS = 0.8  # a longer pause between words ends an utterance
LONG_SECONDS = 20.0  # past this an utterance ends at the next end of a sentence, so that evidence can be pointed at
LONGEST_SECONDS = 40.0  # and past this at the next word
MASKS = (EMAIL, PHONE, CARD, NATIONAL_ID)


@dataclass(frozen=True)
class Word:
    """One written word; ``text`` has no spaces, and is empty where the mask before it stands for this word too."""

    start_seconds: float
    end_seconds: float
    text: str
    probability: float


@dataclass(frozen=True)
class Utterance:
    """Continuous speech by one speaker."""

    channel: int
    speaker: str
    words: tuple[Word, ...]

    @property
    def start_seconds(self) -> float:
        return self.words[0].start_seconds

    @property
    def end_seconds(self) -> float:
        return max(word.end_seconds for word in self.words)

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words if word.text)


@dataclass(frozen=True)
class Dropped:
    """Words that were recognised and not believed."""

    start_seconds: float
    end_seconds: float
    reason: str


@dataclass(frozen=True)
class Transcript:
    """What was heard in one recording. ``status``: transcribed, no_speech or unsupported_language."""

    audio_sha256: str
    duration_seconds: float
    channel_count: int  # of separate speakers; 1: mixed
    is_separation_sure: bool  # False: the voices of a mixed channel may be one person
    language: str | None
    engine: str
    model: str
    status: str
    mean_word_probability: float | None
    speech_ratio: float
    dropped: tuple[Dropped, ...]
    utterances: tuple[Utterance, ...]

    @property
    def speakers(self) -> list[str]:
        """Speakers in the order in which they are first heard."""
        return list(dict.fromkeys(utterance.speaker for utterance in self.utterances))

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def from_json(data: dict[str, Any]) -> Transcript:
    """Inverse of ``Transcript.to_json``."""
    utterances = tuple(
        Utterance(u["channel"], u["speaker"], tuple(Word(**word) for word in u["words"])) for u in data["utterances"]
    )
    return Transcript(**{**data, "dropped": tuple(Dropped(**d) for d in data["dropped"]), "utterances": utterances})


def tidy_words(words: Iterable[Word], duration_seconds: float) -> list[Word]:
    """Written words in order of time: pieces without a space before them joined on, times inside the file.

    Args:
        words: as an engine gives them, a new written word beginning with a space.
    """
    joined: list[Word] = []
    for word in words:
        if joined and word.text and not word.text[0].isspace():
            last = joined.pop()
            probability = (last.probability + word.probability) / 2
            word = Word(last.start_seconds, word.end_seconds, last.text + word.text, probability)  # noqa: PLW2901
        joined.append(word)
    return list(_in_order((replace(word, text="".join(word.text.split())) for word in joined), duration_seconds))


def _in_order(words: Iterable[Word], duration_seconds: float) -> Iterator[Word]:
    earliest = 0.0
    for word in words:
        if not word.text:
            continue
        start = round(min(max(word.start_seconds, earliest), duration_seconds), 3)
        end = round(min(max(word.end_seconds, start), duration_seconds), 3)
        earliest = start
        yield Word(start, end, word.text, round(min(max(word.probability, 0.0), 1.0), 4))


def cut_utterances(words: Sequence[Word], speakers: Sequence[str], channel: int) -> list[Utterance]:
    """Utterances of one channel: cut where the speaker changes, at pauses, and in long speech at ends of sentences."""
    found: list[Utterance] = []
    held: list[Word] = []
    speaker = ""
    for word, next_speaker in zip(words, speakers, strict=True):
        if held and (next_speaker != speaker or _is_cut(held, word)):
            found.append(Utterance(channel, speaker, tuple(held)))
            held = []
        speaker = next_speaker
        held.append(word)
    if held:
        found.append(Utterance(channel, speaker, tuple(held)))
    return found


def _is_cut(held: Sequence[Word], word: Word) -> bool:
    length = held[-1].end_seconds - held[0].start_seconds
    is_sentence_end = held[-1].text.endswith((".", "?", "!"))
    return (
        word.start_seconds - held[-1].end_seconds > GAP_SECONDS
        or (length > LONG_SECONDS and is_sentence_end)
        or length > LONGEST_SECONDS
    )


def in_order(utterances: Iterable[Utterance]) -> tuple[Utterance, ...]:
    """Utterances of all channels by time (ties: by end, then speaker)."""
    return tuple(sorted(utterances, key=lambda u: (u.start_seconds, u.end_seconds, u.channel, u.speaker)))


def masked(utterances: Sequence[Utterance]) -> tuple[Utterance, ...]:
    """Personal data masked in the words; every word keeps its place and its times.

    Each speaker's words are looked at as one run, so that a number dictated in pieces with the other side saying "yes"
    in between is still found.
    """
    texts = {speaker: iter(_masked_texts(utterances, speaker)) for speaker in {u.speaker for u in utterances}}
    return tuple(
        replace(u, words=tuple(replace(word, text=next(texts[u.speaker])) for word in u.words)) for u in utterances
    )


def _masked_texts(utterances: Sequence[Utterance], speaker: str) -> Iterator[str]:
    own = [utterance for utterance in utterances if utterance.speaker == speaker]
    texts = iter(mask_words([word.text for utterance in own for word in utterance.words]))
    mask = ""
    for utterance in own:
        for position, word in enumerate(utterance.words):
            text = next(texts)
            mask = next((m for m in MASKS if m in text), mask)
            # A find that began in an earlier utterance: this one says so too instead of losing its words.
            yield mask if position == 0 and not text and word.text else text
