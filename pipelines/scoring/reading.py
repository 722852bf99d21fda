"""Reads utterances for scoring: names masked, text normalised, each distinct text matched once and remembered for the run.

What the probabilities mean for a call belongs to ``judging.py``; the lake is read and written in ``chunks.py``.
"""

import re
from collections.abc import Sequence

import numpy as np
import polars as pl

from pipelines.scoring.cache import OnEncode
from pipelines.scoring.judging import KeyFacts, facts_of
from pipelines.scoring.matching import Matcher
from pipelines.scoring.signals.questions import is_question
from pipelines.scoring.text import COMPANY, COMPETITOR, PERSON, marked, mask_names, plain, sentences, units

MOST_REMEMBERED = 300_000
LONGEST_QUOTE = 280
_QUOTE_WORDS = 24
# First or last names that are everyday words: replacing them would damage more than it hides.
_EVERYDAY_WORDS = """
    april art august banks best bill black brown budget call case cash chase close com day deal dean demo discovery drew faith field
    follow for frank gene good grace grant green guy hope intro joy june king long love mark max may meeting miles net north org page
    pat price pricing product ray review rich rob sales short small stone sue summer team terms the up west white will you young
    an and at by can he in it no of on our she so to
"""
_WORDS_NOT_NAMES = frozenset(_EVERYDAY_WORDS.split())
_SHARED_HOSTS = "example gmail gmx googlemail hotmail icloud mail outlook proton protonmail web yahoo"
_MAIL_HOSTS = frozenset(_SHARED_HOSTS.split())


def person_names(participants: Sequence[dict]) -> set[str]:
    """Words of the participants' names that can be replaced without harm."""
    words = {word for one in participants for word in re.findall(r"[^\W\d_]{2,}", one.get("name") or "")}
    return {word for word in words if word.lower() not in _WORDS_NOT_NAMES}


def company_names(participants: Sequence[dict]) -> set[str]:
    """Company names as the participants' e-mail domains give them."""
    hosts = {(one.get("email") or "").rpartition("@")[2].split(".")[0].lower() for one in participants}
    return {host for host in hosts if len(host) > 2} - _MAIL_HOSTS - _WORDS_NOT_NAMES


def normalised(
    utterances: pl.DataFrame, participants: dict[str, Sequence[dict]], competitors: Sequence[str] = ()
) -> pl.DataFrame:
    """``utterances`` (sorted by call) with ``marked``, the normal form in which a call's own names are replaced."""
    texts = utterances["text"].to_list()
    bounds = (
        utterances.with_row_index("row")
        .group_by("call_id", maintain_order=True)
        .agg(pl.col("row").min().alias("first"), pl.len().alias("count"))
    )
    masked: list[str] = []
    for call_id, first, count in bounds.iter_rows():
        part = texts[first : first + count]
        known = participants.get(call_id, ())
        part = mask_names(part, competitors, COMPETITOR)
        part = mask_names(part, company_names(known), COMPANY)
        masked += mask_names(part, person_names(known), PERSON)
    return utterances.with_columns(pl.Series("masked", masked, dtype=pl.String)).with_columns(
        marked(pl.col("masked")).alias("marked")
    )


class Reader:
    """Distinct texts → probabilities and facts, remembered up to a limit so that memory stays flat."""

    def __init__(self, matcher: Matcher, with_windows: bool = True) -> None:
        """``with_windows``: whether long sentences are also read in windows of some words (``text.units``)."""
        self._matcher = matcher
        self._with_windows = with_windows
        self._forget()

    def _forget(self) -> None:
        self._rows: dict[str, int] = {}
        self.facts: list[KeyFacts] = []
        self._probabilities: list[np.ndarray] = []
        self._best: list[np.ndarray] = []

    def read(
        self, texts: Sequence[str], on_encode: OnEncode | None = None
    ) -> tuple[np.ndarray, np.ndarray, list[KeyFacts]]:
        """Of normalised texts (with sentence marks), in order.

        Returns:
            (n, targets) highest probability among a text's units; (n, targets) which unit that was; facts. Of a matcher that
            judges in the call: (n, 2 × targets) highest margin among the units, then the margin of the whole text.
        """
        if len(self._rows) > MOST_REMEMBERED:
            self._forget()
        new = [text for text in dict.fromkeys(texts) if text not in self._rows]
        if new:
            self._learn(new, on_encode)
        rows = [self._rows[text] for text in texts]
        if not rows:
            nothing = np.empty((0, len(self._matcher.names)))
            chances = np.hstack([nothing, nothing]) if self._matcher.in_call else nothing
            return chances, nothing.astype(np.int64), []
        chunks, best = np.concatenate(self._probabilities), np.concatenate(self._best)
        self._probabilities, self._best = [chunks], [best]
        return chunks[rows], best[rows], [self.facts[row] for row in rows]

    def _learn(self, texts: list[str], on_encode: OnEncode | None) -> None:
        parts = [units(text, self._with_windows) for text in texts]
        if self._matcher.in_call:
            self._learn_margins(texts, parts, on_encode)
            return
        is_kind = np.array([name.startswith("kind:") for name in self._matcher.names])
        # What a turn is about does not hang on punctuation, which a recogniser may not write.
        bare = [[(unit, False) for unit, _ in units(plain(text))] if is_kind.any() else [] for text in texts]
        distinct = list(dict.fromkeys(unit for part in (*parts, *bare) for unit in part))
        place = {unit: row for row, unit in enumerate(distinct)}
        said, are_marked = zip(*distinct, strict=True)
        chance = self._matcher.probabilities(said, are_marked, on_encode)
        per_text = [chance[[place[unit] for unit in part]] for part in parts]
        highest = [rows.max(axis=0) for rows in per_text]
        if is_kind.any():
            # A behaviour shows in any part of a long utterance; what the utterance is about, the whole of it says.
            about = [
                _about(plain(text), part, chance[[place[unit] for unit in part]])
                for text, part in zip(texts, bare, strict=True)
            ]
            highest = [np.where(is_kind, whole, most) for whole, most in zip(about, highest, strict=True)]
        self._remember(texts, np.array(highest), np.array([rows.argmax(axis=0) for rows in per_text]))

    def _learn_margins(self, texts: list[str], parts: list[list[tuple[str, bool]]], on_encode: OnEncode | None) -> None:
        wholes = [(plain(text), "?" in text) for text in texts]
        distinct = list(dict.fromkeys(unit for part in (*parts, wholes) for unit in part))
        place = {unit: row for row, unit in enumerate(distinct)}
        said, are_marked = zip(*distinct, strict=True)
        margin = self._matcher.probabilities(said, are_marked, on_encode)
        per_text = [margin[[place[unit] for unit in part]] for part in parts]
        highest = np.array([rows.max(axis=0) for rows in per_text])
        whole = margin[[place[unit] for unit in wholes]]
        self._remember(texts, np.hstack([highest, whole]), np.array([rows.argmax(axis=0) for rows in per_text]))

    def _remember(self, texts: list[str], chance: np.ndarray, best: np.ndarray) -> None:
        asks = pl.DataFrame({"text": texts}).select(is_question(pl.col("text")))["text"].to_list()
        first = len(self._rows)
        self._rows.update({text: first + row for row, text in enumerate(texts)})
        self.facts += [facts_of(text, bool(one)) for text, one in zip(texts, asks, strict=True)]
        self._probabilities.append(chance)
        self._best.append(best)


def _about(whole: str, parts: Sequence[tuple[str, bool]], rows: np.ndarray) -> np.ndarray:
    """Probabilities of the whole utterance: its own, or of one too long to be read at once the mean of its windows by words.

    Not of its sentences: "Okay." and "Right, good." say nothing of what a turn is about, and a recogniser writes no full
    stops that would tell them apart.
    """
    if parts[0][0] == whole:
        return rows[0]
    return np.average(rows, axis=0, weights=[max(len(part.split()), 1) for part, _ in parts])


def quote(raw: str, marked_text: str, unit: int) -> str:
    """The words of ``raw``, verbatim, that correspond best to one unit of its normal form."""
    if len(raw) <= LONGEST_QUOTE and unit == 0:
        return raw
    wanted = set(units(marked_text)[unit][0].split())
    candidates = [part for sentence in sentences(raw) for part in _short(sentence)]
    return max(candidates, key=lambda part: _overlap(wanted, part))


def _short(sentence: str) -> list[str]:
    words = list(re.finditer(r"\S+", sentence))
    if len(words) <= _QUOTE_WORDS or len(sentence) <= LONGEST_QUOTE / 2:
        return [sentence[:LONGEST_QUOTE]]
    starts = [*range(0, len(words) - _QUOTE_WORDS, _QUOTE_WORDS // 2), len(words) - _QUOTE_WORDS]
    return [sentence[words[s].start() : words[s + _QUOTE_WORDS - 1].end()][:LONGEST_QUOTE] for s in starts]


def _overlap(wanted: set[str], part: str) -> float:
    words = set(re.findall(r"\w+", part.lower()))
    return len(wanted & words) / max(len(wanted | words), 1)
