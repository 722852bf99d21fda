"""The pulse: what is asked, until when, and what of the answers may leave the app store (aggregates, suppressed and banded)."""

import datetime as dt
from collections.abc import Mapping
from typing import Literal

import polars as pl

SMALLEST_GROUP = 5  # reps; fewer are never shown
RELEASE_DELAY_DAYS = 14  # a quarter's pulses leave the store when no answer can be added any more
QUALITY, MINUTES = "coaching_quality", "coaching_minutes"
HIGHEST = {QUALITY: 5, MINUTES: 600}  # quality from 1, minutes a week from 0
LOWEST = {QUALITY: 1, MINUTES: 0}
VERY_GOOD = HIGHEST[QUALITY]
RespondentKind = Literal["rep", "leader"]


def released_on(quarter_start: dt.date) -> dt.date:
    """The day a quarter's pulses leave the store."""
    next_quarter = (quarter_start + dt.timedelta(days=93)).replace(day=1)
    return next_quarter + dt.timedelta(days=RELEASE_DELAY_DAYS)


def checked(answers: Mapping[str, float]) -> Mapping[str, float]:
    """The answers, if each is to a question of the pulse and on its scale.

    Raises:
        ValueError: one is not.
    """
    for question, answer in answers.items():
        if question not in HIGHEST or not LOWEST[question] <= answer <= HIGHEST[question]:
            raise ValueError(f"{answer} is no answer to {question!r} of the pulse")
    return answers


def aggregated(answers: pl.DataFrame) -> pl.DataFrame:
    """Answers (columns of the store's ``pulses``) as rows of ``raw_app__pulses``.

    Reps' answers leave as groups of at least ``SMALLEST_GROUP``; a smaller group, or one in which all said the same,
    is a row without numbers. Means are banded to halves, shares to whole points. A leader's answer is one answer and
    is named as such (``respondent_kind``): who may see it is the page's access check.
    """
    group = ["team_id", "quarter_start", "question", "respondent_kind"]
    is_hidden = (pl.col("respondent_kind") == "rep") & (
        (pl.col("count") < SMALLEST_GROUP) | (pl.col("distinct_count") == 1)
    )
    return (
        answers.group_by(group)
        .agg(
            pl.len().alias("count"),
            pl.col("answer").n_unique().alias("distinct_count"),
            ((pl.col("answer").mean() * 2).round() / 2).alias("mean"),
            (pl.col("answer") >= VERY_GOOD).filter(pl.col("question") == QUALITY).mean().round(2).alias("share"),
        )
        .sort(group)
        .select(
            *group,
            pl.when(~is_hidden).then(pl.col("count").cast(pl.String)).alias("answer_count"),
            pl.when(~is_hidden).then(pl.col("mean").cast(pl.String)).alias("mean_answer"),
            pl.when(~is_hidden).then(pl.col("share").cast(pl.String)).alias("share_very_good"),
        )
    )
