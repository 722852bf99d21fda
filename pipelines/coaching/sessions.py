"""Was a manager's one-on-one coaching or inspection? Kinds of utterances over time, minutes by kind and the session's label.

Pure functions on the probabilities that ``pipelines/scoring`` gives each utterance; no model, no lake. What follows for a manager
or a rep (corrections, queue) is not decided here.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

CLASSIFIER = "kind-examples"
CLASSIFIER_VERSION = "3"

STAY = 0.75  # chance that the next utterance is about the same kind of thing
LABEL_SHARE = 0.6
ADMIN = "admin"


@dataclass(frozen=True)
class KindShare:
    """One kind's part of a session."""

    kind: str
    minutes: float
    word_count: int


@dataclass(frozen=True)
class Session:
    """A one-on-one summed up. Minutes are speech time of what was heard."""

    label: str
    coaching_minutes: float
    inspection_minutes: float
    other_minutes: float
    speech_minutes: float
    rep_talk_ratio: float | None
    kinds: tuple[KindShare, ...]


def smooth(emissions: np.ndarray, stay: float = STAY) -> np.ndarray:
    """Posterior of each utterance's kind given the whole session (forward-backward over a sticky chain).

    Args:
        emissions: (n, kinds) how well each utterance fits each kind, rows summing to 1; a row that says nothing is uniform.
    """
    count, kinds = emissions.shape
    if count == 0 or kinds == 1:
        return emissions
    move = np.full((kinds, kinds), (1 - stay) / (kinds - 1))
    np.fill_diagonal(move, stay)
    forward, backward = np.empty_like(emissions), np.ones_like(emissions)
    forward[0] = emissions[0] / emissions[0].sum()
    for place in range(1, count):
        ahead = (forward[place - 1] @ move) * emissions[place]
        forward[place] = ahead / ahead.sum()
    for place in range(count - 2, -1, -1):
        behind = move @ (emissions[place + 1] * backward[place + 1])
        backward[place] = behind / behind.sum()
    both = forward * backward
    return both / both.sum(axis=1, keepdims=True)


def most_likely(emissions: np.ndarray) -> np.ndarray:
    """Place of each utterance's kind, given the utterances around it; see ``smooth``."""
    return smooth(emissions).argmax(axis=1)


def summarise(
    kinds: Sequence[str],
    counts_as: Sequence[str],
    best: np.ndarray,
    seconds: np.ndarray,
    words: np.ndarray,
    roles: np.ndarray,
    are_roles_known: bool,
) -> Session:
    """Minutes by kind and the label of one session.

    Args:
        kinds, counts_as: the kinds and whether each counts as coaching, inspection or other.
        best: (n,) place of each utterance's kind in ``kinds``.
        seconds, words, roles: per utterance.
    """
    if len(seconds) == 0:
        return Session("other", 0.0, 0.0, 0.0, 0.0, None, ())
    minutes = np.bincount(best, weights=seconds / 60, minlength=len(kinds))
    spoken = np.bincount(best, weights=words, minlength=len(kinds))
    group = np.array(counts_as)
    return Session(
        session_label(kinds, counts_as, spoken),
        float(minutes[group == "coaching"].sum()),
        float(minutes[group == "inspection"].sum()),
        float(minutes[group == "other"].sum()),
        float(minutes.sum()),
        _rep_talk_ratio(seconds, roles) if are_roles_known else None,
        tuple(
            KindShare(kind, float(minutes[place]), int(spoken[place]))
            for place, kind in enumerate(kinds)
            if minutes[place] > 0 or spoken[place] > 0
        ),
    )


def session_label(kinds: Sequence[str], counts_as: Sequence[str], words: np.ndarray) -> str:
    """``coaching`` or ``inspection`` from 60 % of the non-admin words on, else ``mixed``; ``other`` if most words are neither."""
    group = np.array(counts_as)
    total, admin = words.sum(), words[np.array(kinds) == ADMIN].sum()
    if total == 0 or words[group == "other"].sum() > total / 2:
        return "other"
    for label in ("coaching", "inspection"):
        if words[group == label].sum() >= LABEL_SHARE * (total - admin):
            return label
    return "mixed"


def _rep_talk_ratio(seconds: np.ndarray, roles: np.ndarray) -> float | None:
    rep, manager = seconds[roles == "rep"].sum(), seconds[roles == "manager"].sum()
    return float(rep / (rep + manager)) if rep + manager > 0 else None
