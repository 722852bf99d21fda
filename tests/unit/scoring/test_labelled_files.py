"""The hand-labelled calls are whole: every file loads, and the loader refuses what the README forbids."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from tests.fixtures.labelled import (
    FOLDER,
    BehaviourLabel,
    LabelledCall,
    LabelledMoment,
    load_call,
    load_labelled,
    problems,
)


@pytest.fixture(scope="module")
def calls() -> list[LabelledCall]:
    return load_labelled()


@pytest.fixture(scope="module")
def negotiation(calls: list[LabelledCall]) -> LabelledCall:
    return next(call for call in calls if call.call_id == "negotiation_esignature")


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_file_is_a_valid_labelled_call(path: Path) -> None:
    assert 24 <= len(load_call(path).utterances) <= 45


def test_there_are_enough_calls_of_each_type_and_session(calls: list[LabelledCall]) -> None:
    types = Counter(call.call_type for call in calls)
    assert types["discovery"] >= 8 and types["demo"] >= 8 and types["negotiation"] >= 8 and types["one_on_one"] >= 20
    sessions = Counter(call.session_label for call in calls if call.is_one_on_one)
    assert set(sessions) == {"coaching", "inspection", "mixed", "other"}
    assert min(sessions.values()) >= 3


def test_no_behaviour_is_nearly_always_or_nearly_never_met(calls: list[LabelledCall]) -> None:
    applicable = Counter(name for call in calls for name, label in call.labels.items() if label.is_applicable)
    met = Counter(name for call in calls for name, label in call.labels.items() if label.is_met)
    # With a base rate near a half, neither "always" nor "never" scores well: 40-60 % was aimed at, one call of eight
    # is allowed beside it for the behaviour that only the eight discovery calls can show.
    assert all(0.4 <= met[name] / applicable[name] <= 0.625 for name in applicable)


def test_no_text_of_some_length_is_used_twice(calls: list[LabelledCall]) -> None:
    texts = Counter(row.text for call in calls for row in call.utterances if len(row.text.split()) >= 6)
    assert [text for text, count in texts.items() if count > 1] == []


@pytest.mark.parametrize(
    ("label", "reason"),
    [
        (BehaviourLabel(True, True, 999), "outside the call"),
        (BehaviourLabel(True, True, 1), "wrong side"),
        (BehaviourLabel(True, True, None), "evidence exactly when it is met"),
        (BehaviourLabel(True, False, 2), "evidence exactly when it is met"),
        (BehaviourLabel(True, None, None), "exactly when it is applicable"),
        (BehaviourLabel(False, None, None), "against the call's type or moments"),
    ],
)
def test_a_label_that_cannot_be_right_is_refused(negotiation: LabelledCall, label: BehaviourLabel, reason: str) -> None:
    assert negotiation.utterances[1].role == "customer"
    wrong = replace(negotiation, labels={**negotiation.labels, "sets_agenda": label})
    assert reason in "; ".join(problems(wrong))


@pytest.mark.parametrize("moment", [LabelledMoment("objection", 999), LabelledMoment("objection", 0)])
def test_a_moment_outside_the_call_or_by_the_wrong_side_is_refused(
    negotiation: LabelledCall, moment: LabelledMoment
) -> None:
    assert "cannot be it" in "; ".join(problems(replace(negotiation, moments=(*negotiation.moments, moment))))


def test_utterances_out_of_order_are_refused(negotiation: LabelledCall) -> None:
    first, second, *rest = negotiation.utterances
    assert "starts before" in "; ".join(problems(replace(negotiation, utterances=(second, first, *rest))))


def test_a_session_label_that_its_words_do_not_carry_is_refused(calls: list[LabelledCall]) -> None:
    named_coaching = next(call for call in calls if call.call_id == "coaching_session_in_name_only")
    assert "by words inspection" in "; ".join(problems(replace(named_coaching, session_label="coaching")))


def test_the_file_at_fault_is_named(tmp_path: Path) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text("id: broken\ncall_type: demo\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"broken\.yaml"):
        load_call(path)
