"""What follows from probabilities: right side, right place, opportunity first, evidence, abstention. No model involved."""

import numpy as np
import pytest

from pipelines.scoring.judging import KeyFacts, Said, Score, facts_of, judge
from pipelines.scoring.rubric import Rubric

EXAMPLES = ["one example", "two examples", "three examples"]


def detector(name: str, **more: object) -> dict[str, object]:
    return {"id": name, "title": name, "description": name, "met": EXAMPLES} | more


def behaviour(name: str = "asks", **more: object) -> dict[str, object]:
    return detector(name, said_by="rep", applies={"call_types": ["discovery"]}, feedback="Try.") | more


def rubric(*behaviours: dict[str, object], moments: tuple[dict[str, object], ...] = ()) -> Rubric:
    return Rubric.model_validate(
        {
            "id": "r",
            "version": 1,
            "title": "r",
            "call_kind": "external",
            "call_types": ["discovery", "demo"],
            "abstain_within": 0.05,
            "behaviours": list(behaviours),
            "moments": list(moments),
        }
    )


OBJECTION = detector("objection", said_by=["customer"], why="Pushed back.")
NOTHING = KeyFacts(checks=False, dates=False, asks=False, answers_itself=False, opens_as_answer=False)
ASKS = KeyFacts(checks=False, dates=False, asks=True, answers_itself=False, opens_as_answer=False)


def said(
    roles: str,
    facts: dict[int, KeyFacts] | None = None,
    back_channels: tuple[int, ...] = (),
    **chances: dict[int, float],
) -> Said:
    """``roles`` one letter an utterance (R, C); ``chances`` per target the probability at some places."""
    count = len(roles)
    probabilities = np.zeros((count, len(chances)))
    for column, places in enumerate(chances.values()):
        for place, chance in places.items():
            probabilities[place, column] = chance
    names = {"R": "rep", "C": "customer", "U": "unknown"}
    return Said(
        index=np.arange(count) + 10,
        role=np.array([names[one] for one in roles]),
        start=np.arange(count) * 10.0,
        end=np.arange(count) * 10.0 + 8,
        is_back_channel=np.isin(np.arange(count), back_channels),
        facts=[(facts or {}).get(place, NOTHING) for place in range(count)],
        probabilities=probabilities,
        columns={name: column for column, name in enumerate(chances)},
    )


def only_score(one: Rubric, call: Said, call_type: str | None = "discovery", confidence: float | None = 1.0) -> Score:
    return judge(one, call, call_type, confidence)[0][0]


def test_met_carries_its_evidence_best_first() -> None:
    score = only_score(rubric(behaviour()), said("RCRCR", asks={0: 0.7, 2: 0.9}))
    assert (score.is_met, score.probability, score.evidence) == (True, 0.9, (2, 0))


def test_the_customer_saying_it_is_not_the_rep_doing_it() -> None:
    score = only_score(rubric(behaviour()), said("RCR", asks={1: 0.99}))
    assert (score.is_met, score.evidence) == (False, ())


def test_near_the_threshold_the_score_is_abstained() -> None:
    score = only_score(rubric(behaviour()), said("RCR", asks={0: 0.52}))
    assert (score.is_applicable, score.is_met, score.is_abstained, score.probability) == (True, None, True, 0.52)


@pytest.mark.parametrize("confidence", [0.79, None])
def test_unsure_roles_leave_every_score_open_and_name_no_moment(confidence: float | None) -> None:
    scores, moments = judge(
        rubric(behaviour(), moments=(OBJECTION,)),
        said("RC", asks={0: 0.99}, objection={1: 0.99}),
        "discovery",
        confidence,
    )
    assert [(score.is_met, score.is_abstained) for score in scores] == [(None, True)]
    assert moments == []


def test_a_behaviour_of_another_call_type_is_not_applicable() -> None:
    score = only_score(rubric(behaviour()), said("RC", asks={0: 0.99}), call_type="demo")
    assert (score.is_applicable, score.is_met, score.probability) == (False, None, None)


def test_an_unknown_call_type_gets_only_what_belongs_to_every_call() -> None:
    always = behaviour("always", applies={"call_types": ["discovery", "demo"]})
    scores, _ = judge(rubric(behaviour(), always), said("RC", asks={0: 0.9}, always={0: 0.9}), None, 1.0)
    assert [score.is_applicable for score in scores] == [False, True]


AFTER = behaviour(applies={"moment": "objection"}, where={"after_moment": "objection", "within_turns": 2})


def test_without_its_trigger_a_behaviour_had_no_opportunity() -> None:
    score = only_score(rubric(AFTER, moments=(OBJECTION,)), said("RCR", asks={2: 0.9}, objection={1: 0.2}))
    assert score.is_applicable is False


@pytest.mark.parametrize(
    ("place", "is_met"),
    [(0, False), (2, True), (4, True), (6, False)],
)
def test_an_answer_counts_only_in_the_turns_after_its_trigger(place: int, is_met: bool) -> None:
    call = said("RCRCRCR", asks={place: 0.9}, objection={1: 0.9})
    score = only_score(rubric(AFTER, moments=(OBJECTION,)), call)
    assert (score.is_applicable, score.is_met, score.opportunity) == (True, is_met, 1)


def test_a_back_channel_does_not_use_up_a_turn() -> None:
    call = said("CRCRCR", back_channels=(1, 3), asks={5: 0.9}, objection={0: 0.9})
    assert only_score(rubric(AFTER, moments=(OBJECTION,)), call).is_met is True


def test_a_window_at_the_start_ends_there() -> None:
    early = behaviour(where={"until_share": 0.3})
    assert only_score(rubric(early), said("RCRCRCRCRC", asks={2: 0.9})).is_met is True
    assert only_score(rubric(early), said("RCRCRCRCRC", asks={4: 0.9})).is_met is False


def test_without_the_question_it_needs_the_evidence_must_be_stronger() -> None:
    needs = rubric(behaviour(needs_question=True))
    assert only_score(needs, said("RC", asks={0: 0.7})).is_met is False
    assert only_score(needs, said("RC", {0: ASKS}, asks={0: 0.7})).is_met is True
    assert only_score(needs, said("RRC", {1: ASKS}, asks={0: 0.7})).is_met is True  # asked in the same turn


def test_answering_ones_own_question_is_not_asking() -> None:
    facts = facts_of("what is the budget for this ?| usually it is around 20 thousand so let us move on", asks=True)
    assert facts.answers_itself
    for answer in ("well it will be the two of you again", "actually no we have talked about that before"):
        assert facts_of(f"and who decides on it ?| {answer}", asks=True).answers_itself
    assert only_score(rubric(behaviour(needs_question=True)), said("RC", {0: facts}, asks={0: 0.99})).is_met is False


def test_explaining_why_one_asks_is_no_answer() -> None:
    assert not facts_of(
        "what is the budget for this ?| i ask because the two packages differ a lot", True
    ).answers_itself


def test_moments_keep_the_clearest_utterance_of_a_turn_and_come_in_order_of_time() -> None:
    call = said("RCCRC", asks={}, objection={1: 0.6, 2: 0.8, 4: 0.7})
    _, moments = judge(rubric(behaviour(), moments=(OBJECTION,)), call, "discovery", 1.0)
    assert [(found.kind, found.place, found.why) for found in moments] == [
        ("objection", 2, "Pushed back."),
        ("objection", 4, "Pushed back."),
    ]


DOUBT = OBJECTION | {"seldom_answers": True}


@pytest.mark.parametrize(
    ("chance", "question_at", "is_found"),
    [(0.8, None, True), (0.8, 2, False), (0.9, 2, True), (0.8, 0, True)],
    ids=["after a statement", "in answer to a question", "surely, in answer to a question", "after an older question"],
)
def test_push_back_in_answer_to_a_question_must_be_surer(
    chance: float, question_at: int | None, is_found: bool
) -> None:
    facts = {} if question_at is None else {question_at: ASKS}
    call = said("RCRCR", facts, asks={4: 0.9}, objection={3: chance})
    assert only_score(rubric(AFTER, moments=(DOUBT,)), call).is_applicable is is_found


def test_a_back_channel_between_question_and_answer_changes_nothing() -> None:
    call = said("RCRC", {0: ASKS}, back_channels=(1,), asks={}, objection={})
    assert call.answers.tolist() == [False, False, False, False]
    assert said("RRCC", {1: ASKS}, back_channels=(2,), asks={}).answers.tolist() == [False, False, False, True]


@pytest.mark.parametrize(("impact", "is_found"), [(0.95, False), (0.7, True)])
def test_a_moment_yields_to_what_an_utterance_rather_shows(impact: float, is_found: bool) -> None:
    price = detector("price", said_by=["rep"], why="A price.", yields_to=["asks"])
    _, moments = judge(
        rubric(behaviour(), moments=(price,)), said("RC", price={0: 0.9}, asks={0: impact}), "discovery", 1.0
    )
    assert bool(moments) is is_found


@pytest.mark.parametrize(("other", "is_met"), [(0.95, False), (0.7, True)])
def test_a_behaviour_yields_to_what_an_utterance_rather_shows(other: float, is_met: bool) -> None:
    found = only_score(
        rubric(behaviour(yields_to=["objection"]), moments=(OBJECTION,)),
        said("RC", asks={0: 0.9}, objection={0: other}),
    )
    assert found.is_met is is_met


@pytest.mark.parametrize(
    ("price_at", "chance", "is_found"),
    [(0, 0.8, True), (None, 0.8, False), (2, 0.8, False), (None, 0.9, True)],
    ids=["after a price", "without a price", "before the price", "surely, without a price"],
)
def test_what_is_seldom_said_before_a_price_must_be_surer_there(
    price_at: int | None, chance: float, is_found: bool
) -> None:
    price = detector("price", said_by=["rep"], why="A price.")
    request = OBJECTION | {"seldom_before": "price"}
    call = said("RCR", asks={}, price={} if price_at is None else {price_at: 0.9}, objection={1: chance})
    _, moments = judge(rubric(behaviour(), moments=(price, request)), call, "discovery", 1.0)
    assert any(found.kind == "objection" for found in moments) is is_found


def test_an_answer_to_a_less_sure_second_trigger_counts() -> None:
    call = said("RCRCRCRCRC", asks={8: 0.9}, objection={1: 0.9, 7: 0.2})
    assert only_score(rubric(AFTER, moments=(OBJECTION,)), call).is_met is True


def test_a_call_without_speech_is_abstained() -> None:
    assert only_score(rubric(behaviour()), said("", asks={})).is_abstained is True
