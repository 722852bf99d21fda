"""What an utterance shows, given the call around it: one small model per behaviour and moment on top of what its words alone say.

Learned from practice calls (``in_call.py``). It stands for rules that would otherwise be written by hand: after which words of the
other side, where in the call, with a question or a day in it. Depends on one call alone; no text is read here.
"""

from dataclasses import dataclass

import numpy as np

from pipelines.scoring.judging import Said

# Beyond this a margin says no more than "surely".
LARGEST_MARGIN = 6.0
NOT_SAID = -4.0
# Turns back at which the other side spoke last, and before that.
LAST_TURN, EARLIER_TURNS = 1, (3, 5)
# An utterance's chance to be the one that shows a behaviour falls with the number of utterances; beyond these bounds of what
# practice calls can show, it stays.
USUAL_UTTERANCES, FEWEST_UTTERANCES, MOST_UTTERANCES = 60, 20, 300
_THIRDS = (0.2, 0.34)
_END = (0.6, 0.85)
_USUAL_WORDS = 2.5  # log
_SCALE = {"own": 0.7, "all": 0.3, "around": 0.3, "length": 0.5, "with_facts": 0.3}


@dataclass(frozen=True)
class Context:
    """Weights of every target's small model, and its calibration at the level of a call.

    Attributes:
        weights: (features + 1, targets), the last row the bias; a column of zeros stands for "as its words alone say".
        slope, shift: (targets,) of the logit.
        is_per_call: (targets,) whether the chance is to be that of a whole call's best utterance (1) or of each utterance (0).
        kind_moves: (kinds, kinds) chance of an utterance's kind given the one before it.
    """

    weights: np.ndarray
    slope: np.ndarray
    shift: np.ndarray
    is_per_call: np.ndarray
    kind_moves: np.ndarray


@dataclass(frozen=True)
class Surroundings:
    """What the small models of all targets share of one call. Arrays have a row an utterance."""

    best: np.ndarray  # (n, targets) highest margin among an utterance's parts
    whole: np.ndarray  # (n, targets) margin of the whole utterance
    shared: np.ndarray  # (n, features)
    facts: np.ndarray  # (n, 3) asks, checks, names a day


def surroundings(said: Said, moments: int) -> Surroundings:
    """Of one call whose ``probabilities`` hold margins: (n, 2 × targets), of the best part, then of the whole.

    Args:
        moments: the first so many targets are moments.
    """
    margins = np.clip(said.probabilities, -LARGEST_MARGIN, LARGEST_MARGIN)
    best, whole = np.hsplit(margins, 2)
    mean = (best + whole) / 2
    facts = np.array([[one.asks, one.checks, one.dates, one.answers_itself, one.opens_as_answer] for one in said.facts])
    facts = facts.reshape(-1, 5).astype(np.float64)
    turns, holds = said.turns, ~said.is_back_channel
    words = np.log1p(np.array([one.words for one in said.facts])) - _USUAL_WORDS
    by_turn = _by_turn(np.where(holds[:, None], mean[:, :moments], NOT_SAID), turns)
    asks_in_turn = _by_turn((facts[:, 0] * holds)[:, None], turns)[turns]
    earlier = np.max([_before(by_turn, turns, back) for back in EARLIER_TURNS], axis=0)
    so_far = np.maximum.accumulate(np.where(holds[:, None], mean[:, :moments], NOT_SAID), axis=0)
    shared = [
        _SCALE["all"] * mean,
        _SCALE["around"] * _before(by_turn, turns, LAST_TURN),
        _SCALE["around"] * earlier,
        _SCALE["around"] * so_far,
        facts,
        asks_in_turn,
        said.answers[:, None],
        _place(len(said)),
        _SCALE["length"] * words[:, None],
    ]
    return Surroundings(best, whole, np.hstack(shared), facts[:, :3])


def features_of(around: Surroundings, target: int) -> np.ndarray:
    """(n, features) for one target: its own two margins first."""
    own = np.column_stack([around.best[:, target], around.whole[:, target]])
    with_facts = around.facts * around.best[:, [target]]
    return np.hstack([_SCALE["own"] * own, around.shared, _SCALE["with_facts"] * with_facts])


def logits(context: Context, around: Surroundings) -> np.ndarray:
    """(n, targets) before calibration."""
    weights = context.weights
    ours, between, facts = weights[:2], weights[2:-4], weights[-4:-1]
    own = _SCALE["own"] * (around.best * ours[0] + around.whole * ours[1])
    with_facts = _SCALE["with_facts"] * around.best * (around.facts @ facts)
    return own + around.shared @ between + with_facts + weights[-1]


def probabilities(context: Context, said: Said, moments: int) -> np.ndarray:
    """(n, targets) chance that each utterance of a call shows each target. See ``surroundings``."""
    if len(said) == 0:
        return np.empty((0, len(context.slope)))
    margin = logits(context, surroundings(said, moments)) - context.is_per_call * length_offset(said)
    return 1 / (1 + np.exp(-np.clip(context.slope * margin + context.shift, -35, 35)))


def length_offset(said: Said) -> float:
    """How much less one utterance means in this call than in one of usual length, in logits: the log of the lengths' ratio."""
    count = np.clip((~said.is_back_channel).sum(), FEWEST_UTTERANCES, MOST_UTTERANCES)
    return float(np.log(count / USUAL_UTTERANCES))


def _by_turn(values: np.ndarray, turns: np.ndarray) -> np.ndarray:
    """Highest value of each turn."""
    starts = np.flatnonzero(np.diff(turns, prepend=-1))
    return np.maximum.reduceat(values, starts, axis=0)


def _before(by_turn: np.ndarray, turns: np.ndarray, back: int) -> np.ndarray:
    """Value of the turn so many before each utterance's own."""
    padded = np.vstack([np.full((back, by_turn.shape[1]), NOT_SAID), by_turn])
    return padded[turns]


def _place(count: int) -> np.ndarray:
    share = np.arange(count) / max(count, 1)
    return np.column_stack([share, *(share < early for early in _THIRDS), *(share > late for late in _END)])
