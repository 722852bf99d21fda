"""The longest stretch one side held the floor: the rep's monologue and the customer's story, in seconds."""

import polars as pl

from pipelines.scoring.signals.conversation import Conversations, role_reason, rows

LONGEST_GAP_SECONDS = 3.0


def longest_monologue_seconds(said: Conversations) -> pl.DataFrame:
    """Longest rep turn; gaps under 3 s and back-channels of the others do not end it."""
    return _longest(said, "rep", "longest_monologue_seconds", "no_rep_speech")


def longest_customer_story_seconds(said: Conversations) -> pl.DataFrame:
    """The same for the customer."""
    return _longest(said, "customer", "longest_customer_story_seconds", "no_customer_speech")


def _longest(said: Conversations, role: str, signal: str, no_speech: str) -> pl.DataFrame:
    is_own = pl.col("role") == role
    previous_end = pl.col("end").cum_max().shift().over("call")
    gap = pl.col("start") - previous_end
    starts_turn = (pl.col("role") != pl.col("role").shift()) | (pl.col("call") != pl.col("call").shift())
    longest = (
        said.utterances.lazy()
        .filter(is_own | ~pl.col("is_back_channel"))
        .with_columns((starts_turn | (gap >= LONGEST_GAP_SECONDS)).fill_null(True).cum_sum().alias("turn"))
        .filter(is_own)
        .group_by("call", "turn")
        .agg((pl.col("end").max() - pl.col("start").min()).alias("turn_seconds"))
        .group_by("call")
        .agg(pl.col("turn_seconds").max())
        .collect()
    )
    calls = said.calls.join(longest, on="call", how="left")
    reason = pl.coalesce(role_reason(), pl.when(pl.col("turn_seconds").is_null()).then(pl.lit(no_speech)))
    return rows(calls, signal, pl.col("turn_seconds"), reason)
