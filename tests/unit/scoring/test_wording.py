"""The third view: words and pairs of words, the same for a text whatever else is in the batch."""

import numpy as np
import pytest

from pipelines.scoring.wording import Wording, learn_wording

NEVER_LEFT_OUT = np.full(100, -1)
ASKING = ["is that budgeted", "is that planned", "is there a budget", "is it planned for this year"]
TELLING = ["that is budgeted", "that is planned", "there is a budget", "it is planned for this year"]


@pytest.fixture(scope="module")
def wording() -> Wording:
    texts = ASKING + TELLING
    labels = np.repeat([[1.0, 0.0], [0.0, 1.0]], len(ASKING), axis=0)
    return learn_wording(texts, np.zeros((len(texts), 1)), labels, np.ones_like(labels), NEVER_LEFT_OUT[: len(labels)])


def test_pairs_of_words_tell_a_question_from_a_statement_of_the_same_words(wording: Wording) -> None:
    margin = wording.margin(["is that a budget", "that is a budget"], np.zeros((2, 1)))
    assert margin[0, 0] > 0 > margin[1, 0]
    assert margin[0, 1] < 0 < margin[1, 1]


def test_a_text_has_the_same_margin_alone_and_in_any_batch(wording: Wording) -> None:
    texts = [*ASKING, "nothing of this was ever heard", "", *TELLING]
    together = wording.margin(texts, np.zeros((len(texts), 1)))
    for place, text in enumerate(texts):
        assert np.array_equal(wording.margin([text], np.zeros((1, 1)))[0], together[place])


def test_words_never_heard_say_nothing(wording: Wording) -> None:
    assert np.array_equal(wording.margin(["zebras yodel"], np.zeros((1, 1)))[0], wording.bias)


def test_cues_count_beside_words() -> None:
    cues = np.array([[1.0], [1.0], [0.0], [0.0]])
    learned = learn_wording(["one two"] * 4, cues, cues, np.ones((4, 1)), NEVER_LEFT_OUT[:4])
    with_cue, without = learned.margin(["one two"] * 2, np.array([[1.0], [0.0]]))[:, 0]
    assert with_cue > 0 > without


def test_of_many_texts_a_word_that_few_of_them_hold_is_no_term(wording: Wording) -> None:
    assert "budgeted" in wording.terms
    texts = ["the plan"] * 98 + ["our plan"] * 2
    labels = np.eye(100)[:, -2:]
    learned = learn_wording(texts, np.zeros((100, 1)), labels, np.ones_like(labels), NEVER_LEFT_OUT)
    assert learned.terms.tolist() == ["plan", "the", "the plan"]


def test_a_word_of_one_fold_alone_is_no_term() -> None:
    texts = ["we yodel", "we yodel", "we sing", "they sing", "examples hum"]
    labels = np.eye(5)[:, :1]
    learned = learn_wording(texts, np.zeros((5, 1)), labels, np.ones_like(labels), np.array([0, 0, 0, 1, -1]))
    assert learned.terms.tolist() == ["examples", "examples hum", "hum", "sing"]
