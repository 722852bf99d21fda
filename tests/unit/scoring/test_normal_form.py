"""The normal form: clean and recogniser style meet, names and numbers are stand-ins."""

import pytest

from pipelines.scoring.text import mark_texts, plain, units


def normal(text: str) -> str:
    return plain(mark_texts([text])[0])


@pytest.mark.parametrize(
    ("clean", "raw"),
    [
        ("What's your budget for this?", "what is your budget for this"),
        ("It costs $41,000 a year.", "it costs 41 thousand dollars a year"),
        ("Let's talk on Thursday.", "let us talk on monday"),
    ],
)
def test_clean_text_and_recogniser_style_meet(clean: str, raw: str) -> None:
    assert normal(clean) == normal(raw)


def test_names_inside_a_sentence_are_one_stand_in() -> None:
    assert normal("So where does Harbor Freight land?") == normal("So where does Cobalt Staffing land?")


def test_a_name_is_one_stand_in_where_a_sentence_begins_with_it() -> None:
    assert normal("Harbor Freight is with legal.") == normal("Cobalt Staffing is with legal.")


def test_one_capitalised_word_reads_as_a_recogniser_writes_it() -> None:
    assert normal("I would ask Marco about that.") == normal("i would ask marco about that")


def test_words_in_capitals_are_not_names() -> None:
    assert "crm" in normal("It goes into the CRM every night.")


def test_long_utterances_are_also_read_by_sentence() -> None:
    marked = mark_texts(["We looked at the plan for the week. Who else needs to agree to that?"])[0]
    assert ("who else needs to agree to that", True) in units(marked)


def test_long_text_without_full_stops_is_also_read_by_clause() -> None:
    text = "we looked at the plan for the whole week so who else needs to agree to that before you start"
    assert [one for one, _ in units(mark_texts([text])[0])] == [
        text,
        "we looked at the plan for the whole week",
        "so who else needs to agree to that before you start",
    ]


def test_a_short_text_is_read_as_a_whole() -> None:
    assert units("so who else needs to agree") == [("so who else needs to agree", False)]


def test_control_characters_and_emoji_give_a_text() -> None:
    assert normal("Good 👍\x00 morning") == "good morning"
