"""The normal form: clean and recogniser style meet, names and numbers do not tell calls apart."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.scoring.text import COMPETITOR, PERSON, mark_texts, mask_names, plain, sentences, units


def normal(text: str) -> str:
    return plain(mark_texts([text])[0])


@pytest.mark.parametrize(
    ("clean", "recognised"),
    [
        ("What's the budget, if I may ask?", "whats the budget if i may ask"),
        ("It's $45,000 a year.", "it is 45,000 dollars a year"),
        ("We'd need it by Tuesday the 14th.", "we would need it by friday the 3rd"),
        ("You don't have 20% then?", "you dont have 35 percent then"),
        ("About forty-five people", "about 12 people"),
    ],
)
def test_clean_and_recogniser_style_have_the_same_normal_form(clean: str, recognised: str) -> None:
    assert normal(clean) == normal(recognised)


def test_one_as_a_pronoun_is_no_number() -> None:
    assert normal("Which one do you want?") == "which one do you want"


def test_a_past_tense_is_no_contraction() -> None:
    assert normal("we were late") == "we were late"


def test_names_are_whole_words_in_any_case() -> None:
    assert mask_names(["Ann met Hannah", "ann?"], ["Ann"], PERSON) == ["alex met Hannah", "alex?"]
    assert mask_names(["we use Big Cloud and Big"], ["Big", "Big Cloud"], COMPETITOR) == [
        "we use rivalsoft and rivalsoft"
    ]


def test_a_long_utterance_is_also_read_by_sentence_and_a_long_run_by_window() -> None:
    short = mark_texts(["That is a fair point. What worries you most about it?"])[0]
    assert [text for text, _ in units(short)] == [
        "that is a fair point what worries you most about it",
        "that is a fair point",
        "what worries you most about it",
    ]
    run = " ".join(f"word{letter}" for letter in "abcdefghijklmnopqrstuvwxyzabcdefghijklmnop")
    assert all(len(text.split()) == 16 for text, _ in units(run))


def test_sentences_are_verbatim() -> None:
    assert sentences("Okay. What now? Fine") == ["Okay.", "What now?", "Fine"]


@settings(deadline=None)
@given(st.lists(st.text(), max_size=5))
def test_any_text_has_a_normal_form_and_at_least_one_unit(texts: list[str]) -> None:
    found = mark_texts(texts)
    assert len(found) == len(texts)
    assert all(units(one) for one in found)
