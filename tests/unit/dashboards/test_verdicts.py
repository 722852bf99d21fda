"""Estimates in words: what a reader takes away must be what the row says."""

import pytest

from dashboards.verdicts import interval, number, sentence

ROW = {
    "verdict": "publish_with_caveat",
    "estimate": 0.072,
    "ci_low": 0.003,
    "ci_high": 0.141,
    "ci_level": 0.95,
    "unit": "attainment",
    "contrast": "weekly against none",
    "caveat": "Only 29 managers.",
}


@pytest.mark.parametrize(
    ("value", "unit", "written"),
    [
        (0.072, "attainment", "+7.2 points"),
        (-0.04, "attainment", "−4.0 points"),
        (0.14, "variance share", "14 %"),
        (0.0, "log hazard", "1.00 times the rate"),
        (7.27, "months", "7.3 months"),
        (None, "months", "–"),
        (float("nan"), "share", "–"),
    ],
)
def test_a_number_is_written_in_its_unit_and_unknown_is_a_dash(value: float | None, unit: str, written: str) -> None:
    assert number(value, unit) == written


def test_a_number_never_stands_without_its_interval_and_caveat() -> None:
    said = sentence(ROW, "Coaching", "")
    assert said == (
        "**Coaching: +7.2 points (95 % interval +0.3 points to +14.1 points)**, weekly against none. Only 29 managers."
    )


def test_an_interval_that_holds_zero_says_so() -> None:
    assert "No effect at all lies inside the interval." in sentence(ROW | {"ci_low": -0.01}, "Coaching", "")


def test_a_withheld_estimate_has_its_reason_and_no_number() -> None:
    empty = dict.fromkeys(["estimate", "ci_low", "ci_high"])
    said = sentence(ROW | empty | {"verdict": "withhold", "caveat": "Only 3 managers."}, "Coaching", "")
    assert said == "**Coaching: we cannot tell yet.** Only 3 managers."
    assert interval(ROW | empty) == ""


def test_without_a_row_the_page_says_why() -> None:
    assert sentence(None, "Coaching", "Nothing yet.") == "Nothing yet."
