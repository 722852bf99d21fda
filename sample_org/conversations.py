"""From what happened to what was said: chooses the mix of a 1:1, and asks ``talk`` for lines. No sentences in here."""

import random

import numpy as np

from sample_org.company import BEHAVIOURS
from sample_org.customer_calls import CALL_TYPES, EVENTS
from sample_org.talk import CallNames, Line, external_call, one_on_one
from sample_org.truth import SESSION_TYPES

WORDS_OF_A_ONE_ON_ONE = 420  # stretched over the session's minutes, see speaking.py

# How the coaching words of a session split, and how the others do, by session type.
COACHING_KINDS = {
    "coaching": {
        "skill_feedback": 0.35,
        "practice": 0.2,
        "self_assessment": 0.15,
        "deal_strategy": 0.2,
        "action_commitment": 0.1,
    },
    "inspection": {"deal_strategy": 0.6, "action_commitment": 0.4},
    "mixed": {"skill_feedback": 0.3, "self_assessment": 0.1, "deal_strategy": 0.45, "action_commitment": 0.15},
    "other": {"self_assessment": 0.5, "action_commitment": 0.5},
}
OTHER_KINDS = {
    "coaching": {"inspection": 0.3, "wellbeing": 0.3, "admin": 0.4},
    "inspection": {"inspection": 0.86, "wellbeing": 0.06, "admin": 0.08},
    "mixed": {"inspection": 0.7, "wellbeing": 0.12, "admin": 0.18},
    "other": {"inspection": 0.08, "wellbeing": 0.47, "admin": 0.45},
}
ACTION_SHARE = {"coaching": 0.75, "inspection": 0.15, "mixed": 0.4, "other": 0.1}


def customer_lines(
    rng: random.Random, call_type: int, shown: np.ndarray, events: np.ndarray, names: CallNames
) -> list[Line]:
    """A customer call; ``shown`` and ``events`` are rows of ``CustomerCalls``."""
    return external_call(
        rng,
        CALL_TYPES[call_type],
        {behaviour: bool(value) for behaviour, value in zip(BEHAVIOURS, shown, strict=True)},
        frozenset(event for event, happens in zip(EVENTS, events, strict=True) if happens),
        names,
    )


def one_on_one_lines(rng: random.Random, session_type: int, coaching_share: float, names: CallNames) -> list[Line]:
    """A 1:1 in which ``coaching_share`` of the words are coaching."""
    name = SESSION_TYPES[session_type]
    mix = _mix(rng, COACHING_KINDS[name], coaching_share)
    for kind, share in _mix(rng, OTHER_KINDS[name], 1 - coaching_share).items():
        mix[kind] = mix.get(kind, 0.0) + share
    return one_on_one(rng, mix, WORDS_OF_A_ONE_ON_ONE, names, rng.random() < ACTION_SHARE[name])


def _mix(rng: random.Random, usual: dict[str, float], total: float) -> dict[str, float]:
    """The usual split with some chance in it, adding up to ``total``."""
    drawn = {kind: share * rng.uniform(0.6, 1.4) for kind, share in usual.items()}
    return {kind: total * share / sum(drawn.values()) for kind, share in drawn.items()}
