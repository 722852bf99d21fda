"""What practice calls teach: which part of a line, which calls are left out together, and what the call around a line adds."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_array

from pipelines.scoring.classifier import balanced, fit, fit_all
from pipelines.scoring.context import Context, features_of, length_offset, probabilities, surroundings
from pipelines.scoring.in_call import fold_of, teach
from pipelines.scoring.judging import KeyFacts, Said
from pipelines.scoring.practice import PracticeCall
from pipelines.scoring.reading import Reader
from pipelines.scoring.rubric import RubricError, load_rubric
from pipelines.scoring.scorer import default_encoders
from pipelines.settings import REPOSITORY

PLAIN = KeyFacts(checks=False, dates=False, asks=False, answers_itself=False, opens_as_answer=False, words=8)


def said(margins: list[list[float]], roles: list[str] | None = None) -> Said:
    count = len(margins)
    roles = roles or ["rep" if place % 2 else "customer" for place in range(count)]
    return Said(
        np.arange(count),
        np.array(roles),
        np.arange(count) * 5.0,
        np.arange(count) * 5.0 + 4,
        np.zeros(count, dtype=bool),
        [PLAIN] * count,
        np.array(margins, dtype=float) if margins else np.empty((0, 4)),
        {"objection": 0, "asks": 1},
    )


def context(targets: int = 2, features: int = 25, **changes: np.ndarray) -> Context:
    weights = np.zeros((features + 1, targets))
    weights[1] = 1
    blank = Context(weights, np.ones(targets), np.zeros(targets), np.ones(targets), np.empty((0, 0)))
    return replace(blank, **changes)


def features_in(one: Said) -> int:
    return features_of(surroundings(one, 1), 0).shape[1]


def test_many_fits_at_once_agree_with_one_after_the_other() -> None:
    random = np.random.default_rng(4)
    features = random.normal(size=(600, 20))
    labels = (features[:, :3] + random.normal(size=(600, 3)) > 1).astype(float)
    weights = np.column_stack([balanced(one) for one in labels.T])
    weights[:100, 1] = 0
    together = fit_all(features, labels, weights, 0.3)
    for column in range(3):
        alone, _ = fit(features, labels[:, column], weights[:, column], 0.3)
        # Float32 and a looser end: a hundredth of a weight moves no decision.
        assert np.abs(together[:-1, column] - alone.weights).max() < 0.02
    assert np.abs(fit_all(csr_array(features), labels, weights, 0.3) - together).max() < 1e-3


def test_calls_of_one_hand_are_left_out_together_if_there_are_three_hands() -> None:
    calls = [PracticeCall(str(n), hand, "demo", ()) for n, hand in enumerate(["a", "b", "a", "c"])]
    assert fold_of(calls).tolist() == [0, 1, 0, 2]
    of_one = [PracticeCall(str(n), "a", "demo", ()) for n in range(6)]
    assert fold_of(of_one).tolist() == [0, 1, 2, 3, 4, 0]


def test_one_practice_call_alone_is_refused_with_the_reason() -> None:
    rubric = load_rubric(REPOSITORY / "rubrics" / "sales_call.v5.yaml")
    with pytest.raises(RubricError, match="sales_call v5: one practice call teaches nothing"):
        teach(rubric.with_practice(rubric.practice[:1]), default_encoders(None))


def test_a_long_text_is_judged_by_its_best_part_and_as_a_whole() -> None:
    class Margins:
        in_call = True
        names = ("asks",)

        def probabilities(self, texts, asks, on_encode=None):
            return np.array([[5.0 if text == "what is your budget" else -len(text.split()) / 10] for text in texts])

    text = "we had lunch with the team | what is your budget ?| " + "and so on " * 12
    chance, best, _ = Reader(Margins()).read([text])  # type: ignore[arg-type]
    assert chance[0, 0] == 5.0
    assert chance[0, 1] == -len(text.replace("|", "").replace("?", "").split()) / 10
    assert best.shape == (1, 1)


def test_without_context_weights_a_chance_is_that_of_the_words() -> None:
    one = said([[0, 0, 0, 0.7]] * 3)
    found = probabilities(context(features=features_in(one), is_per_call=np.zeros(2)), one, 1)
    assert np.allclose(found[:, 1], 1 / (1 + np.exp(-0.49)))


def test_what_the_other_side_said_last_changes_a_chance() -> None:
    one, other = (said([[first, -4, first, -4], [-4, 0, -4, 0]]) for first in (5.0, -4.0))
    weights = np.zeros((features_in(one) + 1, 2))
    weights[2 + 2] = 1.0  # after own and all margins: the moment in the turn before
    small = context(weights=weights)
    after, alone = (probabilities(small, call, 1)[1, 1] for call in (one, other))
    assert after > alone


def test_one_utterance_means_less_in_a_long_call_up_to_a_bound() -> None:
    offsets = [length_offset(said([[0, 0]] * count)) for count in (5, 20, 60, 300, 3000)]
    assert offsets[0] == offsets[1] < offsets[2] == 0 < offsets[3] == offsets[4]


def test_an_empty_call_has_no_chances() -> None:
    assert probabilities(context(), said([]), 1).shape == (0, 2)
