"""Which speaker is the rep, the customer or the manager: always with a confidence and the rule that told.

Rules in order: what people corrected, what the recorder knows (channel, party), then what is said. Voices are never
compared with known ones: a voice print is biometric data. Below ``SURE`` nothing that depends on roles may be believed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp

from pipelines.speech.role_cues import MANAGER_CUES, SELLER_CUES, Cue, cue_score, name_score

SURE = 0.8
CHANNEL_CONFIDENCE = 0.98
CONTRADICTED_CONFIDENCE = 0.6  # the recorder says one thing and the words clearly another: perhaps swapped channels
CONTRADICTION = 0.97  # how sure the words must be of the opposite
HIGHEST_FROM_TEXT = 0.97
HIGHEST_UNSUPPORTED = 0.7  # too little said to be sure of
FEWEST_WORDS, FEWEST_HITS = 15, 4
SLOPE = 0.9  # log-odds per unit of cue score, fitted on scripted and real calls (tests/unit/speech/test_roles.py)
NAME_WEIGHT = 1.5
OTHERS_ON_OUR_SIDE_CONFIDENCE = 0.7  # of "customer" where several of our people take part


@dataclass(frozen=True)
class Participant:
    """Someone known to take part. ``role``: rep, customer, manager or None; ``channel``: where their voice is."""

    email: str | None = None
    name: str | None = None
    role: str | None = None
    channel: int | None = None
    participant_id: str | None = None


@dataclass(frozen=True)
class Role:
    role: str
    confidence: float
    rule: str


@dataclass(frozen=True)
class Spoken:
    """All that one speaker of a recording said."""

    speaker: str
    channel: int | None
    text: str

    @property
    def word_count(self) -> int:
        return len(self.text.split())


UNKNOWN = Role("unknown", 0.0, "nothing to tell by")


def assign_roles(
    spoken: Sequence[Spoken],
    participants: Sequence[Participant],
    call_kind: str | None,
    *,
    corrections: Mapping[str, str] | None = None,
    is_split: bool = False,
    is_separation_sure: bool = True,
) -> dict[str, Role]:
    """A role for each speaker.

    Args:
        call_kind: external, one_on_one, other; None: not known (a lone file), taken as external.
        corrections: role by speaker, as people corrected it.
        is_split: whether each channel is one speaker.
        is_separation_sure: whether the speakers are surely different people.
    """
    first, second = ("manager", "rep") if call_kind == "one_on_one" else ("rep", "customer")
    roles = _from_text(spoken, participants, first, second)
    if not is_separation_sure:
        roles = {s: replace(r, confidence=min(r.confidence, HIGHEST_UNSUPPORTED)) for s, r in roles.items()}
    if is_split:
        roles = _checked_by(_from_channels(spoken, participants), roles)
    fixed = corrections or {}
    return {
        speaker: Role(fixed[speaker], 1.0, "correction") if speaker in fixed else role
        for speaker, role in roles.items()
    }


def _from_channels(spoken: Sequence[Spoken], participants: Sequence[Participant]) -> dict[str, Role]:
    known = {p.channel: p.role for p in participants if p.channel is not None and p.role}
    return {s.speaker: Role(str(known[s.channel]), CHANNEL_CONFIDENCE, "channel") for s in spoken if s.channel in known}


def _checked_by(channels: Mapping[str, Role], text: Mapping[str, Role]) -> dict[str, Role]:
    """Roles by channel, in doubt where the words clearly say the opposite; roles by words for other speakers."""
    is_swapped = any(
        text[speaker].confidence >= CONTRADICTION and text[speaker].role not in (role.role, "unknown")
        for speaker, role in channels.items()
    )
    told = {
        speaker: replace(role, confidence=CONTRADICTED_CONFIDENCE, rule="channel, but the words say the opposite")
        if is_swapped
        else role
        for speaker, role in channels.items()
    }
    return {**text, **told}


def _from_text(
    spoken: Sequence[Spoken], participants: Sequence[Participant], first: str, second: str
) -> dict[str, Role]:
    """Roles by what is said: the speaker who sounds most like ``first`` against the rest."""
    if len(spoken) < 2:
        return {s.speaker: replace(UNKNOWN, rule="only one speaker") for s in spoken}
    cues = MANAGER_CUES if first == "manager" else SELLER_CUES
    scored = {s.speaker: _score(s, participants, cues, first, second) for s in spoken}
    top = max(scored, key=lambda speaker: scored[speaker][0])
    rival = max(score for speaker, (score, _) in scored.items() if speaker != top)
    odds = 1 / (1 + exp(-SLOPE * (scored[top][0] - rival)))
    confidence = min(odds, HIGHEST_FROM_TEXT)
    if not _is_supported(spoken, scored):
        confidence = min(confidence, HIGHEST_UNSUPPORTED)
    ours = sum(p.role == first for p in participants)
    roles = {top: Role(first, round(confidence, 3), "words")}
    for speaker in scored:
        if speaker != top:
            limit = OTHERS_ON_OUR_SIDE_CONFIDENCE if ours > 1 else 1.0
            roles[speaker] = Role(second, round(min(confidence, limit), 3), "words")
    return roles


def _is_supported(spoken: Sequence[Spoken], scored: Mapping[str, tuple[float, int]]) -> bool:
    talkers = [s for s in spoken if s.word_count >= FEWEST_WORDS]
    return len(talkers) >= 2 and sum(hits for _, hits in scored.values()) >= FEWEST_HITS


def _score(
    s: Spoken, participants: Sequence[Participant], cues: Sequence[Cue], first: str, second: str
) -> tuple[float, int]:
    score, hits = cue_score(s.text, cues)
    for sign, role in ((1, first), (-1, second)):
        for name in {_first_name(p) for p in participants if p.role == role} - {None}:
            score += sign * NAME_WEIGHT * name_score(s.text, str(name))
    return score, hits


def _first_name(participant: Participant) -> str | None:
    words = (participant.name or "").split()
    return words[0] if words and len(words[0]) > 1 else None


def with_roles_by_domain(
    participants: Sequence[Participant], call_kind: str | None, own_domains: frozenset[str]
) -> list[Participant]:
    """Participants with a role each: the given one, else by whether the e-mail is of our own company."""
    return [
        p
        if p.role or call_kind == "one_on_one" or not p.email
        else replace(p, role=_role_by_domain(p.email, own_domains))
        for p in participants
    ]


def _role_by_domain(email: str, own_domains: frozenset[str]) -> str | None:
    if not own_domains:
        return None
    return "rep" if domain(email) in own_domains else "customer"


def domain(email: str) -> str:
    return email.rsplit("@", 1)[-1].strip().lower()
