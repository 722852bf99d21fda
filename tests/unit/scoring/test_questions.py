"""Questions are known by their words, since recognisers drop the mark."""

import polars as pl
import pytest

from pipelines.scoring.signals.questions import is_open_question, is_question

QUESTIONS = [
    "the lift by the kitchen is it wide enough?",
    "we have two hundred on the list and how many of those still pay?",
    "did the new people turn up in the end?",
    "green or the other one?",
    "What are you hoping to change?",
    "do you have a date in mind",
    "so how does your team handle that today",
    "yeah that makes sense and who would need to sign it off",
    "is there anything else on your list",
    "you are on the old version right",
    "walk me through a normal day",
    "tell me more about the handover",
    "okay and when would you like to start",
    "how many people are we talking about",
    "could you send me the export",
    "and what happens if you do nothing",
    "Great. Would Tuesday work for you?",
    "which of those matters most",
    "what made you look at this now",
    "if we took the old one back would that change anything",
    "thursday suits me have i forgotten anything",
    "that was the third time this month wasn't it",
    "and if the driver has no reception",
]
STATEMENTS = [
    "you are you're the first to notice.",
    "i did i sent it on the way home.",
    "she does the routes in her head.",
    "What I like about it is the speed.",
    "we can do that for you",
    "I know how you feel about it",
    "that is why we built it",
    "when we started there were three of us",
    "so what we do is we import the file every night",
    "right",
    "that is what they told us",
    "Let me show you how it works.",
    "I will ask my colleague",
    "who knows",
    "it is up to you",
    "you have that and we do this every morning",
    "the problem is that it is late",
    "and if the driver has no reception he writes it down and types it in when he is back at the depot",
]
OPEN = ["what are you hoping to change", "why did you stop using it", "how do you plan that today", "tell me more"]
CLOSED = ["do you have a date in mind", "how many people are there", "is it live", "when does it start"]


def flags(texts: list[str], rule: object) -> list[bool]:
    return pl.DataFrame({"text": texts}).select(rule(pl.col("text").str.to_lowercase()))["text"].to_list()


@pytest.mark.parametrize("text", QUESTIONS)
def test_a_question_is_found_with_and_without_punctuation(text: str) -> None:
    bare = text.replace("?", "").replace(".", "")
    assert flags([text, bare], is_question) == [True, True]


@pytest.mark.parametrize("text", STATEMENTS)
def test_a_statement_is_no_question(text: str) -> None:
    bare = text.replace(".", "")
    assert flags([text, bare], is_question) == [False, False]


def test_open_questions_ask_what_why_how_or_invite() -> None:
    assert flags(OPEN, is_open_question) == [True] * len(OPEN)
    assert flags(CLOSED, is_open_question) == [False] * len(CLOSED)
