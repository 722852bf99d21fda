"""Manager 1:1s: which exchanges of which kind a session is made of, and in what order. No sentences in here."""

import random
from collections.abc import Mapping

from sample_org.talk.bank import CallNames, Line, Passage, passages, spoken

KINDS = (
    "wellbeing",
    "admin",
    "self_assessment",
    "skill_feedback",
    "practice",
    "deal_strategy",
    "inspection",
    "action_commitment",
)
Exchange = tuple[str, Passage]  # with its kind

TALKED_OVER = ("self_assessment", "skill_feedback", "practice", "deal_strategy", "inspection")


def one_on_one(
    rng: random.Random,
    mix: Mapping[str, float],
    target_words: int,
    names: CallNames,
    agrees_action: bool,
) -> list[Line]:
    """A 1:1 of about ``target_words`` words in which each kind has its share of ``mix`` (shares are normalised).

    With ``agrees_action`` it ends in one action with a date, whatever the mix; without, action talk only looks back at
    the last action or stays vague. A short session rounds a small share to nothing or to one exchange.
    """
    if unknown := set(mix) - set(KINDS):
        raise ValueError(f"unknown kinds: {sorted(unknown)}, known are {', '.join(KINDS)}")
    total = sum(mix.values())
    if total <= 0:
        raise ValueError("a 1:1 needs at least one kind with a share above 0")
    opening = [_drawn(rng, "admin", "opening")] if mix.get("admin", 0) > 0 else []
    agreed = [_drawn(rng, "action_commitment", "agreed")] if agrees_action else []
    words = {kind: target_words * mix.get(kind, 0.0) / total for kind in KINDS}
    words["admin"] -= _length(opening)
    words["action_commitment"] -= _length(agreed)
    talk = {kind: [(kind, passage) for passage in _exchanges(rng, kind, words[kind])] for kind in KINDS}
    order = [
        *(("admin", passage) for passage in opening),
        *talk["wellbeing"],
        *talk["action_commitment"],
        *_middle(rng, talk),
        *talk["admin"],
        *(("action_commitment", passage) for passage in agreed),
    ]
    return [line for kind, passage in order for line in spoken(rng, passage, names, kind, all_lines=True)]


def _middle(rng: random.Random, talk: Mapping[str, list[Exchange]]) -> list[Exchange]:
    """The kinds that fill a session, each as one block; a long block is sometimes broken by the next one."""
    blocks = [list(talk[kind]) for kind in TALKED_OVER if talk[kind]]
    if rng.random() < 0.5:
        rng.shuffle(blocks)
    if len(blocks) > 1 and len(blocks[0]) > 2 and rng.random() < 0.5:
        half = len(blocks[0]) // 2
        blocks = [blocks[0][:half], blocks[1], blocks[0][half:], *blocks[2:]]
    return [exchange for block in blocks for exchange in block]


def _exchanges(rng: random.Random, kind: str, words: float) -> list[Passage]:
    """Exchanges of one kind until the words are used up; the last is taken when over half of it fits.

    A session longer than the bank goes round it again, in another order and with other numbers.
    """
    taken: list[Passage] = []
    deck: list[Passage] = []
    while True:
        deck = deck or rng.sample(bank := passages(f"one_on_one/{kind}", "talk"), len(bank))
        if words < _length([deck[-1]]) * 0.5:
            return taken
        taken.append(deck.pop())
        words -= _length(taken[-1:])


def _drawn(rng: random.Random, bank: str, section: str) -> Passage:
    return rng.choice(passages(f"one_on_one/{bank}", section))


def _length(talk: list[Passage]) -> int:
    return sum(len(line.text.split()) for passage in talk for line in passage)
