"""When lines are spoken: sentences with start and end in milliseconds from word counts, speaking rates and gaps."""

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from sample_org.talk import Line

_SENTENCE_END = re.compile(r"(?<=[.?!]) +")
LEAD_IN_MS = 1500
TURN_GAP_MS, TURN_GAP_SPREAD_MS = 420, 380  # about one switch in seven overlaps
LONGEST_OVERLAP_MS = 900
SOONEST_REPLY_MS = 150  # after the start of what is replied to
SENTENCE_GAP_MS = (120, 550)
NEW_THOUGHT_MS = (1050, 1900)  # before one's own next line: long enough that it is an utterance of its own


@dataclass(frozen=True)
class Turn:
    """What one speaker says in a row; ``kind`` is the answer key's."""

    role: str
    kind: str | None
    sentences: tuple[tuple[int, int, str], ...]  # start, end (ms), text


@lru_cache(maxsize=20_000)
def _sentences(text: str) -> tuple[str, ...]:
    return tuple(_SENTENCE_END.split(text))


def speaking_rate(rng: random.Random) -> float:
    """Words a second of one person."""
    return min(max(rng.gauss(2.6, 0.3), 1.8), 3.5)


def timed(rng: random.Random, lines: Sequence[Line], rates: Mapping[str, float]) -> list[Turn]:
    """Turns one after another at each role's rate; some begin before the last one ends."""
    turns: list[Turn] = []
    now = float(LEAD_IN_MS)
    for line in lines:
        if turns and line.role != turns[-1].role:
            gap = max(rng.gauss(TURN_GAP_MS, TURN_GAP_SPREAD_MS), -LONGEST_OVERLAP_MS)
            now = max(now + gap, turns[-1].sentences[-1][0] + SOONEST_REPLY_MS)
        elif turns:
            now += rng.uniform(*NEW_THOUGHT_MS)
        sentences = []
        for text in _sentences(line.text):
            length = max(350.0, 1000 * len(text.split()) / rates[line.role] * rng.uniform(0.9, 1.1))
            sentences.append((int(now), int(now + length), text))
            now += length + rng.uniform(*SENTENCE_GAP_MS)
        now = float(sentences[-1][1])
        turns.append(Turn(line.role, line.kind, tuple(sentences)))
    return turns


def stretched(turns: Sequence[Turn], session_ms: int, speech_share: float) -> list[Turn]:
    """The same turns slowed down to fill a session, with silence between them.

    The sample's 1:1s have a tenth of the words of real ones, so that the demo stays small; their minutes are whole.
    """
    spoken = sum(end - start for turn in turns for start, end, _ in turn.sentences)
    count = sum(len(turn.sentences) for turn in turns)
    slower = session_ms * speech_share / spoken
    gap = session_ms * (1 - speech_share) / (count + 1)
    now, slow = gap, []
    for turn in turns:
        sentences = []
        for start, end, text in turn.sentences:
            length = (end - start) * slower
            sentences.append((int(now), int(now + length), text))
            now += length + gap
        slow.append(Turn(turn.role, turn.kind, tuple(sentences)))
    return slow
