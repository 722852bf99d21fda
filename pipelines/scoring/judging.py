"""From utterance probabilities to scores and moments of one call: who said it, where, after what, and with which evidence.

Opportunity first (call type or trigger), then met. Only the right side's utterances count. No text is matched here: the
probabilities come from ``matching.py``.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pipelines.scoring.matching import CHECK, DATE
from pipelines.scoring.rubric import Behaviour, Moment, Rubric, Where
from pipelines.scoring.signals.conversation import LOWEST_ROLE_CONFIDENCE
from pipelines.scoring.text import plain

NEIGHBOURS = 2
# What is only context (the pain before a follow-up question, the second objection of a call) need not be sure: the behaviour must be.
CONTEXT_AT = 0.1
# What an utterance still counts where the question, check or date it needs was not recognised (recognisers drop words).
UNSUPPORTED = 0.6
NEVER_BELOW = 0.05
# "What would your budget be? Usually it is around 30k, so let me move on."
_SELF_ANSWER = re.compile(
    r"^(?:well |so |but )?(?:i (?:guess|assume|suppose|imagine|bet|would say|would guess)|probably|usually|normally|typically|"
    r"most likely|my guess|it is (?:probably|usually|normally|always|nearly always)|that is (?:probably|usually|always)|"
    r"(?:it|that) (?:will|would) be|actually no|no need to|never mind|not that (?:it|that) matters)\b"
)
_CHECK, _DATE = re.compile(CHECK), re.compile(DATE)
SELF_ANSWER_WORDS = 5


@dataclass(frozen=True)
class KeyFacts:
    """What is known of one distinct utterance text besides its probabilities."""

    checks: bool
    dates: bool
    asks: bool
    answers_itself: bool
    opens_as_answer: bool
    words: int = 0


def facts_of(marked_text: str, asks: bool) -> KeyFacts:
    """Facts about a normalised text with sentence marks; ``asks`` says whether it contains a question."""
    text = plain(marked_text)
    parts = [part.strip() for part in marked_text.split("|") if part.strip()]
    answers_itself = False
    for place, part in enumerate(parts[:-1]):
        later = parts[place + 1 :]
        is_answer = len(plain(later[0]).split()) >= SELF_ANSWER_WORDS and bool(_SELF_ANSWER.search(plain(later[0])))
        answers_itself |= part.endswith("?") and is_answer and not any(one.endswith("?") for one in later)
    checks = bool(_CHECK.search(text)) or any(bool(_CHECK.search(plain(part))) for part in parts)
    return KeyFacts(
        checks, bool(_DATE.search(text)), asks, answers_itself, bool(_SELF_ANSWER.search(text)), len(text.split())
    )


@dataclass(frozen=True)
class Said:
    """One call's utterances in order of time, as arrays of equal length.

    Attributes:
        probabilities: (n, targets); ``columns`` gives the column of each target's name.
        kind: what each utterance is about, where the rubric has kinds.
    """

    index: np.ndarray
    role: np.ndarray
    start: np.ndarray
    end: np.ndarray
    is_back_channel: np.ndarray
    facts: Sequence[KeyFacts]
    probabilities: np.ndarray
    columns: dict[str, int]
    kind: Sequence[str] | None = None

    def __len__(self) -> int:
        return len(self.index)

    def of(self, target: str) -> np.ndarray:
        return self.probabilities[:, self.columns[target]]

    @cached_property
    def turns(self) -> np.ndarray:
        """Number of each utterance's turn; a back-channel belongs to the turn it falls into."""
        holds = np.flatnonzero(~self.is_back_channel)
        role = self.role[holds]
        starts = np.zeros(len(self), dtype=np.int64)
        starts[holds[1:]] = role[1:] != role[:-1]
        return starts.cumsum()

    @cached_property
    def answers(self) -> np.ndarray:
        """Whether the other side's last words before an utterance were a question."""
        found = np.zeros(len(self), dtype=bool)
        asked_by: dict[str, bool] = {}  # the latest to speak last
        for place in np.flatnonzero(~self.is_back_channel).tolist():
            role = str(self.role[place])
            other = next((one for one in reversed(asked_by) if one != role), None)
            found[place] = other is not None and asked_by[other]
            asked_by.pop(role, None)
            asked_by[role] = self.facts[place].asks
        return found

    def spoken_by(self, roles: Sequence[str]) -> np.ndarray:
        """Whether each utterance was said by one of ``roles`` and is more than a back-channel."""
        key = tuple(roles)
        if key not in self._spoken_by:
            self._spoken_by[key] = np.isin(self.role, key) & ~self.is_back_channel
        return self._spoken_by[key]

    @cached_property
    def _spoken_by(self) -> dict[tuple[str, ...], np.ndarray]:
        return {}


@dataclass(frozen=True)
class Score:
    """One behaviour on one call. ``evidence`` holds places (rows of ``Said``) with their probabilities, best first."""

    behaviour_id: str
    is_applicable: bool
    is_met: bool | None
    probability: float | None
    is_abstained: bool
    opportunity: int | None
    evidence: tuple[int, ...]


@dataclass(frozen=True)
class Found:
    """A moment: kind and place (row of ``Said``)."""

    kind: str
    place: int
    why: str


def find_moments(rubric: Rubric, said: Said, is_context: bool = False) -> dict[str, np.ndarray]:
    """Per moment id the places where it is said by the right side, one a turn (the clearest).

    ``is_context``: also where it is said less surely, as what surrounds a behaviour.
    """
    found = {}
    for moment in rubric.moments:
        chance = _moment_chance(rubric, moment, said)
        bar = rubric.met_at if moment.is_moment and not is_context else CONTEXT_AT
        places = np.flatnonzero(chance >= bar)
        best: dict[int, int] = {}
        for place in places:
            turn = int(said.turns[place])
            if turn not in best or chance[place] > chance[best[turn]]:
                best[turn] = int(place)
        found[moment.id] = np.array(sorted(best.values()), dtype=np.int64)
    return found


def _moment_chance(rubric: Rubric, moment: Moment, said: Said) -> np.ndarray:
    """Chance of ``moment`` in each utterance, 0 where the wrong side speaks or the utterance rather shows what it yields to."""
    chance = np.where(said.spoken_by(moment.said_by), _own_chance(moment, said), 0.0)
    if moment.seldom_answers:
        chance[said.answers] *= UNSUPPORTED
    if moment.seldom_before is not None:
        earlier = next(one for one in rubric.moments if one.id == moment.seldom_before)
        signs = np.flatnonzero(said.spoken_by(earlier.said_by) & (_own_chance(earlier, said) >= rubric.met_at))
        chance[: signs[0] if len(signs) else None] *= UNSUPPORTED
    return chance


def _own_chance(detector: Moment | Behaviour, said: Said) -> np.ndarray:
    """Chance of ``detector`` in each utterance, 0 where the utterance rather shows what it yields to."""
    chance = said.of(detector.id).copy()
    for other in detector.yields_to:
        chance[said.of(other) > said.of(detector.id)] = 0.0
    return chance


def judge(
    rubric: Rubric, said: Said, call_type: str | None, role_confidence: float | None
) -> tuple[list[Score], list[Found]]:
    """Scores of every behaviour, in the rubric's order, and the moments worth going to, in order of time.

    With roles less certain than 0.8 nothing that depends on who spoke is said: every score is abstained and there are no moments.
    """
    if len(said) == 0 or role_confidence is None or role_confidence < LOWEST_ROLE_CONFIDENCE:
        return [_abstained(behaviour, call_type) for behaviour in rubric.behaviours], []
    moments = find_moments(rubric, said)
    context = find_moments(rubric, said, is_context=True)
    scores = [_score(rubric, behaviour, said, moments, context, call_type) for behaviour in rubric.behaviours]
    shown = [
        Found(moment.id, int(place), moment.why)
        for moment in rubric.moments
        if moment.is_moment
        for place in moments[moment.id]
    ]
    return scores, sorted(shown, key=lambda found: (found.place, found.kind))


def _abstained(behaviour: Behaviour, call_type: str | None) -> Score:
    return Score(behaviour.id, call_type in behaviour.applies.call_types, None, None, True, None, ())


def _score(
    rubric: Rubric,
    behaviour: Behaviour,
    said: Said,
    moments: dict[str, np.ndarray],
    context: dict[str, np.ndarray],
    call_type: str | None,
) -> Score:
    trigger = moments[behaviour.applies.moment] if behaviour.applies.moment else None
    if trigger is not None and len(trigger) == 0:
        return Score(behaviour.id, False, None, None, False, None, ())
    if trigger is None and not _type_applies(behaviour, call_type, rubric):
        return Score(behaviour.id, False, None, None, False, None, ())
    chance = (_own_chance(behaviour, said) * _candidates(behaviour, said, context)).round(4)
    best = float(chance.max())
    opportunity = int(trigger[0]) if trigger is not None else None
    if abs(best - rubric.met_at) < rubric.abstain_within:
        return Score(behaviour.id, True, None, best, True, opportunity, ())
    places = np.flatnonzero(chance >= rubric.met_at)
    evidence = tuple(int(place) for place in places[np.argsort(-chance[places], kind="stable")])
    return Score(behaviour.id, True, bool(evidence), best, False, opportunity, evidence)


def _type_applies(behaviour: Behaviour, call_type: str | None, rubric: Rubric) -> bool:
    """An unknown type of call gets only the behaviours that belong to every call."""
    types = set(behaviour.applies.call_types)
    return call_type in types if call_type in rubric.call_types else types == set(rubric.call_types)


def _candidates(behaviour: Behaviour, said: Said, moments: dict[str, np.ndarray]) -> np.ndarray:
    """Weight of each utterance's probability: 0 where it does not count, below 1 where what it needs was not recognised."""
    allowed = said.spoken_by(behaviour.roles) & (said.of(behaviour.id) > NEVER_BELOW)
    if allowed.any():
        allowed &= _inside(behaviour.where, said, moments)
    weight = np.zeros(len(said))
    for place in np.flatnonzero(allowed):
        weight[place] = _support(behaviour, said, int(place))
    return weight


def _inside(where: Where, said: Said, moments: dict[str, np.ndarray]) -> np.ndarray:
    total = len(said)
    share = np.arange(total) / max(total, 1)
    inside = np.ones(total, dtype=bool)
    if where.until_share is not None:
        early = share < where.until_share
        inside &= early | (said.start < where.or_first_seconds) if where.or_first_seconds else early
    if where.from_share is not None:
        inside &= share >= where.from_share
    trigger = where.after_moment or where.around_moment
    if trigger:
        near = np.zeros(total, dtype=bool)
        for place in moments[trigger]:
            near |= _near(said.turns, int(place), where)
        inside &= near
    return inside


def _near(turns: np.ndarray, place: int, where: Where) -> np.ndarray:
    """Turns alternate, so the other side's n-th next turn is at most 2n - 1 further on, one's own 2n."""
    reach = 2 * where.within_turns
    behind = turns - turns[place]
    if where.around_moment:
        return np.abs(behind) <= reach
    return (np.arange(len(turns)) > place) & (behind >= 1) & (behind <= reach - 1)


def _support(behaviour: Behaviour, said: Said, place: int) -> float:
    """1 where kind, question, check or date that the behaviour needs is there; less where it was not recognised; 0 if self-answered."""
    if behaviour.needs_kind and said.kind is not None and said.kind[place] not in behaviour.needs_kind:
        return UNSUPPORTED
    if not (behaviour.needs_question or behaviour.needs_check or behaviour.needs_date):
        return 1.0
    around = range(max(place - NEIGHBOURS, 0), min(place + NEIGHBOURS + 1, len(said)))
    turns, role = said.turns, said.role
    same_turn = [near for near in around if turns[near] == turns[place] and role[near] == role[place]]
    if behaviour.needs_question and _answers_itself(said, place, same_turn):
        return 0.0
    has_question = not behaviour.needs_question or any(said.facts[near].asks for near in same_turn)
    has_check = not behaviour.needs_check or any(said.facts[near].checks for near in same_turn if near >= place)
    has_date = not behaviour.needs_date or any(said.facts[near].dates for near in around)
    return 1.0 if has_question and has_check and has_date else UNSUPPORTED


def _answers_itself(said: Said, place: int, same_turn: Sequence[int]) -> bool:
    follows = place + 1 in same_turn and said.facts[place + 1].opens_as_answer
    return said.facts[place].answers_itself or (said.facts[place].asks and follows)
