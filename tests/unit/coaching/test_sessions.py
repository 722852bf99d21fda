"""Coaching or inspection: minutes by kind, smoothing, and the session's label."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.coaching.sessions import moves, session_label, smooth, summarise

KINDS = ("skill_feedback", "inspection", "wellbeing", "admin")
COUNTS_AS = ("coaching", "inspection", "other", "other")


def emissions(*kinds: int, sure: float = 0.97) -> np.ndarray:
    rest = (1 - sure) / (len(KINDS) - 1)
    return np.array([[sure if place == kind else rest for place in range(len(KINDS))] for kind in kinds])


def likeliest(said: np.ndarray) -> list[int]:
    return smooth(said, moves(COUNTS_AS)).argmax(axis=1).tolist()


def summed(*kinds: int, words: list[int] | None = None, roles: list[str] | None = None, known: bool = True):
    count = len(kinds)
    return summarise(
        KINDS,
        COUNTS_AS,
        np.eye(len(KINDS))[list(kinds)],
        np.full(count, 60.0),
        np.array(words or [10] * count),
        np.array(roles or ["manager"] * count),
        known,
    )


def test_minutes_are_speech_time_by_kind() -> None:
    session = summed(0, 0, 0, 1, 1, 3)
    assert (session.coaching_minutes, session.inspection_minutes, session.other_minutes) == (3, 2, 1)
    assert session.speech_minutes == 6
    assert sum(kind.minutes for kind in session.kinds) == pytest.approx(session.speech_minutes)


@pytest.mark.parametrize(
    ("words", "label"),
    [
        ([60, 40, 0, 0], "coaching"),
        ([40, 60, 0, 0], "inspection"),
        ([59, 41, 0, 0], "mixed"),
        ([60, 40, 0, 90], "coaching"),  # admin words are not in the denominator
        ([35, 10, 20, 0], "mixed"),
        ([20, 20, 50, 0], "other"),
        ([0, 0, 0, 0], "other"),
    ],
)
def test_the_label_is_a_share_of_the_words_that_are_no_admin(words: list[int], label: str) -> None:
    assert session_label(KINDS, COUNTS_AS, np.array(words)) == label


def test_one_odd_utterance_follows_its_neighbours_and_a_sure_stretch_does_not() -> None:
    doubtful = emissions(0, 0, 0, 0, 0)
    doubtful[2] = [0.3, 0.45, 0.15, 0.1]
    assert likeliest(doubtful) == [0, 0, 0, 0, 0]
    assert likeliest(emissions(0, 0, 1, 1, 0)) == [0, 0, 1, 1, 0]


def test_an_utterance_that_says_nothing_takes_the_kind_around_it() -> None:
    said = emissions(1, 1, 1)
    said[1] = 0.25
    assert likeliest(said) == [1, 1, 1]


def test_rep_talk_ratio_is_null_when_roles_are_unsure() -> None:
    roles = ["rep", "rep", "manager"]
    assert summed(0, 0, 0, roles=roles).rep_talk_ratio == pytest.approx(2 / 3)
    assert summed(0, 0, 0, roles=roles, known=False).rep_talk_ratio is None


def test_a_session_without_speech_is_other_with_no_minutes() -> None:
    session = summarise(
        KINDS, COUNTS_AS, np.empty((0, len(KINDS))), np.empty(0), np.empty(0), np.empty(0, dtype=str), True
    )
    assert (session.label, session.speech_minutes, session.kinds) == ("other", 0, ())


@given(st.lists(st.lists(st.floats(0.001, 1), min_size=4, max_size=4), min_size=1, max_size=60))
def test_smoothing_gives_probabilities(rows: list[list[float]]) -> None:
    fit = np.array(rows)
    smoothed = smooth(fit / fit.sum(axis=1, keepdims=True), moves(COUNTS_AS))
    assert np.allclose(smoothed.sum(axis=1), 1)
    assert (smoothed >= 0).all()


@pytest.mark.parametrize("counts_as", [("coaching",), ("coaching", "coaching"), ("coaching", "other"), COUNTS_AS])
def test_what_a_session_turns_to_next_is_certain_to_be_something(counts_as: tuple[str, ...]) -> None:
    chance = moves(counts_as)
    assert np.allclose(chance.sum(axis=1), 1)
    assert (chance.diagonal() == chance.max(axis=1)).all()


def test_a_session_turns_to_a_kind_that_counts_the_same_before_one_that_does_not() -> None:
    feedback, practice, inspection = moves(("coaching", "coaching", "inspection"))[0]
    assert feedback > practice > inspection > 0


def test_moves_heard_outweigh_what_is_believed_of_all_sessions() -> None:
    counts_as = ("coaching", "inspection")
    believed, heard = moves(counts_as), moves(counts_as, [[0, 1] * 200])
    assert np.allclose(heard.sum(axis=1), 1)
    assert believed[0, 1] < 0.25 and heard[0, 1] > 0.9
    # One session moves little, and a session of one utterance holds no move.
    assert abs(moves(counts_as, [[0, 1], [1]]) - believed).max() < 0.05


def test_an_utterance_at_even_odds_is_half_of_each_for_the_label() -> None:
    even = np.array([[0.5, 0.5, 0, 0]] * 4 + [[0.51, 0.49, 0, 0]])
    one = np.ones(5)
    session = summarise(KINDS, COUNTS_AS, even, 60 * one, 10 * one, np.array(["rep"] * 5), True)
    assert session.label == "mixed"
    assert session.coaching_minutes == 5
