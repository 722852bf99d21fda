"""The talk banks: what is asked to be shown is said, nothing else is, and no text gives the answer away."""

import random
import re
from collections import Counter

import pytest

from sample_org.talk import APPLICABLE, CALL_TYPES, EVENTS, KINDS, TRIGGERS, CallNames, external_call, one_on_one
from sample_org.talk.bank import BANKS, WEEKDAYS, passages, sections, slot_values, templates

NAMES = CallNames("Nadia", "Peter", "Harborview Freight", "Wes", "Corvexa", "Relay", "$48,000")
EVERYTHING = dict.fromkeys(APPLICABLE, True)
NO_EVENTS: frozenset[str] = frozenset()
ALL_EVENTS = frozenset(EVENTS)
BANK_NAMES = sorted(str(path.relative_to(BANKS).with_suffix("")) for path in BANKS.rglob("*.txt"))


def distinct_texts() -> set[str]:
    """Every sentence the banks can produce, with names and numbers masked and weekdays spelled out."""
    raw = [line.text for bank in BANK_NAMES for section in sections(bank) for p in section.passages for line in p]
    texts = {text for line in raw for text in templates(line)}
    return {text.replace("{day}", day) for text in texts for day in WEEKDAYS}


def kinds_of(lines):
    return {line.kind for line in lines} - {None}


@pytest.mark.parametrize("call_type", CALL_TYPES)
def test_everything_asked_for_is_shown_by_the_rep(call_type):
    lines = external_call(random.Random(1), call_type, EVERYTHING, ALL_EVENTS, NAMES)
    possible = {name for name, types in APPLICABLE.items() if call_type in types}
    assert kinds_of(lines) == possible
    assert {line.role for line in lines if line.kind} == {"rep"}


@pytest.mark.parametrize("call_type", CALL_TYPES)
def test_a_call_in_which_nothing_is_shown_has_no_marked_line(call_type):
    for seed in range(25):
        assert kinds_of(external_call(random.Random(seed), call_type, {}, ALL_EVENTS, NAMES)) == set()


def test_behaviours_without_their_event_do_not_come_up():
    for seed in range(25):
        lines = external_call(random.Random(seed), "negotiation", EVERYTHING, NO_EVENTS, NAMES)
        assert kinds_of(lines).isdisjoint(TRIGGERS)
        spoken = " ".join(line.text for line in lines)
        assert NAMES.competitor not in spoken
        assert NAMES.amount not in spoken


@pytest.mark.parametrize("is_shown", [True, False])
def test_the_customer_names_the_competitor_whenever_it_is_an_event(is_shown):
    for seed in range(25):
        shown = {"handles_competitor": is_shown}
        lines = external_call(random.Random(seed), "demo", shown, frozenset({"competitor_mentioned"}), NAMES)
        assert any(line.role == "customer" and NAMES.competitor in line.text for line in lines)


@pytest.mark.parametrize("is_shown", [True, False])
def test_the_rep_states_the_price_whenever_it_is_an_event(is_shown):
    for seed in range(25):
        shown = {"anchors_price_to_value": is_shown}
        lines = external_call(random.Random(seed), "negotiation", shown, frozenset({"price_stated"}), NAMES)
        assert any(line.role == "rep" and NAMES.amount in line.text for line in lines)


def test_a_call_has_about_25_to_45_lines():
    for seed in range(150):
        rng = random.Random(seed)
        shown = {name: rng.random() < 0.5 for name in APPLICABLE}
        events = frozenset(event for event in EVENTS if rng.random() < 0.5)
        # One passage may overshoot the drawn length: longest passage is 4 lines.
        assert 25 <= len(external_call(rng, rng.choice(CALL_TYPES), shown, events, NAMES)) <= 50


def test_no_sentence_is_said_twice_in_a_call_but_short_answers():
    for seed in range(25):
        lines = external_call(random.Random(seed), "demo", EVERYTHING, ALL_EVENTS, NAMES)
        longer = [line.text for line in lines if len(line.text.split()) > 9]
        assert len(longer) == len(set(longer))


def test_reps_who_show_more_talk_less():
    def rep_share(shown):
        words: Counter[str] = Counter()
        for seed in range(40):
            for line in external_call(random.Random(seed), "demo", shown, NO_EVENTS, NAMES):
                words[line.role] += len(line.text.split())
        return words["rep"] / words.total()

    assert rep_share({}) - rep_share(EVERYTHING) > 0.05


def test_the_same_seed_says_the_same():
    calls = [external_call(random.Random(3), "demo", EVERYTHING, ALL_EVENTS, NAMES) for _ in range(2)]
    assert calls[0] == calls[1]
    assert calls[0] != external_call(random.Random(4), "demo", EVERYTHING, ALL_EVENTS, NAMES)


@pytest.mark.parametrize(
    ("call_type", "shown", "events"),
    [("webinar", {}, NO_EVENTS), ("demo", {"smiles": True}, NO_EVENTS), ("demo", {}, frozenset({"thunder"}))],
)
def test_unknown_words_are_refused(call_type, shown, events):
    with pytest.raises(ValueError, match="unknown"):
        external_call(random.Random(1), call_type, shown, events, NAMES)


@pytest.mark.parametrize("behaviour", APPLICABLE)
def test_each_behaviour_has_20_ways_to_be_shown_and_15_to_be_missed(behaviour):
    for call_type in APPLICABLE[behaviour]:
        met = passages(f"external/{behaviour}", "met", call_type)
        miss = passages(f"external/{behaviour}", "miss", call_type)
        assert len(met) >= 20
        assert len(miss) >= 15
        assert all(any(line.is_marked for line in passage) for passage in met)
        assert not any(line.is_marked for passage in miss for line in passage)


@pytest.mark.parametrize("bank", BANK_NAMES)
def test_every_line_of_a_bank_can_be_said(bank):
    slots = slot_values(random.Random(1), NAMES).keys()
    for section in sections(bank):
        assert section.passages, f"{bank}: section {section.name} is empty"
        for passage in section.passages:
            for line in passage:
                for text in templates(line.text):
                    assert set(re.findall(r"\{(\w+)\}", text)) <= slots
                    assert not re.search(r"[\[\]|@#*]", text)
                    assert re.search(r"[.?!—\"]$|^[^.]*, because$", text), text


def test_distinct_texts_stay_cheap_to_embed():
    assert 2_500 <= len(distinct_texts()) <= 7_000


# A word that would tell a scorer the answer: in nearly all of the lines that show a behaviour and in no others.
@pytest.mark.parametrize("behaviour", APPLICABLE)
def test_no_word_gives_a_behaviour_away(behaviour):
    met = [line.text for p in passages(f"external/{behaviour}", "met") for line in p if line.is_marked]
    words = Counter(word for text in met for word in set(re.findall(r"[a-z]+", text.lower())))
    other = Counter(
        word
        for p in passages(f"external/{behaviour}", "miss") + passages("external/filler", "situation_tell")
        for line in p
        for word in set(re.findall(r"[a-z]+", line.text.lower()))
    )
    giveaways = {word for word, count in words.items() if count > 0.5 * len(met) and other[word] == 0}
    assert giveaways == set()


def test_a_one_on_one_keeps_its_mix_of_words():
    mix = {"skill_feedback": 0.4, "practice": 0.2, "inspection": 0.2, "admin": 0.1, "wellbeing": 0.1}
    words: Counter[str | None] = Counter()
    for seed in range(60):
        for line in one_on_one(random.Random(seed), mix, 900, NAMES, agrees_action=False):
            words[line.kind] += len(line.text.split())
    for kind, share in mix.items():
        # Exchanges are indivisible (about 50 words), which rounds a share of 900 words by a few points.
        assert words[kind] / words.total() == pytest.approx(share, abs=0.04)


@pytest.mark.parametrize(("target", "tolerance"), [(250, 0.25), (800, 0.1), (6_000, 0.05)])
def test_a_one_on_one_has_about_the_words_asked_for(target, tolerance):
    mix = dict.fromkeys(KINDS, 1.0)
    lengths = [
        sum(len(line.text.split()) for line in one_on_one(random.Random(seed), mix, target, NAMES, agrees_action=False))
        for seed in range(20)
    ]
    # Eight kinds are each rounded to whole exchanges of about 50 words, which weighs more the shorter the session.
    assert sum(lengths) / len(lengths) == pytest.approx(target, rel=tolerance)


def test_an_action_with_a_date_is_agreed_exactly_when_asked_for():
    agreed = passages("one_on_one/action_commitment", "agreed")
    looking_back = passages("one_on_one/action_commitment", "talk")
    slots = re.compile(r"\{(day|date)\}")
    assert all(slots.search(" ".join(line.text for line in passage)) for passage in agreed)
    assert not any(slots.search(" ".join(line.text for line in passage)) for passage in looking_back)
    with_action = one_on_one(random.Random(2), {"inspection": 1.0}, 400, NAMES, agrees_action=True)
    assert with_action[-1].kind == "action_commitment"
    without = one_on_one(random.Random(2), {"inspection": 1.0}, 400, NAMES, agrees_action=False)
    assert {line.kind for line in without} == {"inspection"}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_40_lines_from_both_sides(kind):
    lines = [line for section in sections(f"one_on_one/{kind}") for p in section.passages for line in p]
    assert len(lines) >= 40
    assert {line.role for line in lines} == {"manager", "rep"}


def test_some_inspection_calls_itself_coaching():
    texts = [line.text for p in passages("one_on_one/inspection", "talk") for line in p]
    assert sum(bool(re.search(r"coach|support you|develop|help you|grow|sparring", text)) for text in texts) >= 6


def test_a_one_on_one_without_kinds_is_refused():
    with pytest.raises(ValueError, match="at least one kind"):
        one_on_one(random.Random(1), {"admin": 0.0}, 400, NAMES, agrees_action=False)
    with pytest.raises(ValueError, match="unknown kinds"):
        one_on_one(random.Random(1), {"gossip": 1.0}, 400, NAMES, agrees_action=False)
