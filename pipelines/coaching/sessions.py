"""Was a manager's one-on-one coaching or inspection? Kinds of utterances over time, minutes by kind and the session's label.

Pure functions on the probabilities that ``pipelines/scoring`` gives each utterance; no model, no lake. What follows for a manager
or a rep (corrections, queue) is not decided here.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

CLASSIFIER = "kind-examples"
CLASSIFIER_VERSION = "6"

# Chance that the next utterance is of the same kind, and that it is of another kind that counts as the same: coaching wanders from
# feedback to practice to a plan and back far more often than it turns into a forecast.
STAY, STAY_NEAR = 0.8, 0.15
# How many moves from each kind have to be heard before they count for as much as these.
MOVES_BELIEVED = 16
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


def moves(counts_as: Sequence[str], heard: Sequence[Sequence[int]] = ()) -> np.ndarray:
    """(kinds, kinds) chance of each kind given the kind before it; rows sum to 1.

    Args:
        counts_as: of each kind, whether it counts as coaching, inspection or other.
        heard: sessions of which each utterance's kind is known (its place in ``counts_as``), to learn from.
    """
    group = np.array(counts_as)
    same = (group[:, None] == group) & ~np.eye(len(group), dtype=bool)
    other = group[:, None] != group
    chance = STAY * np.eye(len(group)) + STAY_NEAR * _shared(same)
    # A kind alone in its group, or kinds of one group only: the rest goes to whatever there is to go to.
    left = 1 - chance.sum(axis=1, keepdims=True)
    chance += left * _shared(other)
    chance *= MOVES_BELIEVED / chance.sum(axis=1, keepdims=True)
    for kinds in heard:
        np.add.at(chance, (np.array(kinds[:-1], dtype=np.int64), np.array(kinds[1:], dtype=np.int64)), 1)
    return chance / chance.sum(axis=1, keepdims=True)


def _shared(among: np.ndarray) -> np.ndarray:
    """Rows of equal shares over what is true; zeros where nothing is."""
    return among / np.maximum(among.sum(axis=1, keepdims=True), 1)


def smooth(emissions: np.ndarray, move: np.ndarray) -> np.ndarray:
    """Posterior of each utterance's kind given the whole session (forward-backward).

    Args:
        emissions: (n, kinds) how well each utterance fits each kind, rows summing to 1; a row that says nothing is uniform.
        move: (kinds, kinds) see ``moves``.
    """
    count = len(emissions)
    if count == 0:
        return emissions
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


def summarise(
    kinds: Sequence[str],
    counts_as: Sequence[str],
    chance: np.ndarray,
    seconds: np.ndarray,
    words: np.ndarray,
    roles: np.ndarray,
    are_roles_known: bool,
) -> Session:
    """Minutes by kind and the label of one session.

    Args:
        kinds, counts_as: the kinds and whether each counts as coaching, inspection or other.
        chance: (n, kinds) see ``smooth``. Minutes go to the likeliest kind; the label weighs every kind, because it hangs on a
            share, and an utterance of two kinds at even odds is half of each.
        seconds, words, roles: per utterance.
    """
    if len(seconds) == 0:
        return Session("other", 0.0, 0.0, 0.0, 0.0, None, ())
    best = chance.argmax(axis=1)
    minutes = np.bincount(best, weights=seconds / 60, minlength=len(kinds))
    spoken = np.bincount(best, weights=words, minlength=len(kinds))
    group = np.array(counts_as)
    return Session(
        session_label(kinds, counts_as, words @ chance),
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
