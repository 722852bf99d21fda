"""External sales calls: which passages a call is made of, and in what order. No sentences in here."""

import random
from collections.abc import Iterator, Mapping
from itertools import cycle

from sample_org.talk.bank import CallNames, Line, Passage, passages, spoken

CALL_TYPES = ("discovery", "demo", "negotiation")
EVENTS = ("objection", "price_stated", "discount_requested", "competitor_mentioned")

# What must happen in a call before a behaviour can be shown at all.
TRIGGERS = {
    "explores_objection": "objection",
    "anchors_price_to_value": "price_stated",
    "holds_price": "discount_requested",
    "handles_competitor": "competitor_mentioned",
}

# Call types a behaviour is applicable to (METRICS of the sales rubric); the triggered ones are, wherever they happen.
APPLICABLE = {
    "sets_agenda": CALL_TYPES,
    "asks_budget": ("discovery", "demo"),
    "asks_decision_process": CALL_TYPES,
    "quantifies_impact": ("discovery", "demo"),
    "probes_deeper": ("discovery",),
    "confirms_understanding": CALL_TYPES,
    "explores_objection": CALL_TYPES,
    "anchors_price_to_value": CALL_TYPES,
    "holds_price": CALL_TYPES,
    "asks_multithread": CALL_TYPES,
    "handles_competitor": CALL_TYPES,
    "sets_next_step": CALL_TYPES,
}

# A call in order. A behaviour's name is its moment; "~name" is a place that takes neutral talk from filler.txt.
ORDER = {
    "discovery": """
        ~greeting sets_agenda ~situation probes_deeper ~situation quantifies_impact ~product handles_competitor
        confirms_understanding asks_budget anchors_price_to_value explores_objection holds_price asks_decision_process
        ~product asks_multithread sets_next_step
    """,
    "demo": """
        ~greeting sets_agenda ~situation ~demo quantifies_impact ~demo confirms_understanding handles_competitor ~demo
        asks_budget anchors_price_to_value explores_objection holds_price ~product asks_decision_process
        asks_multithread sets_next_step
    """,
    "negotiation": """
        ~greeting sets_agenda ~terms confirms_understanding anchors_price_to_value explores_objection ~terms
        holds_price handles_competitor ~terms asks_decision_process asks_multithread ~product sets_next_step
    """,
}

SHORTEST, LONGEST = 25, 45  # lines
FEWEST_NEUTRAL = 8  # lines beside the moments, greeting included: a call is never moments only
PASSED_OVER_SHARE = 0.6  # of moments that pass with words said; the others pass in silence
SILENT_PASS = (
    "sets_agenda",
    "asks_budget",
    "asks_decision_process",
    "quantifies_impact",
    "confirms_understanding",
    "asks_multithread",
)


def external_call(
    rng: random.Random,
    call_type: str,
    shown: Mapping[str, bool],
    events: frozenset[str],
    names: CallNames,
) -> list[Line]:
    """One sales call of about 25 to 45 lines.

    ``shown`` says for each behaviour whether the rep shows it (a missing one is not shown); behaviours that are not
    applicable to the type, or whose event is not among ``events``, do not come up. The more is shown, the more the rep
    asks and the less they pitch in the neutral talk too.
    """
    _check(call_type, shown, events)
    moments = {name: _moment(rng, name, call_type, shown.get(name, False), events) for name in APPLICABLE}
    length = rng.randint(SHORTEST, LONGEST) - sum(len(passage) for passage in moments.values())
    neutral = _neutral(rng, call_type, length, _curiosity(call_type, shown, events))
    lines: list[Line] = []
    for stage in _order(rng, call_type):
        if stage.startswith("~"):
            for passage in next(neutral[stage]):
                lines += spoken(rng, passage, names, None, all_lines=False)
        else:
            lines += spoken(rng, moments[stage], names, stage, all_lines=False)
    return lines


def _check(call_type: str, shown: Mapping[str, bool], events: frozenset[str]) -> None:
    if call_type not in CALL_TYPES:
        raise ValueError(f"unknown call type {call_type!r}, known are {', '.join(CALL_TYPES)}")
    if behaviours := set(shown) - set(APPLICABLE):
        raise ValueError(f"unknown behaviours: {sorted(behaviours)}")
    if strangers := events - set(EVENTS):
        raise ValueError(f"unknown events: {sorted(strangers)}, known are {', '.join(EVENTS)}")


def _is_possible(behaviour: str, call_type: str, events: frozenset[str]) -> bool:
    trigger = TRIGGERS.get(behaviour)
    return call_type in APPLICABLE[behaviour] and (trigger is None or trigger in events)


def _moment(rng: random.Random, behaviour: str, call_type: str, is_shown: bool, events: frozenset[str]) -> Passage:
    """What is said at a behaviour's moment; empty when it cannot come up, or passes in silence."""
    if not _is_possible(behaviour, call_type, events):
        return ()
    if not is_shown and behaviour in SILENT_PASS and rng.random() > PASSED_OVER_SHARE:
        return ()
    return rng.choice(passages(f"external/{behaviour}", "met" if is_shown else "miss", call_type))


def _curiosity(call_type: str, shown: Mapping[str, bool], events: frozenset[str]) -> float:
    possible = [name for name in APPLICABLE if _is_possible(name, call_type, events)]
    return sum(shown.get(name, False) for name in possible) / len(possible)


def _order(rng: random.Random, call_type: str) -> list[str]:
    """The type's order with one pair of neighbours in its middle swapped: calls do not run on rails."""
    order = ORDER[call_type].split()
    place = rng.randrange(3, len(order) - 3)
    order[place], order[place + 1] = order[place + 1], order[place]
    return order


def _neutral(
    rng: random.Random, call_type: str, line_count: int, curiosity: float
) -> dict[str, Iterator[list[Passage]]]:
    """For each "~" place what is said there: one greeting, then passages in turn until the lines are used up."""
    places = [stage for stage in ORDER[call_type].split() if stage.startswith("~")]
    decks = {place: _deck(rng, place, call_type, curiosity) for place in dict.fromkeys(places)}
    talk = [[next(decks[places[0]])], *([] for _ in places[1:])]
    room = max(line_count, FEWEST_NEUTRAL) - len(talk[0][0])
    for turn in cycle(range(1, len(places))):
        if room <= 0:
            break
        talk[turn].append(next(decks[places[turn]]))
        room -= len(talk[turn][-1])
    return {name: iter([said for place, said in zip(places, talk, strict=True) if place == name]) for name in decks}


def _deck(rng: random.Random, place: str, call_type: str, curiosity: float) -> Iterator[Passage]:
    """Passages of a place in random order: where the rep asks, and where the rep holds forth, mixed by curiosity."""
    name = place.removeprefix("~")
    asks = list(passages("external/filler", name, call_type))
    tells = list(passages("external/filler", f"{name}_tell", call_type))
    rng.shuffle(asks)
    rng.shuffle(tells)
    while asks or tells:
        deck = asks if asks and (not tells or rng.random() < 0.25 + 0.6 * curiosity) else tells
        yield deck.pop()
