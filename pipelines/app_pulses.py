"""What of single answers to a pulse may leave the app store: team x quarter aggregates, suppressed and banded."""

import datetime as dt

import polars as pl

SMALLEST_GROUP = 5  # reps; fewer are never shown
RELEASE_DELAY_DAYS = 14  # a quarter's pulses leave the store when no answer can be added any more
VERY_GOOD = 5  # top of the scale of 1 to 5


def released_on(quarter_start: dt.date) -> dt.date:
    """The day a quarter's pulses leave the store."""
    next_quarter = (quarter_start + dt.timedelta(days=93)).replace(day=1)
    return next_quarter + dt.timedelta(days=RELEASE_DELAY_DAYS)


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
            (pl.col("answer") >= VERY_GOOD).mean().round(2).alias("share"),
        )
        .sort(group)
        .select(
            *group,
            pl.when(~is_hidden).then(pl.col("count").cast(pl.String)).alias("answer_count"),
            pl.when(~is_hidden).then(pl.col("mean").cast(pl.String)).alias("mean_answer"),
            pl.when(~is_hidden).then(pl.col("share").cast(pl.String)).alias("share_very_good"),
        )
    )
